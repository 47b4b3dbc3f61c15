"""The normal model with known standard errors: eight schools, batting averages on the arcsine scale."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lib.estimators import shrinkage_weight
from lib.models.base import ExactStep, SliceStep, State
from lib.models.hyperparameter import (
    POSITIVE,
    REAL_LINE,
    Hyperparameter,
    Specification,
    complete,
    hyperparameter,
    place,
)
from lib.validation import FloatArray, finite_vector, freeze, group_labels, positive_vector

LOG_TWO_PI = np.log(2 * np.pi)
_SAYS_NOTHING = 100.0  # a group with so many times the others' standard error has a ten-thousandth of their weight
_CHUNK = 2**20  # numbers held at once when something is summed over groups for many values of tau


class Normal(NamedTuple):
    """Mean and standard deviation of a normal distribution."""

    mean: FloatArray
    sd: FloatArray


class _Summary(NamedTuple):
    """Sums over the groups at each tau, with ``precision = 1 / (sigma**2 + tau**2)``."""

    log_precision: FloatArray
    precision: FloatArray
    centre: FloatArray  # the precision-weighted mean of y
    scatter: FloatArray  # the precision-weighted sum of squares about it


class _Parabola(NamedTuple):
    """The log density of a normal likelihood in one parameter, up to a constant."""

    slope: FloatArray  # at zero
    precision: FloatArray

    def at(self, x: FloatArray) -> FloatArray:
        return x * (self.slope - self.precision * x / 2)


class NormalNormal:
    r"""Group effects from a normal population, each estimated with a known standard error.

    .. math:: y_j \sim N(\theta_j, \sigma_j^2), \qquad \theta_j \sim N(\mu, \tau^2), \qquad j = 1, \dots, J

    Parameters
    ----------
    y : array_like, shape (J,)
        Estimated effects.
    sigma : array_like, shape (J,)
        Their standard errors, in the same units, taken as known.
    mu, tau : float, frozen SciPy distribution, callable or None
        Population mean and standard deviation: a number (known), a prior, a callable that returns a log density up to
        a constant, vectorised over its argument, or None (flat on the whole range).
    labels : sequence, optional
        One distinct label a group; 0, 1, ... by default.
    allow_improper : bool
        Accept a posterior that does not exist, to see what a sampler makes of it.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name; or if the posterior is improper, with the condition that fails.

    References
    ----------
    Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 5.4.
    """

    def __init__(
        self,
        y: ArrayLike,
        sigma: ArrayLike,
        *,
        mu: Specification = None,
        tau: Specification = None,
        labels: Sequence[object] | None = None,
        allow_improper: bool = False,
    ) -> None:
        self.y = finite_vector("y", y)
        self.sigma = positive_vector("sigma", sigma, length=self.y.size)
        self._labels = group_labels(labels, length=self.y.size)
        self.mu = hyperparameter("mu", mu, REAL_LINE)
        self.tau = hyperparameter("tau", tau, POSITIVE)
        self.improper = self._why_improper()
        if self.improper and not allow_improper:
            raise ValueError(f"the posterior is improper: {self.improper}")
        freeze(self)

    @property
    def labels(self) -> list[object]:
        """One label a group; the list is a copy."""
        return list(self._labels)

    @property
    def vectors(self) -> dict[str, tuple[str, list[object]]]:
        """One effect a group."""
        return {"theta": ("group", self.labels)}

    @property
    def observed(self) -> dict[str, FloatArray]:
        """The estimated effects."""
        return {"y": self.y}

    @property
    def constants(self) -> dict[str, FloatArray | float]:
        """The standard errors, and the hyperparameters that are known."""
        known = {p.name: p.value for p in (self.mu, self.tau) if p.value is not None}
        return {"sigma": self.sigma, **known}

    # The joint density, factor by factor. Arguments broadcast: mu and tau of shape (...), theta of shape (..., J).

    def log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(y | theta), shape (...) for theta of shape (..., J)."""
        return _log_normal(self.y, theta, self.sigma).sum(axis=-1)

    def log_population(self, theta: FloatArray, mu: FloatArray, tau: FloatArray) -> FloatArray:
        """Log p(theta | mu, tau), shape (...); tau above zero."""
        return _log_normal(theta, np.expand_dims(mu, -1), np.expand_dims(tau, -1)).sum(axis=-1)

    def log_hyperprior(self, mu: FloatArray, tau: FloatArray) -> FloatArray:
        """Log p(mu) + log p(tau), up to a constant."""
        return self.mu.log_density(np.asarray(mu, dtype=float)) + self.tau.log_density(np.asarray(tau, dtype=float))

    def log_joint(self, theta: FloatArray, mu: FloatArray, tau: FloatArray) -> FloatArray:
        """Log p(y, theta, mu, tau), up to a constant: the posterior's shape."""
        return self.log_likelihood(theta) + self.log_population(theta, mu, tau) + self.log_hyperprior(mu, tau)

    # What integrates out in closed form.

    def theta_given(self, mu: ArrayLike, tau: ArrayLike) -> Normal:
        """Posterior of each group's effect given mu and tau, shape (..., J).

        References
        ----------
        *Bayesian Data Analysis*, equation 5.17.
        """
        mu, tau = (np.expand_dims(np.asarray(value, dtype=float), -1) for value in (mu, tau))
        weight = shrinkage_weight(self.sigma, tau)
        return Normal(weight * self.y + (1 - weight) * mu, np.sqrt(weight) * self.sigma)

    def mu_given(self, tau: ArrayLike) -> Normal:
        """Posterior of mu given tau, theta integrated out, shape (...); for a flat or normal prior on mu.

        References
        ----------
        *Bayesian Data Analysis*, equation 5.20.
        """
        precision, centre = self._in_chunks(self._centres, np.asarray(tau, dtype=float))
        return self._mu_given(precision, centre)

    def log_marginal_likelihood(self, tau: ArrayLike, mu: ArrayLike | None = None) -> FloatArray:
        """Log p(y | mu, tau), theta integrated out; without mu, log p(y | tau) with mu integrated out too.

        Parameters
        ----------
        tau : array_like
            Between-group standard deviations, from zero on.
        mu : array_like, optional
            Population means; they broadcast against tau. Left out, mu is integrated over its flat or normal prior, or
            is its known value.

        Returns
        -------
        ndarray
            Under a flat prior on mu it is up to the constant that such a prior leaves open.
        """
        s = self._summary(np.asarray(tau, dtype=float))
        fixed = s.log_precision / 2 - s.scatter / 2 - self.y.size * LOG_TWO_PI / 2
        if mu is None:
            mu = self.mu.value
        if mu is not None:
            return np.asarray(fixed - s.precision * (s.centre - np.asarray(mu, dtype=float)) ** 2 / 2)
        mean, precision = self._normal_mu()
        integrated = np.asarray(fixed + (LOG_TWO_PI - np.log(s.precision)) / 2)
        if precision == 0:
            return integrated
        return integrated + _log_normal(s.centre, mean, np.sqrt(1 / s.precision + 1 / precision))

    # What calibration asks for (lib.models.base.Simulated).

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw mu and tau from their priors, effects given them, estimates given those; the standard errors stay.

        Raises
        ------
        ValueError
            If mu or tau has no proper prior.
        """
        mu, tau = self.mu.draw(rng), self.tau.draw(rng)
        theta = mu + tau * rng.standard_normal(self.y.size)
        model = copy(self)
        model.y = theta + self.sigma * rng.standard_normal(self.y.size)
        freeze(model)
        drawn = {"mu": mu, "tau": tau}
        return {p.name: drawn[p.name] for p in self._unknown} | {"theta": theta}, model

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the log likelihood, the log prior of all parameters and (theta_1 - mu)(theta_2 - mu)."""
        theta = parameters["theta"]
        mu, tau = complete((self.mu, self.tau), parameters)
        log_prior = self.log_hyperprior(mu, tau)
        if self.tau.value != 0:  # if it is, the effects have no density: they are mu
            log_prior = log_prior + self.log_population(theta, mu, tau)
        summaries = {"log_likelihood": self.log_likelihood(theta), "log_prior": log_prior}
        if self.y.size > 1:
            summaries["product"] = (theta[..., 0] - mu) * (theta[..., 1] - mu)
        return summaries

    # What a random walk asks for (lib.models.base.Walk). Given mu and tau each effect is normal; the walk moves its
    # distance from that mean, in its standard deviations. Where tau is small and the effects are squeezed into the neck
    # of a funnel, a distance stays spread out, as eta = (theta - mu) / tau does; and where tau is large and each effect
    # is tied to its own estimate too, as eta does not.

    def start(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Distances from a standard normal, hyperparameters where the data put them, scattered."""
        state = self.start_state(rng, chains)
        free = [p.free(state[p.name])[:, np.newaxis] for p in self._unknown]
        return np.concatenate([rng.standard_normal((chains, self.y.size)), *free], axis=1)

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the distances and the free hyperparameters."""
        distance, mu, tau, log_prior = self._place(position)
        # p(theta | mu, tau) p(y | theta) = p(theta | y, mu, tau) p(y | mu, tau), and the first factor has that scale.
        with np.errstate(all="ignore"):  # far out, where numbers overflow
            return self.log_marginal_likelihood(tau, mu) - (distance**2).sum(axis=-1) / 2 + log_prior

    def parameters(self, position: FloatArray) -> dict[str, FloatArray]:
        """Effects and hyperparameters at each position."""
        distance, mu, tau, _ = self._place(position)
        given = self.theta_given(mu, tau)
        known = {"mu": mu, "tau": tau}
        return {p.name: known[p.name] for p in self._unknown} | {"theta": given.mean + given.sd * distance}

    @property
    def _unknown(self) -> list[Hyperparameter]:
        return [p for p in (self.mu, self.tau) if p.value is None]

    def _place(self, position: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        (mu, tau), log_prior = place((self.mu, self.tau), position[..., self.y.size :])
        return position[..., : self.y.size], mu, tau, log_prior

    # What Gibbs sampling asks for (lib.models.base.Conditionals). Each sweep visits mu and tau twice: given the effects
    # (centred), and given eta (non-centred), which leads out of the neck of the funnel. The state holds the deviations
    # theta - mu too: where tau is tiny, rounding would lose them from theta.

    @property
    def sampled(self) -> tuple[str, ...]:
        """The unknown hyperparameters and the effects."""
        return (*(p.name for p in self._unknown), "theta")

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """The effects; mu and tau given the effects; mu and tau given eta.

        References
        ----------
        Yu and Meng (2011), "To center or not to center", *Journal of Computational and Graphical Statistics*
        20:531-570, for the interweaving of both.
        """
        steps: list[ExactStep | SliceStep] = [ExactStep(self._draw_theta)]
        named = self.mu.normal is not None
        if self.mu.value is None and self.tau.value != 0:
            slice_mu = SliceStep(self.mu, self._log_mu, self._move_mu)
            steps.append(ExactStep(self._draw_mu) if named else slice_mu)
        if self.tau.value is None:
            proper = self.y.size > 1  # one effect alone says nothing of the spread
            slice_tau = SliceStep(self.tau, self._log_tau, self._move_tau, self._tau_given_effects if proper else None)
            steps.append(ExactStep(self._draw_tau) if self.tau.flat and proper else slice_tau)
        if self.mu.value is None:
            slice_mu = SliceStep(self.mu, self._log_mu_with_theta, self._move_mu_with_theta)
            steps.append(ExactStep(self._draw_mu_with_theta) if named else slice_mu)
        if self.tau.value is None:
            slice_tau = SliceStep(self.tau, self._log_tau_with_theta, self._move_tau_with_theta, self._tau_given_data)
            steps.append(ExactStep(self._draw_tau_with_theta) if self.tau.flat else slice_tau)
        return tuple(steps)

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Effects at their estimates, mu and tau scattered where the data put them, inside their priors."""
        centre, spread = self._where_the_data_are()
        start = {"mu": rng.normal(centre, spread, chains), "tau": spread * np.exp(rng.uniform(-2, 1, chains))}
        wide = {
            "mu": centre + spread * np.linspace(-50, 50, 4001),
            "tau": spread * np.geomspace(1e-4, 1e4, 4001),
        }
        mu, tau = (
            p.inside(start[p.name], wide[p.name], rng) if p.value is None else np.full(chains, p.value)
            for p in (self.mu, self.tau)
        )
        theta = np.tile(self.y, (chains, 1))
        return {"mu": mu, "tau": tau, "theta": theta, "deviation": theta - mu[:, np.newaxis]}

    def _where_the_data_are(self) -> tuple[float, float]:
        """Centre and spread of the groups that say something: a standard error of 1e9 says nothing of the others."""
        second = np.sort(self.sigma)[min(1, (self.y.size - 1) // 2)]  # the first of two; one may be tiny by itself
        telling = self.sigma <= _SAYS_NOTHING * second
        spread = np.hypot(self.y[telling].std(), self.sigma[telling].mean())
        telling |= self.sigma <= _SAYS_NOTHING * spread
        y, sigma = self.y[telling], self.sigma[telling]
        return float(y.mean()), float(np.hypot(y.std(), sigma.mean()))

    def deviation_given(self, mu: FloatArray, tau: FloatArray) -> Normal:
        """Posterior of theta - mu given mu and tau, accurate at a tiny tau too, shape (..., J)."""
        weight = shrinkage_weight(self.sigma, tau[..., np.newaxis])
        return Normal(weight * (self.y - mu[..., np.newaxis]), np.sqrt(weight) * self.sigma)

    def _draw_theta(self, state: State, rng: np.random.Generator) -> State:
        given = self.deviation_given(state["mu"], state["tau"])
        deviation = given.mean + given.sd * rng.standard_normal(given.mean.shape)
        return {"theta": state["mu"][:, np.newaxis] + deviation, "deviation": deviation}

    # Each part of the log joint that mu or tau appears in, but for the prior.

    def _effects_on_mu(self, state: State) -> _Parabola:
        """Log p(theta | mu + x, tau): the effects are J measurements of mu with standard error tau."""
        precision = self.y.size / state["tau"] ** 2
        return _Parabola(precision * state["deviation"].mean(axis=-1), precision)

    def _data_on_mu(self, state: State) -> _Parabola:
        """Log p(y | mu + x, tau, eta): each y - tau eta measures mu with standard error sigma."""
        precision = self.sigma**-2
        return _Parabola((precision * (self.y - state["theta"])).sum(axis=-1), np.asarray(precision.sum()))

    def _data_on_tau(self, state: State) -> _Parabola:
        """Log p(y | mu, x, eta): tau is the slope of y - mu on eta."""
        eta = state["deviation"] / state["tau"][:, np.newaxis]
        weighted = eta * self.sigma**-2
        residual = self.y - state["mu"][:, np.newaxis]
        return _Parabola((weighted * residual).sum(axis=-1), (weighted * eta).sum(axis=-1))

    def _log_mu(self, mu: FloatArray, state: State) -> FloatArray:
        return self._effects_on_mu(state).at(mu - state["mu"])

    def _log_mu_with_theta(self, mu: FloatArray, state: State) -> FloatArray:
        return self._data_on_mu(state).at(mu - state["mu"])

    def _log_tau(self, tau: FloatArray, state: State) -> FloatArray:
        return -self.y.size * np.log(tau) - (state["deviation"] ** 2).sum(axis=-1) / (2 * tau**2)

    def _log_tau_with_theta(self, tau: FloatArray, state: State) -> FloatArray:
        return self._data_on_tau(state).at(tau)

    # Exact draws, for a normal or flat prior on mu and a flat one on tau.

    def _draw_shift(self, likelihood: _Parabola, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw the difference between the new mu and the old: precisions add up."""
        mean, precision = self._normal_mu()
        total = likelihood.precision + precision
        centre = (likelihood.slope + precision * (mean - mu)) / total
        return np.asarray(centre + rng.standard_normal(mu.shape) / np.sqrt(total))

    def _draw_mu(self, state: State, rng: np.random.Generator) -> State:
        shift = self._draw_shift(self._effects_on_mu(state), state["mu"], rng)
        return {"mu": state["mu"] + shift, "deviation": state["deviation"] - shift[:, np.newaxis]}

    def _draw_mu_with_theta(self, state: State, rng: np.random.Generator) -> State:
        shift = self._draw_shift(self._data_on_mu(state), state["mu"], rng)
        return self._move_mu_with_theta(state["mu"] + shift, state)

    def _tau_given_effects(self, state: State, rng: np.random.Generator, size: int) -> FloatArray:
        """Tau given the effects: tau squared is half their sum of squares over a Gamma((J - 1) / 2) draw."""
        square = (state["deviation"] ** 2).sum(axis=-1)
        return np.asarray(np.sqrt(square / 2 / rng.standard_gamma((self.y.size - 1) / 2, (size, square.size))))

    def _tau_given_data(self, state: State, rng: np.random.Generator, size: int) -> FloatArray:
        """Tau given eta: normal about the slope of y - mu on eta, kept above zero."""
        slope, precision = self._data_on_tau(state)
        centre, sd = slope / precision, precision**-0.5
        # The upper share rng of the part above zero, in logarithms, so that it holds far out in the tail too.
        tail = np.log1p(-rng.random((size, centre.size))) + special.log_ndtr(centre / sd)
        return np.abs(centre - sd * special.ndtri_exp(tail))  # abs: rounding at zero

    def _draw_tau(self, state: State, rng: np.random.Generator) -> State:
        return self._move_tau(self._tau_given_effects(state, rng, 1)[0], state)

    def _draw_tau_with_theta(self, state: State, rng: np.random.Generator) -> State:
        return self._move_tau_with_theta(self._tau_given_data(state, rng, 1)[0], state)

    # A move given the effects leaves theta where it is; one given eta takes theta along.

    def _move_mu(self, mu: FloatArray, state: State) -> State:
        return state | {"mu": mu, "deviation": state["deviation"] - (mu - state["mu"])[:, np.newaxis]}

    def _move_mu_with_theta(self, mu: FloatArray, state: State) -> State:
        return state | {"mu": mu, "theta": mu[:, np.newaxis] + state["deviation"]}

    def _move_tau(self, tau: FloatArray, state: State) -> State:
        return state | {"tau": tau}

    def _move_tau_with_theta(self, tau: FloatArray, state: State) -> State:
        deviation = state["deviation"] * (tau / state["tau"])[:, np.newaxis]
        return state | {"tau": tau, "deviation": deviation, "theta": state["mu"][:, np.newaxis] + deviation}

    # What quadrature asks for (lib.models.base.Quadrature).

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """Tau unless it is known; mu too when its prior is neither flat nor normal."""
        by_number = [] if self.tau.value is not None else [self.tau]
        if self.mu.value is None and self.mu.normal is None:
            by_number.append(self.mu)
        return tuple(by_number)

    def starting_nodes(self, *outer: FloatArray) -> FloatArray:
        """Where the mass of tau, or of mu given tau, may lie."""
        if self.tau.value is None and not outer:
            spread = max(np.ptp(self.y), self.sigma.max())
            span = np.geomspace(1e-4 * self.sigma.min(), 1e4 * spread, 80)
            return np.concatenate([span, self.tau.quantiles])[np.newaxis]
        tau = outer[0] if outer else np.array([self.tau.value], dtype=float)
        s = self._summary(tau)
        span = s.centre[:, np.newaxis] + np.linspace(-8, 8, 33) / np.sqrt(s.precision)[:, np.newaxis]
        return np.concatenate([span, np.broadcast_to(self.mu.quantiles, (tau.size, self.mu.quantiles.size))], axis=1)

    def log_integrand(self, *hyperparameters: FloatArray) -> FloatArray:
        """Log prior times marginal likelihood."""
        tau, mu = self._tau_and_mu(hyperparameters)
        log_prior = self.tau.log_density(tau)
        if mu is not None:
            log_prior = log_prior + self.mu.log_density(mu)
        return log_prior + self.log_marginal_likelihood(tau, mu)

    def draw_rest(self, rng: np.random.Generator, *hyperparameters: FloatArray, size: int) -> dict[str, FloatArray]:
        """Draw mu given tau unless it is given or known, then theta given both."""
        tau, mu = self._tau_and_mu(hyperparameters)
        drawn: dict[str, FloatArray] = {}
        if mu is None and self.mu.value is None:
            given = self.mu_given(tau)
            mu = drawn["mu"] = given.mean + given.sd * rng.standard_normal(size)
        elif mu is None:
            mu = np.asarray(self.mu.value, dtype=float)
        theta = drawn["theta"] = rng.standard_normal((size, self.y.size))
        mu, tau = np.broadcast_to(mu, (size,)), np.broadcast_to(tau, (size,))
        for some in self._chunks(size):  # in place: memory holds the draws, and little else
            theta_given = self.theta_given(mu[some], tau[some])
            theta[some] *= theta_given.sd
            theta[some] += theta_given.mean
        return drawn

    def _tau_and_mu(self, hyperparameters: tuple[FloatArray, ...]) -> tuple[FloatArray, FloatArray | None]:
        given = {p.name: value for p, value in zip(self.integrated, hyperparameters, strict=True)}
        return given.get("tau", np.asarray(self.tau.value, dtype=float)), given.get("mu")

    def _normal_mu(self) -> tuple[float, float]:
        if self.mu.normal is None:
            raise ValueError("mu: its prior is neither flat nor normal, so it does not integrate out in closed form")
        return self.mu.normal

    def _mu_given(self, precision: FloatArray, centre: FloatArray) -> Normal:
        prior_mean, prior_precision = self._normal_mu()
        total = precision + prior_precision
        return Normal((precision * centre + prior_precision * prior_mean) / total, total**-0.5)

    def _summary(self, tau: FloatArray) -> _Summary:
        return _Summary(*self._in_chunks(self._sums, tau))

    def _in_chunks(self, function: Callable[[FloatArray], tuple[FloatArray, ...]], tau: FloatArray) -> list[FloatArray]:
        flat = tau.reshape(-1, 1)
        parts = [function(flat[some]) for some in self._chunks(len(flat))]
        return [np.concatenate(column).reshape(tau.shape) for column in zip(*parts, strict=True)]

    def _chunks(self, size: int) -> list[slice]:
        step = max(1, _CHUNK // self.y.size)
        return [slice(start, start + step) for start in range(0, size, step)]

    def _precision(self, tau: FloatArray) -> FloatArray:
        return np.asarray(1 / (self.sigma**2 + tau**2))

    def _centres(self, tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        precision = self._precision(tau)
        total = precision.sum(axis=-1)
        return total, precision @ self.y / total

    def _sums(self, tau: FloatArray) -> _Summary:
        precision = self._precision(tau)
        total = precision.sum(axis=-1)
        centre = precision @ self.y / total
        scatter = (precision * (self.y - centre[:, np.newaxis]) ** 2).sum(axis=-1)
        return _Summary(np.log(precision).sum(axis=-1), total, centre, scatter)

    def _why_improper(self) -> str:
        """Say which condition for a proper posterior fails; empty if none does.

        As tau grows, the likelihood of tau (mu integrated out) falls as tau**-J times what the prior of mu adds: tau
        for a flat one, nothing for a known or proper one, tau**(k + 1) for a prior that falls as abs(mu)**k. As tau
        goes to zero the likelihood tends to a positive constant, so the prior alone must be integrable there.
        """
        if self.tau.value is not None:
            return ""
        at_zero, at_infinity = self.tau.power_at_zero(), self.tau.power_at_infinity()
        if at_zero <= -1:
            return (
                f"near zero the prior of tau rises as tau**{at_zero:.3g} and the likelihood does not vanish at tau = 0,"
                " so the integral diverges; the power must be above -1"
            )
        growth = 0.0
        if self.mu.value is None:
            growth = max(0.0, 1 + self.mu.power_at_infinity())
        if at_infinity - self.y.size + growth >= -1:
            if at_infinity == 0 and growth <= 1:
                needed = 3 if growth == 1 else 2
                return f"a flat prior on tau needs J >= {needed} groups here, and there are J = {self.y.size}"
            return (
                f"for large tau, prior times likelihood falls only as tau**{at_infinity - self.y.size + growth:.3g}, "
                f"so the integral diverges; more groups or a prior with a lighter tail are needed (J = {self.y.size})"
            )
        return ""


def _log_normal(x: FloatArray, mean: FloatArray | float, sd: FloatArray | float) -> FloatArray:
    return np.asarray(-(((x - mean) / sd) ** 2) / 2 - np.log(sd) - LOG_TWO_PI / 2)
