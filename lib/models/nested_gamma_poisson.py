"""Counts in groups within states: each state has a mean and a shape of its own, learned from all states."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.labels import align_and_label
from lib.models.base import ExactStep, SliceStep, State
from lib.models.counted import Counted, draw_counts
from lib.models.grouped import End
from lib.models.location_scale import LocationScale
from lib.models.state_likelihood import StateLikelihood
from lib.models.state_tables import StateTables
from lib.numerics.chunks import chunks
from lib.priors.distributions import Gamma, Normal
from lib.priors.hyperparameter import Hyperparameter, complete, place
from lib.priors.proposed import Priors, half_normal, normal
from lib.priors.scales import LOG, REAL
from lib.priors.specification import Specification, hyperparameter
from lib.validation import FloatArray, counts_or_bounds, positive_vector, states_of_groups

_EDGE = "at zero the states do not differ"


class NestedGammaPoisson(Counted):
    r"""Event rates of groups within states; the states' means and shapes come from populations too.

    .. math:: y_{ij} &\sim \operatorname{Poisson}(x_{ij} \lambda_{ij}), \qquad
              \lambda_{ij} \sim \operatorname{Gamma}(a_i, a_i / m_i), \\
              \log m_i &\sim N(\mu, \tau^2), \qquad \log a_i \sim N(\nu, \omega^2)

    Parameters
    ----------
    counts : array_like, shape (J,)
        Whole numbers of events, one a group; NaN where a count is suppressed.
    exposure : array_like, shape (J,)
        Above zero: people, or person-years. The rates are per unit of it.
    group : array_like, shape (J,)
        The state that each group lies in: any labels.
    mu, tau, nu, omega : float, frozen SciPy distribution, callable or None
        Mean and standard deviation of the states' log means, and of their log shapes: a number (known), a prior, a
        callable that returns a log density up to a constant, vectorised over its argument, or None (flat on the whole
        range; the posterior is then known to exist only for mu and tau, not for nu and omega).
    suppressed : tuple of int, optional
        The least and the greatest number that a suppressed count can be.
    labels : sequence, optional
        One distinct label a group; by default those that the data carry, as a pandas Series does, or 0, 1, ...

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name; or if the posterior is improper, with the condition that fails.
    """

    _made: StateTables | None
    _moves = LocationScale
    group, data, hyper = "lam", ("counts", "exposure"), ("mu", "tau", "nu", "omega")

    def __init__(
        self,
        counts: ArrayLike,
        exposure: ArrayLike,
        group: ArrayLike,
        *,
        mu: Specification = None,
        tau: Specification = None,
        nu: Specification = None,
        omega: Specification = None,
        suppressed: tuple[int, int] | None = None,
        labels: Sequence[object] | None = None,
        allow_improper: bool = False,
    ) -> None:
        (counts, exposure, group), labels = align_and_label(labels, counts=counts, exposure=exposure, group=group)
        self.counts, self.suppressed = counts_or_bounds("counts", counts, suppressed)
        self.exposure = positive_vector("exposure", exposure, length=self.counts.size, like="counts")
        self.states, self._state = states_of_groups("group", group, length=self.counts.size, like="counts")
        self.mu, self.nu = hyperparameter("mu", mu, REAL), hyperparameter("nu", nu, REAL)
        self.tau = hyperparameter("tau", tau, LOG, edge=_EDGE)
        self.omega = hyperparameter("omega", omega, LOG, edge=_EDGE)
        super().__init__(labels, allow_improper)

    @property
    def vectors(self) -> dict[str, tuple[str, list[object]]]:
        """The states' parameters lie along the states, the rates along the groups."""
        state = ("state", self.states.tolist())
        return {"state_mean": state, "state_shape": state, "lam": ("group", self.labels)}

    # What integrates out in closed form: the groups' rates.

    def log_state_likelihood(self, log_mean: FloatArray, log_shape: FloatArray) -> FloatArray:
        """Log p(counts of a state | its mean and shape), shapes (..., S), up to a constant; no rate is left in it."""
        return self._likelihood(log_mean, log_shape)

    def groups_given(self, state_mean: FloatArray, state_shape: FloatArray, counts: FloatArray) -> Gamma:
        """Posterior of each group's rate given its state's mean and shape and complete counts, shape (..., J)."""
        rate = state_shape / state_mean
        return Gamma(state_shape[..., self._state] + counts, rate[..., self._state] + self.exposure)

    def draw_groups(self, rng: np.random.Generator, state_mean: FloatArray, state_shape: FloatArray) -> FloatArray:
        """Draw the suppressed counts, and every rate given them, shape (..., J)."""
        hidden = self._state[self._suppression.hidden]
        mean, shape = (values.reshape(-1, self.states.size) for values in (state_mean, state_shape))
        lam = np.empty((len(mean), self.size))
        for some in chunks(len(lam), self.size):
            rate = shape[some] / mean[some]
            counts = self._suppression.impute(rng, shape[some][:, hidden], rate[:, hidden], self.exposure)
            lam[some] = self.groups_given(mean[some], shape[some], counts).draw(rng)
        return lam.reshape(*state_mean.shape[:-1], self.size)

    # What calibration asks for (lib.models.base.Simulated).

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw hyperparameters from their priors, then states, rates and counts; exposures and states stay.

        Where the model has suppressed counts, every count within their bounds is suppressed.

        Raises
        ------
        ValueError
            If a hyperparameter has no proper prior.
        """
        hyper = {p.name: p.draw(rng) for p in self.hyperparameters}
        mean, shape = (
            _exp(hyper[centre] + hyper[spread] * rng.standard_normal(self.states.size))
            for centre, spread in (("mu", "tau"), ("nu", "omega"))
        )
        lam = rng.standard_gamma(shape[self._state]) * (mean / shape)[self._state]
        model = self.with_data(self.simulate(rng, lam))
        truth = self.named(list(hyper.values()))
        return truth | {"state_mean": mean, "state_shape": shape, "lam": lam}, model

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return functions of several parameters that show what no parameter shows alone."""
        mean, shape, lam = (np.log(np.maximum(parameters[n], 1e-300)) for n in ("state_mean", "state_shape", "lam"))
        mu, nu = complete((self.mu, self.nu), parameters)
        seen = ~np.isnan(self.counts)
        expected = np.exp(lam[..., seen]) * self.exposure[seen]
        return {
            "log_likelihood": (self.counts[seen] * lam[..., seen] - expected).sum(axis=-1),
            "states": ((mean - mu[..., np.newaxis]) * (shape - nu[..., np.newaxis])).sum(axis=-1),
            "within": (lam[..., 0] - mean[..., self._state[0]]) * (mean[..., self._state[0]] - mu),
        }

    # What is to be expected (lib.models.base.Predictive).

    def log_likelihood_of_groups(self, parameters: Mapping[str, FloatArray]) -> FloatArray:
        """Log p(count of a group | its state's mean and shape), shape (..., J): its own rate is integrated out."""
        mean, shape = (parameters[name][..., self._state] for name in ("state_mean", "state_shape"))
        return self._suppression.pointwise_log_marginal_likelihood(self.exposure, shape, shape / mean)

    def draw_new(
        self,
        rng: np.random.Generator,
        parameters: Mapping[str, FloatArray],
        exposure: FloatArray,
        group: ArrayLike | None,
    ) -> State:
        """Draw the rates and the counts of new groups: in states of the model, or all in one new state."""
        if group is None:
            each = parameters["lam"].shape[:-1]
            mu, tau, nu, omega = complete(self.hyperparameters, parameters)
            mean, shape = (
                _exp(Normal(centre, spread).draw(rng, each))[..., np.newaxis]
                for centre, spread in ((mu, tau), (nu, omega))
            )
        else:
            place = self._places(group, exposure.size)
            mean, shape = (parameters[name][..., place] for name in ("state_mean", "state_shape"))
        lam = Gamma(shape, shape / mean).draw(rng, (*mean.shape[:-1], exposure.size))
        return {"lam": lam, "counts": draw_counts(rng, lam * exposure)}

    def _places(self, group: ArrayLike, size: int) -> NDArray[np.intp]:
        """Return the number of each state, or refuse one that the model does not have."""
        names = np.atleast_1d(np.asarray(group)).tolist()
        numbers = {name: number for number, name in enumerate(self.states.tolist())}
        if len(names) != size:
            raise ValueError(f"group must name one state for each of the {size} new groups; it names {len(names)}")
        if unknown := [name for name in names if name not in numbers]:
            raise ValueError(
                f"group must name states of the model, and {unknown[0]!r} is none; leave it out for a new state"
            )
        return np.array([numbers[name] for name in names])

    # With the states integrated out (lib.models.base.Collapsed), by their tables.

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """The unknown hyperparameters."""
        return tuple(self.unknown)

    def start_position(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Hyperparameters scattered where the data put them, on the free scale."""
        return self.free_hyperparameters(self.start_hyperparameters(rng, chains))

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the free hyperparameters."""
        hyper, log_prior = place(self.hyperparameters, position)
        log_likelihood = self._tables.log_density(*(value.ravel() for value in hyper))
        return np.asarray(log_prior + log_likelihood.reshape(log_prior.shape))

    def parameters(self, position: FloatArray, rng: np.random.Generator) -> State:
        """Return the hyperparameters at each position; draw the states given them, and the rates given those."""
        hyper, _ = place(self.hyperparameters, position)
        states = self._tables.draw(rng, *(value.ravel() for value in hyper))
        mean, shape = (_exp(x).reshape(*position.shape[:-1], -1) for x in states)
        return self.named(hyper) | self._with_rates(mean, shape, rng)

    @property
    def _tables(self) -> StateTables:
        """The states' tables, made when first needed."""
        if self._made is None:
            self._made = StateTables(self._likelihood)
        return self._made

    # Gibbs sampling (lib.models.base.Sweepable). The groups' rates are integrated out wherever a state's mean and shape
    # move. Each pair of hyperparameters moves given the states, and taking them along, which is better where the counts
    # say little of a state.

    @property
    def sampled(self) -> tuple[str, ...]:
        """The unknown hyperparameters, the states' means and shapes, and the groups' rates."""
        return (*(p.name for p in self.unknown), "state_mean", "state_shape", "lam")

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """The states' means, their hyperparameters; the states' shapes, theirs; the suppressed counts and the rates."""
        steps: list[ExactStep | SliceStep] = []
        for name, centre, spread in (("log_mean", self.mu, self.tau), ("log_shape", self.nu, self.omega)):
            moves = self._moves(
                centre, spread, name, self.states.size, log_likelihood=lambda now: self._log_states(now).sum(axis=-1)
            )
            steps += [self._state_step(name, centre.name, spread.name), *moves.steps]
        return (*steps, ExactStep(self._draw_rates))

    def _log_states(self, state: State) -> FloatArray:
        return self.log_state_likelihood(state["log_mean"], state["log_shape"])

    def _state_step(self, name: str, centre: str, spread: str) -> SliceStep:
        """Move one of every state's two parameters, all states at once."""

        def moved(value: FloatArray, state: State) -> State:
            return state | {name: value, f"{name}_deviation": value - state[centre][:, np.newaxis]}

        def log_rest(value: FloatArray, state: State) -> FloatArray:
            now = moved(value, state)
            distance = now[f"{name}_deviation"] / state[spread][:, np.newaxis]
            return self._log_states(now) - distance**2 / 2

        return SliceStep(Hyperparameter(name, REAL.range), log_rest, moved)

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """States near the pooled mean, hyperparameters scattered, inside their priors."""
        state = self.start_hyperparameters(rng, chains)
        for name, centre, spread in (("log_mean", "mu", "tau"), ("log_shape", "nu", "omega")):
            scatter = np.minimum(state[spread], 0.5)[:, np.newaxis] * rng.standard_normal((chains, self.states.size))
            state |= {name: state[centre][:, np.newaxis] + scatter, f"{name}_deviation": scatter}
        return self._draw_rates(state, rng) | state

    def scatter(self, rng: np.random.Generator, chains: int) -> State:
        """Scatter the hyperparameters: mu about the log of the pooled rate, the others where they often are."""
        return {
            "mu": self._likelihood.pooled + rng.normal(0, 0.3, chains),
            "tau": np.exp(rng.uniform(-2, 0, chains)),
            "nu": rng.normal(1, 1, chains),
            "omega": np.exp(rng.uniform(-2, 0, chains)),
        }

    def _draw_rates(self, state: State, rng: np.random.Generator) -> State:
        return self._with_rates(_exp(state["log_mean"]), _exp(state["log_shape"]), rng)

    def _with_rates(self, mean: FloatArray, shape: FloatArray, rng: np.random.Generator) -> State:
        return {"state_mean": mean, "state_shape": shape, "lam": self.draw_groups(rng, mean, shape)}

    def proper_priors(self) -> Priors:
        """Propose states' means about the pooled rate, and shapes about e, within a factor of e or so."""
        priors = normal(float(self._likelihood.pooled), 1), half_normal(1), normal(1, 1), half_normal(1)
        return dict(zip(self.hyper, priors, strict=True))

    def _tabulate(self) -> None:
        """Keep what the likelihood needs of the data again and again."""
        super()._tabulate()
        self._likelihood = StateLikelihood(self._suppression, self.exposure, self._state)
        self._made = None

    def ends(self) -> Iterator[End]:
        """Every end of an unknown hyperparameter's range at which the posterior may fail to be proper.

        The states' parameters have proper distributions given the hyperparameters, so what can go wrong is a
        hyperparameter's own prior. A state that the counts say nothing of follows its population, as do all states
        where a shape is large: as the log shapes grow, the likelihood tends to a positive constant. So the priors of nu
        and omega must be integrable. For large tau the likelihood falls by a factor tau for each state with an event,
        but for one where the prior of mu is flat.
        """
        positive = "for large shapes the likelihood tends to that of equal rates within each state, which is not zero"
        for p in (self.nu, self.omega):
            yield End(p.name, "infinity", p.power_at_infinity(), positive)
        for p in (self.tau, self.omega):
            yield End(p.name, "zero", p.power_at_zero(), "the likelihood does not vanish")
        with_events = int((np.bincount(self._state, weights=self._suppression.least) > 0).sum())
        growth = 0.0 if self.mu.value is not None else max(0.0, 1 + self.mu.power_at_infinity())
        if growth > 0 and with_events == 0:
            yield End("mu", "infinity", self.mu.power_at_infinity(), "there is no event to hold the log means")
        power = self.tau.power_at_infinity() - with_events + growth
        yield End("tau", "infinity", power, f"{with_events} states have events")


def _exp(log: FloatArray) -> FloatArray:
    """Return what a log is of, or where that or its inverse has no square within floating point, the nearest that has.

    Where the spread of the states has a wide prior, a few draws lie there.
    """
    return np.exp(np.clip(log, *LOG.reach))
