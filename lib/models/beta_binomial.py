"""The binomial model of many success rates: batting averages, three-point percentages."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lib.labels import align_and_label
from lib.models.conjugate import Conjugate
from lib.models.grouped import End
from lib.models.two_level import columns
from lib.numerics.rising import Table, log_rising, log_rising_or_zero, log_rising_total
from lib.priors.distributions import Beta, Normal
from lib.priors.proposed import Priors, flat_share, half_cauchy
from lib.priors.scales import LOG, LOGIT
from lib.priors.specification import Specification, hyperparameter
from lib.validation import FloatArray, successes_and_trials, trial_vector

_CLOSEST = 1e12  # beyond it, rates differ by less than a millionth, and their density loses its digits


class BetaBinomial(Conjugate):
    r"""Success rates from a Beta population, each seen through a number of trials.

    .. math:: y_j \sim \operatorname{Binomial}(n_j, \theta_j), \qquad
              \theta_j \sim \operatorname{Beta}(m \kappa, (1 - m) \kappa), \qquad j = 1, \dots, J

    Parameters
    ----------
    successes, trials : array_like, shape (J,)
        Whole numbers; at least one trial a group, and no more successes than trials.
    mean : float, frozen SciPy distribution, callable or None
        The population mean m, between 0 and 1: a number (known), a prior, a callable that returns a log density up to
        a constant, vectorised over its argument, or None (flat on the unit interval).
    concentration : float, frozen SciPy distribution, callable or None
        How close the rates are to their mean, kappa: their variance is ``m * (1 - m) / (kappa + 1)``. The same four
        things; but a flat prior, or any whose tail falls no faster than 1 / kappa, leaves no posterior.
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
    Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 5.3.
    """

    scale, group, data, hyper = LOGIT, "theta", ("successes", "trials"), ("mean", "concentration")
    outer, outer_start, outer_nodes = "concentration", (0.0, 7.0), np.geomspace(1e-3, 1e7, 60)

    def __init__(
        self,
        successes: ArrayLike,
        trials: ArrayLike,
        *,
        mean: Specification = None,
        concentration: Specification = None,
        labels: Sequence[object] | None = None,
        allow_improper: bool = False,
    ) -> None:
        (successes, trials), labels = align_and_label(labels, successes=successes, trials=trials)
        self.successes, self.trials = successes_and_trials(successes, trials)
        self.mean = hyperparameter("mean", mean, LOGIT, edge="otherwise all rates are the same")
        edge = "at zero every rate is 0 or 1"
        self.concentration = hyperparameter("concentration", concentration, LOG, edge=edge, most=_CLOSEST)
        super().__init__(labels, allow_improper)

    # The model.

    def population(self, mean: FloatArray, concentration: FloatArray) -> Beta:
        """Beta(m kappa, (1 - m) kappa)."""
        return Beta(mean * concentration, (1 - mean) * concentration)

    def pointwise_log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(successes of a group | theta), shape (..., J)."""
        terms = special.xlogy(self.successes, theta) + special.xlog1py(self._failures, -theta)
        return np.asarray(terms + self._log_ways)

    def log_free_likelihood(self, logit: FloatArray) -> FloatArray:
        """Log p(successes | logits): a share near one has lost its digits, its logit has not."""
        terms = self.successes * special.log_expit(logit) + self._failures * special.log_expit(-logit)
        return np.asarray((terms + self._log_ways).sum(axis=-1))

    def simulate(self, rng: np.random.Generator, theta: FloatArray) -> FloatArray:
        """Draw successes."""
        return np.asarray(rng.binomial(self.trials.astype(int), theta), dtype=float)

    def groups_given(self, mean: ArrayLike, concentration: ArrayLike) -> Beta:
        """Posterior of each group's rate given the hyperparameters, shapes (..., J): successes and failures add up."""
        prior = self.population(*columns(mean, concentration))
        return Beta(prior.alpha + self.successes, prior.beta + self._failures)

    def log_marginal_likelihood(self, mean: ArrayLike, concentration: ArrayLike) -> FloatArray:
        """Log p(successes | mean, concentration), every rate integrated out; the arguments broadcast.

        References
        ----------
        Skellam (1948), "A probability distribution derived from the binomial distribution by regarding the probability
        of success as variable between the sets of trials", *Journal of the Royal Statistical Society B* 10:257-261.
        """
        mean, concentration = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(concentration, dtype=float))
        shapes = self.population(mean, concentration)
        some, missed = log_rising_total(shapes.alpha, self._some), log_rising_total(shapes.beta, self._missed)
        return np.asarray(some + missed - log_rising_total(concentration, self._all) + self._log_ways.sum())

    def pointwise_log_marginal_likelihood(self, mean: ArrayLike, concentration: ArrayLike) -> FloatArray:
        """Log p(successes of a group | mean, concentration), shape (..., J)."""
        alpha, beta = self.population(*columns(mean, concentration))
        some, missed = log_rising_or_zero(alpha, self.successes), log_rising_or_zero(beta, self._failures)
        return np.asarray(some + missed - log_rising(alpha + beta, self.trials) + self._log_ways)

    def known_of_new(self, values: ArrayLike) -> FloatArray:
        """Check numbers of trials."""
        return trial_vector("new", values)

    # Where the mass lies, and whether it is finite.

    def own_estimates(self) -> Normal:
        """Give the shares, half a success and half a failure added, and their standard errors."""
        share = (self.successes + 0.5) / (self.trials + 1)
        return Normal(share, np.sqrt(share * (1 - share) / self.trials))

    def inner_given(self, concentration: FloatArray) -> Normal:
        """Give the logit of the pooled share and its standard error, about."""
        # So many independent trials would say as much of the mean as all the groups do.
        (kappa,), pooled = columns(concentration), special.expit(self._pooled_logit)
        worth = ((kappa + 1) / (kappa + self.trials) * self.trials).sum(axis=-1)
        return Normal(self._pooled_logit, 1 / np.sqrt(pooled * (1 - pooled) * worth))

    def ends(self) -> Iterator[End]:
        """As the concentration grows, the likelihood tends to that of one rate for all, which is positive.

        As it goes to zero, every group with both successes and failures brings a factor kappa; as the mean goes to zero
        (or one), every group with a success (or a failure) brings a factor m (or 1 - m). The prior must do the rest.
        """
        some, missed = self.successes > 0, self._failures > 0
        both, m, kappa = (some & missed).sum(), self.mean, self.concentration
        why = "the likelihood tends to that of one rate for all, which is not zero"
        yield End("concentration", "infinity", kappa.power_at_infinity(), why)
        yield End("concentration", "zero", kappa.power_at_zero() + both, f"{both} groups have successes and failures")
        yield End("mean", "zero", m.power_at_zero() + some.sum(), f"{some.sum()} groups have a success", least=-0.98)
        yield End("mean", "one", m.power_at_one() + missed.sum(), f"{missed.sum()} groups have a failure", least=-0.7)

    def proper_priors(self) -> Priors:
        """Propose every mean alike; a concentration about that of the shares, were they the rates themselves."""
        mean, variance = self._moments()
        return {"mean": flat_share(), "concentration": half_cauchy(max(1.0, mean * (1 - mean) / variance - 1))}

    def _tabulate(self) -> None:
        self._failures = self.trials - self.successes
        self._some, self._missed, self._all = (Table.of(x) for x in (self.successes, self._failures, self.trials))
        n, y = self.trials + 1, self.successes + 1
        self._log_ways = special.gammaln(n) - special.gammaln(y) - special.gammaln(self._failures + 1)
        self._pooled_logit = np.log(self.successes.sum() + 0.5) - np.log(self._failures.sum() + 0.5)
