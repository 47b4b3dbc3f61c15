"""The normal model with known standard errors: eight schools, batting averages on the arcsine scale."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lib.labels import align_and_label
from lib.models.base import ExactStep, SliceStep, State
from lib.models.conjugate import Conjugate
from lib.models.grouped import End
from lib.models.location_scale import Measured, where_the_data_are
from lib.models.two_level import TwoLevel, columns
from lib.numerics.chunks import chunks, in_chunks
from lib.priors.distributions import LOG_TWO_PI, Normal
from lib.priors.hyperparameter import Hyperparameter, place
from lib.priors.proposed import Priors, half_cauchy, normal
from lib.priors.scales import LOG, REAL
from lib.priors.specification import Specification, hyperparameter
from lib.validation import FloatArray, finite_vector, positive_vector


class _Summary(NamedTuple):
    """Sums over the groups at each tau, with ``precision = 1 / (sigma**2 + tau**2)``."""

    log_precision: FloatArray
    precision: FloatArray
    centre: FloatArray  # the precision-weighted mean of y
    scatter: FloatArray  # the precision-weighted sum of squares about it


class NormalNormal(Conjugate):
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
        One distinct label a group; by default those that the data carry, as a pandas Series does, or 0, 1, ...
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

    _moves = Measured
    scale, group, data, hyper, outer = REAL, "theta", ("y", "sigma"), ("mu", "tau"), "tau"

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
        (y, sigma), labels = align_and_label(labels, y=y, sigma=sigma)
        self.y = finite_vector("y", y)
        self.sigma = positive_vector("sigma", sigma, length=self.y.size)
        self.mu = hyperparameter("mu", mu, REAL)
        self.tau = hyperparameter("tau", tau, LOG)
        super().__init__(labels, allow_improper)

    # The model.

    def population(self, mu: FloatArray, tau: FloatArray) -> Normal:
        """N(mu, tau)."""
        return Normal(mu, tau)

    def pointwise_log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(y of a group | theta), shape (..., J)."""
        return Normal(theta, self.sigma).log_density(self.y)

    def simulate(self, rng: np.random.Generator, theta: FloatArray) -> FloatArray:
        """Draw estimates."""
        return Normal(theta, self.sigma).draw(rng)

    def own_estimates(self) -> Normal:
        """Give the data themselves."""
        return Normal(self.y, self.sigma)

    # What integrates out in closed form: the effects always, mu under a flat or normal prior.

    def groups_given(self, mu: ArrayLike, tau: ArrayLike) -> Normal:
        """Posterior of each group's effect given mu and tau, shape (..., J).

        References
        ----------
        *Bayesian Data Analysis*, equation 5.17.
        """
        mu, tau = columns(mu, tau)
        weight = self._weight(tau)
        return Normal(weight * self.y + (1 - weight) * mu, np.sqrt(weight) * self.sigma)

    def _weight(self, tau: FloatArray) -> FloatArray:
        """Of each group's own estimate, as lib.estimators has it: sigma / 0 is infinite, its weight rightly zero."""
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(1 / (1 + np.square(self.sigma / tau)))

    def deviation_given(self, mu: FloatArray, tau: FloatArray) -> Normal:
        """Posterior of theta - mu given mu and tau, accurate at a tiny tau too, shape (..., J)."""
        mu, tau = columns(mu, tau)
        weight = self._weight(tau)
        return Normal(weight * (self.y - mu), np.sqrt(weight) * self.sigma)

    def mu_given(self, tau: ArrayLike) -> Normal:
        """Posterior of mu given tau, theta integrated out, shape (...); for a flat or normal prior on mu.

        References
        ----------
        *Bayesian Data Analysis*, equation 5.20.
        """
        precision, centre = in_chunks(self._centres, np.asarray(tau, dtype=float), width=self.size)
        prior_mean, prior_precision = self._normal_mu()
        total = precision + prior_precision
        return Normal((precision * centre + prior_precision * prior_mean) / total, total**-0.5)

    def log_marginal_likelihood(self, mu: ArrayLike | None = None, tau: ArrayLike | None = None) -> FloatArray:
        """Log p(y | mu, tau), theta integrated out; without mu, log p(y | tau) with mu integrated out too.

        Parameters
        ----------
        mu : array_like, optional
            Population means; they broadcast against tau. Left out, mu is integrated over its flat or normal prior, or
            is its known value.
        tau : array_like
            Between-group standard deviations, from zero on.

        Returns
        -------
        ndarray
            Under a flat prior on mu it is up to the constant that such a prior leaves open.

        Raises
        ------
        TypeError
            If tau is left out.
        """
        if tau is None:
            raise TypeError("tau must be given; for the likelihood of tau alone write log_marginal_likelihood(tau=...)")
        s = _Summary(*in_chunks(self._sums, np.asarray(tau, dtype=float), width=self.size))
        fixed = s.log_precision / 2 - s.scatter / 2 - self.size * LOG_TWO_PI / 2
        mu = self.mu.value if mu is None else mu
        if mu is not None:
            return np.asarray(fixed - s.precision * (s.centre - np.asarray(mu, dtype=float)) ** 2 / 2)
        mean, precision = self._normal_mu()
        integrated = np.asarray(fixed + (LOG_TWO_PI - np.log(s.precision)) / 2)
        if precision == 0:
            return integrated
        predictive = Normal(np.asarray(mean), np.sqrt(1 / s.precision + 1 / precision))
        return integrated + predictive.log_density(s.centre)

    def pointwise_log_marginal_likelihood(self, mu: ArrayLike, tau: ArrayLike) -> FloatArray:
        """Log p(y of a group | mu, tau), shape (..., J): the variances add up."""
        mu, tau = columns(mu, tau)
        return Normal(mu, np.hypot(self.sigma, tau)).log_density(self.y)

    def draw_groups(self, rng: np.random.Generator, mu: FloatArray, tau: FloatArray) -> FloatArray:
        """Draw every effect given the data, mu and tau, each of shape (n,): in place, for many draws fill memory."""
        theta = rng.standard_normal((mu.size, self.size))
        for some in chunks(mu.size, self.size):
            given = self.groups_given(mu[some], tau[some])
            theta[some] *= given.sd
            theta[some] += given.mean
        return theta

    # A random walk (lib.models.base.Walkable) over all parameters. It moves each effect's distance from its mean given
    # mu and tau, which stays spread out where a small tau squeezes the effects into the neck of a funnel.
    start_position, parameters = TwoLevel.start_position, TwoLevel.parameters

    def anchor(self, mu: FloatArray, tau: FloatArray) -> Normal:
        """Return the effects' posterior given mu and tau."""
        return self.groups_given(mu, tau)

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the distances and the free hyperparameters."""
        (mu, tau), log_prior = place(self.hyperparameters, position[..., self.size :])
        # p(theta | mu, tau) p(y | theta) = p(theta | y, mu, tau) p(y | mu, tau), and the first factor has that scale.
        with np.errstate(all="ignore"):  # far out, where numbers overflow
            square = (position[..., : self.size] ** 2).sum(axis=-1)
            return np.asarray(self.log_marginal_likelihood(mu, tau) - square / 2 + log_prior)

    # Gibbs sampling (lib.models.base.Sweepable).

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """The effects; mu and tau given the effects; mu and tau, taking the effects along."""
        moves = self._moves(self.mu, self.tau, "theta", self.size, y=self.y, precision=self.sigma**-2)
        return (ExactStep(self._draw_theta), *moves.steps)

    def scatter(self, rng: np.random.Generator, chains: int) -> State:
        """Scatter mu and tau where the groups that say something put them."""
        centre, spread = where_the_data_are(self.y, self.sigma)
        return {"mu": rng.normal(centre, spread, chains), "tau": spread * np.exp(rng.uniform(-2, 1, chains))}

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Effects at their estimates, mu and tau scattered where the data put them, inside their priors."""
        state = super().start_state(rng, chains)
        return state | {"theta_deviation": state["theta"] - state["mu"][:, np.newaxis]}

    def elsewhere(self, parameter: Hyperparameter) -> FloatArray:
        """Values in units of how far the data reach."""
        centre, spread = where_the_data_are(self.y, self.sigma)
        if parameter is self.mu:
            return np.asarray(centre + spread * np.linspace(-50, 50, 4001))
        return spread * np.geomspace(1e-4, 1e4, 4001)

    def proper_priors(self) -> Priors:
        """Propose some about where the data are."""
        centre, spread = where_the_data_are(self.y, self.sigma)
        return {"mu": normal(centre, spread), "tau": half_cauchy(spread)}

    def _draw_theta(self, state: State, rng: np.random.Generator) -> State:
        given = self.deviation_given(state["mu"], state["tau"])
        deviation = given.mean + given.sd * rng.standard_normal(given.mean.shape)
        return {"theta": state["mu"][:, np.newaxis] + deviation, "theta_deviation": deviation}

    # Quadrature (lib.models.base.Integrable).

    def _tabulate(self) -> None:
        """Look for tau from far below the smallest standard error to far above the spread of the estimates."""
        self.outer_nodes = np.geomspace(1e-4 * self.sigma.min(), 1e4 * max(np.ptp(self.y), self.sigma.max()), 80)

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """Tau unless it is known; mu too when its prior is neither flat nor normal."""
        return tuple(p for p in super().integrated if p is not self.mu or p.normal is None)

    def inner_given(self, tau: FloatArray) -> Normal:
        """Mu under a flat prior."""
        precision, centre = in_chunks(self._centres, tau, width=self.size)
        return Normal(centre, 1 / np.sqrt(precision))

    def log_integrand(self, *hyperparameters: FloatArray) -> FloatArray:
        """Log priors but the first one's times marginal likelihood."""
        if self._integrates_mu:
            return self.log_marginal_likelihood(tau=hyperparameters[0])
        return super().log_integrand(*hyperparameters)

    def draw_given(self, rng: np.random.Generator, *coordinates: FloatArray, size: int) -> State:
        """Return tau, draw mu where it integrates out, then the effects given both."""
        if not self._integrates_mu:
            return super().draw_given(rng, *coordinates, size=size)
        tau = coordinates[0] if coordinates else np.asarray(self.tau.value, dtype=float)
        mu = self.mu_given(tau).draw(rng, (size,))
        drawn = {"tau": tau} if coordinates else {}
        return drawn | {"mu": mu, "theta": self.draw_groups(rng, mu, np.broadcast_to(tau, (size,)))}

    @property
    def _integrates_mu(self) -> bool:
        """Whether algebra does it."""
        return self.mu.value is None and self.mu.normal is not None

    def _normal_mu(self) -> tuple[float, float]:
        if self.mu.normal is None:
            raise ValueError("mu: its prior is neither flat nor normal, so it does not integrate out in closed form")
        return self.mu.normal

    def _centres(self, tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        precision = 1 / (self.sigma**2 + tau**2)
        total = precision.sum(axis=-1)
        return total, precision @ self.y / total

    def _sums(self, tau: FloatArray) -> _Summary:
        (total, centre), precision = self._centres(tau), 1 / (self.sigma**2 + tau**2)
        scatter = (precision * (self.y - centre[:, np.newaxis]) ** 2).sum(axis=-1)
        return _Summary(np.log(precision).sum(axis=-1), total, centre, scatter)

    def ends(self) -> Iterator[End]:
        """Tau alone can fail.

        As tau grows, the likelihood of tau (mu integrated out) falls as tau**-J times what the prior of mu adds: tau
        for a flat one, nothing for a known or proper one, tau**(k + 1) for a prior that falls as abs(mu)**k. As tau
        goes to zero the likelihood tends to a positive constant, so the prior alone must be integrable there.
        """
        yield End("tau", "zero", self.tau.power_at_zero(), "the likelihood does not vanish")
        at_infinity, sentence = self.tau.power_at_infinity(), ""
        growth = 0.0 if self.mu.value is not None else max(0.0, 1 + self.mu.power_at_infinity())
        if at_infinity == 0 and growth <= 1:
            sentence = f"a flat prior on tau needs J >= {2 + (growth == 1)} groups here, and there are J = {self.size}"
        power = at_infinity - self.size + growth
        yield End("tau", "infinity", power, f"there are only {self.size} groups", sentence=sentence)
