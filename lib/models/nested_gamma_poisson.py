"""Counts in groups within states: each state has a mean and a shape of its own, learned from all states."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lib.models.base import ExactStep, SliceStep, State
from lib.models.curves import Curves
from lib.models.gamma_poisson import Gamma
from lib.models.hyperparameter import POSITIVE, REAL_LINE, Hyperparameter, Specification, complete, hyperparameter
from lib.validation import FloatArray, counts_or_bounds, freeze, group_labels, positive_vector, refuse_what_does_not_fit

_WIDEST = 30.0  # a state's log mean or log shape further than this from where it starts is beyond floating point


class NestedGammaPoisson:
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
        One distinct label a group; 0, 1, ... by default.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name; or if the posterior is improper, with the condition that fails.
    """

    _curves: tuple[Curves, Curves] | None  # made when first needed

    def __init__(
        self,
        counts: ArrayLike,
        exposure: ArrayLike,
        group: ArrayLike,
        *,
        mu: Specification,
        tau: Specification,
        nu: Specification,
        omega: Specification,
        suppressed: tuple[int, int] | None = None,
        labels: Sequence[object] | None = None,
        allow_improper: bool = False,
    ) -> None:
        self.counts, self.suppressed = counts_or_bounds("counts", counts, suppressed)
        self.exposure = positive_vector("exposure", exposure, length=self.counts.size, like="counts")
        self._labels = group_labels(labels, length=self.counts.size)
        states = np.asarray(group)
        if states.shape != self.counts.shape:
            raise ValueError(f"group must name one state for each of counts's {self.counts.size} groups")
        self.states, self._state = np.unique(states, return_inverse=True)
        self.mu, self.nu = hyperparameter("mu", mu, REAL_LINE), hyperparameter("nu", nu, REAL_LINE)
        self.tau, self.omega = hyperparameter("tau", tau, POSITIVE), hyperparameter("omega", omega, POSITIVE)
        for parameter in (self.tau, self.omega):
            if parameter.value == 0:
                raise ValueError(f"{parameter.name} must be above zero: at zero the states do not differ")
        self._tabulate()
        self.improper = self._why_improper()
        if self.improper and not allow_improper:
            raise ValueError(f"the posterior is improper: {self.improper}")
        freeze(self)

    @property
    def observed(self) -> dict[str, FloatArray]:
        """The counts, NaN where suppressed."""
        return {"counts": self.counts}

    @property
    def constants(self) -> dict[str, FloatArray | float]:
        """The exposures, and the hyperparameters that are known."""
        return {"exposure": self.exposure} | {p.name: p.value for p in self._hyper if p.value is not None}

    @property
    def labels(self) -> list[object]:
        """One label a group; the list is a copy."""
        return list(self._labels)

    @property
    def vectors(self) -> dict[str, tuple[str, list[object]]]:
        """The states' parameters lie along the states, the rates along the groups."""
        state = ("state", self.states.tolist())
        return {"state_mean": state, "state_shape": state, "lam": ("group", self.labels)}

    @property
    def _hyper(self) -> tuple[Hyperparameter, ...]:
        return self.mu, self.tau, self.nu, self.omega

    # What integrates out in closed form.

    def log_state_likelihood(
        self, log_mean: FloatArray, log_shape: FloatArray, counts: FloatArray | None = None
    ) -> FloatArray:
        """Log p(counts of a state | its mean and shape), the groups' rates integrated out, up to a constant.

        Parameters
        ----------
        log_mean, log_shape : ndarray, shape (..., S)
            One value a state.
        counts : ndarray, shape (..., J), optional
            Complete counts, where some are suppressed.

        Returns
        -------
        ndarray, shape (..., S)
        """
        shape, rate = np.exp(log_shape), np.exp(log_shape - log_mean)
        k = self._sorted if counts is None else counts[..., self._order]
        with np.errstate(all="ignore"):  # far out, where numbers overflow, there is no likelihood worth having
            # k + a times log(x + b), as log(b) + log1p(x / b): a large shape then loses no digits.
            spread = np.repeat(1 / rate, self._sizes, axis=-1) * self._sorted_exposure
            terms = (k + np.repeat(shape, self._sizes, axis=-1)) * np.log1p(spread)
            total = self._add(k) * -np.log(rate) - self._add(terms)
            return np.asarray(total + self._log_rising(shape, counts))

    def lam_given(self, state_mean: FloatArray, state_shape: FloatArray, counts: FloatArray) -> Gamma:
        """Posterior of each group's rate given its state's mean and shape, shape (..., J)."""
        rate = state_shape / state_mean
        return Gamma(state_shape[..., self._state] + counts, rate[..., self._state] + self.exposure)

    def _add(self, values: FloatArray) -> FloatArray:
        """Add up over each state's groups, which are sorted by state."""
        return np.add.reduceat(values, self._starts, axis=-1)

    def _log_rising(self, shape: FloatArray, counts: FloatArray | None) -> FloatArray:
        """Sum of log(a + i) over each count's i = 0, 1, ..., count - 1: with all counts of a state, each i at once."""
        terms = np.log(np.repeat(shape, self._steps, axis=-1) + self._step) * self._times
        total = np.zeros(shape.shape)
        total[..., self._steps > 0] = np.add.reduceat(terms, self._step_starts, axis=-1) if self._step.size else 0
        if counts is not None:  # the suppressed ones, which differ from draw to draw, are small
            hidden = counts[..., self._order][..., self._hidden_sorted]
            for i in range(self.suppressed[1] if self.suppressed else 0):
                above = np.zeros((*counts.shape[:-1], self.counts.size))
                above[..., self._hidden_sorted] = hidden > i
                total = total + self._add(above) * np.log(shape + i)
        return total

    def impute(self, rng: np.random.Generator, state_mean: FloatArray, state_shape: FloatArray) -> FloatArray:
        """Draw the suppressed counts given their states' means and shapes, the rates integrated out; shape (..., J)."""
        counts = np.array(np.broadcast_to(self.counts, (*state_mean.shape[:-1], self.counts.size)))
        if self.suppressed is None or not np.isnan(self.counts).any():
            return counts
        hidden = np.isnan(self.counts)
        a = state_shape[..., self._state[hidden], np.newaxis]
        b = a / state_mean[..., self._state[hidden], np.newaxis]
        x, k = self.exposure[hidden][:, np.newaxis], np.arange(self.suppressed[0], self.suppressed[1] + 1.0)
        weight = special.gammaln(a + k) - special.gammaln(k + 1) + k * np.log(x / (x + b))
        counts[..., hidden] = k[(weight + rng.gumbel(size=weight.shape)).argmax(axis=-1)]
        return counts

    # What calibration asks for (lib.models.base.Simulated).

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw hyperparameters from their priors, then states, rates and counts; exposures and states stay.

        Where the model has suppressed counts, every count within their bounds is suppressed.

        Raises
        ------
        ValueError
            If a hyperparameter has no proper prior.
        """
        hyper = {p.name: p.draw(rng) for p in self._hyper}
        mean, shape = (
            np.exp(hyper[centre] + hyper[spread] * rng.standard_normal(self.states.size))
            for centre, spread in (("mu", "tau"), ("nu", "omega"))
        )
        lam = rng.standard_gamma(shape[self._state]) * (mean / shape)[self._state]
        model = copy(self)
        model.counts = rng.poisson(lam * self.exposure).astype(float)
        if self.suppressed is not None:
            model.counts[(model.counts >= self.suppressed[0]) & (model.counts <= self.suppressed[1])] = np.nan
        model._tabulate()
        freeze(model)
        truth = {p.name: hyper[p.name] for p in self._hyper if p.value is None}
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

    # What Gibbs sampling asks for (lib.models.base.Conditionals). The groups' rates are integrated out wherever a
    # state's mean and shape move. Each pair of hyperparameters moves given the states (centred), and given the states'
    # distances from it in units of its spread (non-centred), which is better where the counts say little of a state.

    @property
    def sampled(self) -> tuple[str, ...]:
        """The unknown hyperparameters, the states' means and shapes, and the groups' rates."""
        return (*(p.name for p in self._hyper if p.value is None), "state_mean", "state_shape", "lam")

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """The states; the hyperparameters given them, twice; the suppressed counts and the rates."""
        steps: list[ExactStep | SliceStep] = []
        for name, centre, spread in (("log_mean", self.mu, self.tau), ("log_shape", self.nu, self.omega)):
            steps.append(self._state_step(name, centre.name, spread.name))
            for parameter in (centre, spread):
                if parameter.value is None:
                    steps.append(self._centred(name, centre.name, spread.name, parameter))
                    steps.append(self._non_centred(name, centre.name, spread.name, parameter))
        return (*steps, ExactStep(self._draw_rates))

    def _likelihood(self, state: State, log_mean: FloatArray, log_shape: FloatArray) -> FloatArray:
        """Log p(counts of a state | its mean and shape): from the curves where no count differs between draws."""
        if self.suppressed is None:
            return self._tabulated_likelihood(log_mean, log_shape)
        log_mean, log_shape = np.broadcast_arrays(log_mean, log_shape)
        counts = np.broadcast_to(state["counts"], (*log_mean.shape[:-1], self.counts.size))
        return self.log_state_likelihood(log_mean, log_shape, counts)

    def _tabulated_likelihood(self, log_mean: FloatArray, log_shape: FloatArray) -> FloatArray:
        """Give what `log_state_likelihood` gives, up to rounding, at a cost that does not grow with the groups."""
        if self._curves is None:
            self._curves = self._make_curves()
        spread, rising = self._curves
        t = log_mean - log_shape
        plain, weighted = spread(t)
        return np.asarray(self._events * t - np.exp(log_shape) * plain - weighted + rising(log_shape)[0])

    def _make_curves(self) -> tuple[Curves, Curves]:
        """Tabulate the sums over a state's groups, each a function of one variable.

        They are those of log(1 + x e^t) and of k log(1 + x e^t), where e^t is the mean over the shape; and that of
        log(a + i), a function of log a. The range is that in which `_state_step` lets a state move.
        """
        weights = np.stack([np.ones(self.counts.size), self._sorted], axis=1)
        exposures = zip(
            *(np.split(values, self._starts[1:]) for values in (self._sorted_exposure, weights)), strict=True
        )
        ends = np.cumsum(self._steps)[:-1]
        steps = zip(*(np.split(values, ends) for values in (self._step, self._times[:, np.newaxis])), strict=True)
        low, high = self._pooled - 2 * _WIDEST, self._pooled + 2 * _WIDEST
        return (
            Curves(lambda t, x: np.log1p(x * np.exp(t)), list(exposures), low, high),
            Curves(lambda log_shape, i: np.log(np.exp(log_shape) + i), list(steps), -_WIDEST, _WIDEST),
        )

    def _state_step(self, name: str, centre: str, spread: str) -> SliceStep:
        """Move one of every state's two parameters, all states at once."""
        start = {"log_mean": self._pooled, "log_shape": 0.0}[name]

        def log_density(value: FloatArray, state: State) -> FloatArray:
            now = {"log_mean": state["log_mean"], "log_shape": state["log_shape"], name: value}
            distance = (value - state[centre][:, np.newaxis]) / state[spread][:, np.newaxis]
            density = self._likelihood(state, now["log_mean"], now["log_shape"]) - distance**2 / 2
            return np.where(np.abs(value - start) < _WIDEST, density, -np.inf)

        flat = Hyperparameter(name, REAL_LINE, REAL_LINE)
        return SliceStep(flat, log_density, lambda value, state: state | {name: value})

    def _centred(self, name: str, centre: str, spread: str, parameter: Hyperparameter) -> SliceStep:
        """Move a hyperparameter given the states: they are S draws from its normal distribution."""

        def log_likelihood(value: FloatArray, state: State) -> FloatArray:
            now = {centre: state[centre], spread: state[spread], parameter.name: value}
            mean = state[name].mean(axis=-1)
            square = ((state[name] - mean[:, np.newaxis]) ** 2).sum(axis=-1)
            distance = square + self.states.size * (mean - now[centre]) ** 2
            return -self.states.size * np.log(now[spread]) - distance / (2 * now[spread] ** 2)

        return SliceStep(parameter, log_likelihood, lambda value, state: state | {parameter.name: value})

    def _non_centred(self, name: str, centre: str, spread: str, parameter: Hyperparameter) -> SliceStep:
        """Move a hyperparameter given the states' standardised distances from the centre: the states move along."""

        def along(value: FloatArray, state: State) -> FloatArray:
            now = {centre: state[centre], spread: state[spread], parameter.name: value}
            distance = (state[name] - state[centre][:, np.newaxis]) / state[spread][:, np.newaxis]
            return now[centre][..., np.newaxis] + now[spread][..., np.newaxis] * distance

        def log_likelihood(value: FloatArray, state: State) -> FloatArray:
            now = {"log_mean": state["log_mean"], "log_shape": state["log_shape"], name: along(value, state)}
            start = {"log_mean": self._pooled, "log_shape": 0.0}[name]
            inside = (np.abs(now[name] - start) < _WIDEST).all(axis=-1)
            return np.where(inside, self._likelihood(state, now["log_mean"], now["log_shape"]).sum(axis=-1), -np.inf)

        def moved(value: FloatArray, state: State) -> State:
            return state | {parameter.name: value, name: along(value, state)}

        return SliceStep(parameter, log_likelihood, moved)

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """States near the pooled mean, hyperparameters scattered, inside their priors."""
        start = {
            "mu": self._pooled + rng.normal(0, 0.3, chains),
            "tau": np.exp(rng.uniform(-2, 0, chains)),
            "nu": rng.normal(1, 1, chains),
            "omega": np.exp(rng.uniform(-2, 0, chains)),
        }
        line, positive = np.linspace(-50, 50, 4001), np.geomspace(1e-6, 1e6, 4001)
        wide = {"mu": self._pooled + line, "tau": positive, "nu": line, "omega": positive}
        state = {
            p.name: p.inside(start[p.name], wide[p.name], rng) if p.value is None else np.full(chains, p.value)
            for p in self._hyper
        }
        for name, centre, spread in (("log_mean", "mu", "tau"), ("log_shape", "nu", "omega")):
            scatter = np.minimum(state[spread], 0.5)[:, np.newaxis] * rng.standard_normal((chains, self.states.size))
            state[name] = state[centre][:, np.newaxis] + scatter
        return self._draw_rates(state, rng) | state

    def _draw_rates(self, state: State, rng: np.random.Generator) -> State:
        mean, shape = np.exp(state["log_mean"]), np.exp(state["log_shape"])
        counts = self.impute(rng, mean, shape)
        given = self.lam_given(mean, shape, counts)
        lam = rng.standard_gamma(given.shape) / given.rate
        return {"counts": counts, "state_mean": mean, "state_shape": shape, "lam": lam}

    def _tabulate(self) -> None:
        """Keep what the likelihood needs of the data again and again, sorted by state."""
        hidden = np.isnan(self.counts)
        self._order = np.argsort(self._state, kind="stable")
        self._sizes = np.bincount(self._state, minlength=self.states.size)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)[:-1]])
        self._sorted, self._sorted_exposure = self.counts[self._order], self.exposure[self._order]
        self._hidden_sorted = hidden[self._order]
        self._events = np.bincount(self._state, weights=self.counts)
        self._curves = None
        least, greatest = self.suppressed or (0, 0)
        middle = np.where(hidden, (least + greatest) / 2, self.counts)
        self._pooled = float(np.log(middle.sum() + 0.5) - np.log(self.exposure.sum()))
        # Each state has tables as long as its largest count.
        largest = np.maximum.reduceat(np.nan_to_num(self._sorted), self._starts)
        refuse_what_does_not_fit("counts: the largest of every state, added up,", int(largest.sum()), each=64)
        # In each state: how many of its counts are above i, for i = 0, 1, ... up to its largest count.
        tables = []
        for s in range(self.states.size):
            counts = self.counts[(self._state == s) & ~hidden].astype(int)
            at_least = np.bincount(counts)[::-1].cumsum()[::-1] if counts.size else np.zeros(1)
            tables.append(at_least[1:].astype(float))
        self._steps = np.array([table.size for table in tables])
        self._times = np.concatenate(tables)
        self._step = np.concatenate([np.arange(table.size, dtype=float) for table in tables])
        filled = self._steps[self._steps > 0]
        self._step_starts = np.concatenate([[0], np.cumsum(filled)[:-1]]).astype(int)

    def _why_improper(self) -> str:
        """Say which condition for a proper posterior fails; empty if none does.

        The states' parameters have proper distributions given the hyperparameters, so what can go wrong is a
        hyperparameter's own prior. A state that the counts say nothing of follows its population, as do all states
        where a shape is large: as the log shapes grow, the likelihood tends to a positive constant. So the priors of nu
        and omega must be integrable. For large tau the likelihood falls by a factor tau for each state with an event,
        but for one where the prior of mu is flat.
        """
        for parameter in (self.nu, self.omega):
            if parameter.value is None and parameter.power_at_infinity() > -1 - 1e-9:
                return (
                    f"the prior of {parameter.name} must fall faster than 1 / {parameter.name}: for large shapes the "
                    "likelihood tends to that of equal rates within each state, which is not zero"
                )
        for parameter in (self.tau, self.omega):
            if parameter.value is None and parameter.power_at_zero() < -1 + 1e-9:
                return f"near zero the prior of {parameter.name} is not integrable, and the likelihood does not vanish"
        with_events = int((np.bincount(self._state, weights=np.nan_to_num(self.counts)) > 0).sum())
        growth = 0.0 if self.mu.value is not None else max(0.0, 1 + self.mu.power_at_infinity())
        if self.mu.value is None and growth > 0 and with_events == 0:
            return "without an event, a flat prior on mu leaves the log mean to fall for ever"
        if self.tau.value is None:
            power = self.tau.power_at_infinity() - with_events + growth
            if power > -1 - 1e-9:
                return (
                    f"for large tau, prior times likelihood falls only as tau**{power:.3g}; more states with events, "
                    "or a prior with a lighter tail, are needed"
                )
        return ""
