"""The binomial model of many success rates: batting averages, three-point percentages."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lib.models.base import ExactStep, SliceStep, State
from lib.models.hyperparameter import (
    POSITIVE,
    UNIT_INTERVAL,
    Hyperparameter,
    Specification,
    complete,
    hyperparameter,
    place,
)
from lib.models.rising import Table, log_rising_total
from lib.validation import FloatArray, at_most, count_vector, freeze, group_labels

_CLOSEST = 1e12  # beyond it, rates differ by less than a millionth, and their density loses its digits
_SMALLEST = 1e-300  # a share that rounds to zero or one still has a logarithm


class Beta(NamedTuple):
    """The two shapes of a Beta distribution."""

    alpha: FloatArray
    beta: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Its mean."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> FloatArray:
        """Its standard deviation."""
        total = self.alpha + self.beta
        return np.sqrt(self.alpha * self.beta / (total + 1)) / total


class BetaBinomial:
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
        One distinct label a group; 0, 1, ... by default.
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
        self.successes = count_vector("successes", successes)
        self.trials = count_vector("trials", trials, length=self.successes.size, like="successes")
        if (self.trials == 0).any():
            raise ValueError("trials must be at least one in every group: a group without trials has no data")
        if (self.successes > self.trials).any():
            raise ValueError("successes must not be more than trials in any group")
        self._labels = group_labels(labels, length=self.successes.size)
        self.mean = hyperparameter("mean", mean, UNIT_INTERVAL)
        self.concentration = hyperparameter("concentration", concentration, POSITIVE)
        if self.mean.value in (0, 1):
            raise ValueError("mean must lie between 0 and 1, ends excluded: otherwise all rates are the same")
        if self.concentration.value == 0:
            raise ValueError("concentration must be above zero: at zero every rate is 0 or 1")
        at_most("concentration", self.concentration.value, _CLOSEST)
        self._tabulate()
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
        """One rate a group."""
        return {"theta": ("group", self.labels)}

    @property
    def observed(self) -> dict[str, FloatArray]:
        """The successes."""
        return {"successes": self.successes}

    @property
    def constants(self) -> dict[str, FloatArray | float]:
        """The trials, and the hyperparameters that are known."""
        known = {p.name: p.value for p in (self.mean, self.concentration) if p.value is not None}
        return {"trials": self.trials, **known}

    # The joint density, factor by factor. Arguments broadcast: mean and concentration of shape (...), theta (..., J).

    def log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(y | theta), shape (...) for theta of shape (..., J)."""
        terms = special.xlogy(self.successes, theta) + special.xlog1py(self.trials - self.successes, -theta)
        return np.asarray(terms.sum(axis=-1) + self._log_ways)

    def log_population(self, theta: FloatArray, mean: FloatArray, concentration: FloatArray) -> FloatArray:
        """Log p(theta | mean, concentration), shape (...); every rate strictly between zero and one."""
        alpha, beta = _shapes(np.expand_dims(mean, -1), np.expand_dims(concentration, -1))
        terms = special.xlogy(alpha - 1, theta) + special.xlog1py(beta - 1, -theta) - special.betaln(alpha, beta)
        return np.asarray(terms.sum(axis=-1))

    def log_hyperprior(self, mean: FloatArray, concentration: FloatArray) -> FloatArray:
        """Log p(mean) + log p(concentration), up to a constant."""
        return self.mean.log_density(np.asarray(mean, dtype=float)) + self.concentration.log_density(
            np.asarray(concentration, dtype=float)
        )

    def log_joint(self, theta: FloatArray, mean: FloatArray, concentration: FloatArray) -> FloatArray:
        """Log p(y, theta, mean, concentration), up to a constant: the posterior's shape."""
        return (
            self.log_likelihood(theta)
            + self.log_population(theta, mean, concentration)
            + self.log_hyperprior(mean, concentration)
        )

    # What integrates out in closed form.

    def theta_given(self, mean: ArrayLike, concentration: ArrayLike) -> Beta:
        """Posterior of each group's rate given the hyperparameters, shapes (..., J): successes and failures add up."""
        mean, concentration = (np.expand_dims(np.asarray(value, dtype=float), -1) for value in (mean, concentration))
        alpha, beta = _shapes(mean, concentration)
        return Beta(alpha + self.successes, beta + self.trials - self.successes)

    def log_marginal_likelihood(self, mean: ArrayLike, concentration: ArrayLike) -> FloatArray:
        """Log p(y | mean, concentration), every rate integrated out; the arguments broadcast.

        References
        ----------
        Skellam (1948), "A probability distribution derived from the binomial distribution by regarding the probability
        of success as variable between the sets of trials", *Journal of the Royal Statistical Society B* 10:257-261.
        """
        mean, concentration = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(concentration, dtype=float))
        alpha, beta = _shapes(mean, concentration)
        some, missed = log_rising_total(alpha, self._some), log_rising_total(beta, self._missed)
        return np.asarray(some + missed - log_rising_total(concentration, self._all) + self._log_ways)

    # What calibration asks for (lib.models.base.Simulated).

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw hyperparameters from their priors, rates given them, successes given those; the trials stay.

        Raises
        ------
        ValueError
            If the mean or the concentration has no proper prior.
        """
        mean, concentration = self.mean.draw(rng), self.concentration.draw(rng)
        theta = _draw(rng, Beta(*_shapes(mean, concentration)), (self.trials.size,))
        model = copy(self)
        model.successes = rng.binomial(self.trials.astype(int), theta).astype(float)
        model._tabulate()
        freeze(model)
        drawn = {"mean": mean, "concentration": concentration}
        return {p.name: drawn[p.name] for p in self._unknown} | {"theta": theta}, model

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the log likelihood, the log prior of all parameters and (theta_1 - mean)(theta_2 - mean)."""
        theta = np.clip(parameters["theta"], _SMALLEST, 1 - 1e-16)
        mean, concentration = complete(self._hyper, parameters)
        summaries = {
            "log_likelihood": self.log_likelihood(theta),
            "log_prior": self.log_hyperprior(mean, concentration) + self.log_population(theta, mean, concentration),
        }
        if self.trials.size > 1:
            summaries["product"] = (theta[..., 0] - mean) * (theta[..., 1] - mean)
        return summaries

    # What a random walk asks for (lib.models.base.Walk). It moves each rate's distance from the mean on the logistic
    # scale, in units of about its standard deviation, so that a high concentration does not squeeze it.

    def start(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Distances from a standard normal, hyperparameters scattered where the data put them."""
        state = self.start_state(rng, chains)
        free = [p.free(state[p.name])[:, np.newaxis] for p in self._unknown]
        return np.concatenate([rng.standard_normal((chains, self.trials.size)), *free], axis=1)

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the distances and the free hyperparameters."""
        logit, mean, concentration, log_density = self._place(position)
        alpha, beta = _shapes(mean[..., np.newaxis], concentration[..., np.newaxis])
        # With the Jacobian of the logistic function, theta (1 - theta), the powers lose their minus one.
        success, failure = special.log_expit(logit), special.log_expit(-logit)
        terms = (alpha + self.successes) * success + (beta + self.trials - self.successes) * failure
        with np.errstate(invalid="ignore"):  # far out, where a shape is zero or infinite
            total = log_density + (terms - special.betaln(alpha, beta)).sum(axis=-1)
            return np.asarray(total - self.trials.size * np.log(_unit(mean, concentration)))

    def parameters(self, position: FloatArray) -> State:
        """Rates and hyperparameters at each position."""
        logit, mean, concentration, _ = self._place(position)
        known = {"mean": mean, "concentration": concentration}
        return {p.name: known[p.name] for p in self._unknown} | {"theta": special.expit(logit)}

    @property
    def _hyper(self) -> tuple[Hyperparameter, Hyperparameter]:
        return self.mean, self.concentration

    @property
    def _unknown(self) -> list[Hyperparameter]:
        return [p for p in self._hyper if p.value is None]

    def _place(self, position: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Logit of each rate, mean, concentration, and the log prior of the free hyperparameters."""
        (mean, concentration), log_prior = place(self._hyper, position[..., self.trials.size :])
        distance = position[..., : self.trials.size] / _unit(mean, concentration)[..., np.newaxis]
        return special.logit(mean)[..., np.newaxis] + distance, mean, concentration, log_prior

    # What Gibbs sampling asks for (lib.models.base.Conditionals). The hyperparameters move with the rates integrated
    # out, and so never feel how closely the rates follow them.

    @property
    def sampled(self) -> tuple[str, ...]:
        """The unknown hyperparameters and the rates."""
        return (*(p.name for p in self._unknown), "theta")

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """Each unknown hyperparameter given the other and the data; the rates given both."""

        def slice_step(parameter: Hyperparameter, other: str) -> SliceStep:
            def log_likelihood(value: FloatArray, state: State) -> FloatArray:
                return self.log_marginal_likelihood(**{parameter.name: value, other: state[other]})

            return SliceStep(parameter, log_likelihood, lambda value, state: state | {parameter.name: value})

        others = {"mean": "concentration", "concentration": "mean"}
        return (*(slice_step(p, others[p.name]) for p in self._unknown), ExactStep(self._draw_theta))

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Rates at their estimates, hyperparameters scattered where the data put them, inside their priors."""
        start = {
            "mean": special.expit(self._pooled_logit + rng.normal(0, 0.5, chains)),
            "concentration": np.exp(rng.uniform(0, 7, chains)),
        }
        wide = {"mean": special.expit(np.linspace(-30, 30, 4001)), "concentration": np.geomspace(1e-6, 1e12, 4001)}
        hyperparameters = {
            p.name: p.inside(start[p.name], wide[p.name], rng) if p.value is None else np.full(chains, p.value)
            for p in (self.mean, self.concentration)
        }
        return hyperparameters | {"theta": np.tile((self.successes + 0.5) / (self.trials + 1), (chains, 1))}

    def _draw_theta(self, state: State, rng: np.random.Generator) -> State:
        given = self.theta_given(state["mean"], state["concentration"])
        return {"theta": _draw(rng, given, given.alpha.shape)}

    # What quadrature asks for (lib.models.base.Quadrature).

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """The concentration, and the mean given it, unless they are known."""
        return tuple(p for p in (self.concentration, self.mean) if p.value is None)

    def starting_nodes(self, *outer: FloatArray) -> FloatArray:
        """Where the mass of the concentration, or of the mean given it, may lie."""
        if self.concentration.value is None and not outer:
            return np.concatenate([np.geomspace(1e-3, 1e7, 60), self.concentration.quantiles])[np.newaxis]
        concentration = outer[0] if outer else np.array([self.concentration.value], dtype=float)
        # So many independent trials would say as much of the mean as all the groups do.
        column = concentration[:, np.newaxis]
        worth = ((column + 1) / (column + self.trials) * self.trials).sum(axis=-1)
        pooled = special.expit(self._pooled_logit)
        span = self._pooled_logit + np.linspace(-8, 8, 33) / np.sqrt(pooled * (1 - pooled) * worth)[:, np.newaxis]
        quantiles = np.broadcast_to(self.mean.quantiles, (concentration.size, self.mean.quantiles.size))
        return np.concatenate([special.expit(np.clip(span, -30, 30)), quantiles], axis=1)

    def log_integrand(self, *hyperparameters: FloatArray) -> FloatArray:
        """Log prior times marginal likelihood."""
        given = {p.name: value for p, value in zip(self.integrated, hyperparameters, strict=True)}
        mean, concentration = complete(self._hyper, given)
        return self.log_hyperprior(mean, concentration) + self.log_marginal_likelihood(mean, concentration)

    def draw_rest(self, rng: np.random.Generator, *hyperparameters: FloatArray, size: int) -> dict[str, FloatArray]:
        """Draw the rates given the hyperparameters."""
        given = {p.name: value for p, value in zip(self.integrated, hyperparameters, strict=True)}
        mean, concentration = (np.broadcast_to(value, (size,)) for value in complete(self._hyper, given))
        return {"theta": _draw(rng, self.theta_given(mean, concentration), (size, self.trials.size))}

    def _tabulate(self) -> None:
        failures = self.trials - self.successes
        self._some, self._missed, self._all = (Table.of(x) for x in (self.successes, failures, self.trials))
        ways = special.gammaln(self.trials + 1) - special.gammaln(self.successes + 1) - special.gammaln(failures + 1)
        self._log_ways = ways.sum()
        self._pooled_logit = float(np.log(self.successes.sum() + 0.5) - np.log(failures.sum() + 0.5))

    def _why_improper(self) -> str:
        """Say which condition for a proper posterior fails; empty if none does.

        As the concentration grows, the likelihood tends to that of one rate for all, which is positive. As it goes to
        zero, every group with both successes and failures brings a factor kappa. As the mean goes to zero (or one),
        every group with a success (or a failure) brings a factor m (or 1 - m). The prior must do the rest.
        """
        both = int(((self.successes > 0) & (self.successes < self.trials)).sum())
        some, missed = int((self.successes > 0).sum()), int((self.successes < self.trials).sum())
        if self.concentration.value is None:
            at_infinity, at_zero = self.concentration.power_at_infinity(), self.concentration.power_at_zero()
            if at_infinity > -1 - 1e-9:
                return (
                    "for a large concentration the likelihood tends to that of one rate for all, which is not zero, "
                    f"and the prior goes as concentration**{at_infinity:.3g}, so the integral diverges; "
                    "the power must be below -1"
                )
            if at_zero + both < -1 + 1e-9:
                return (
                    f"near zero the prior of concentration rises as concentration**{at_zero:.3g}; with {both} groups "
                    "that have both successes and failures, the integral diverges"
                )
        if self.mean.value is None:
            for power, groups, end, what in (
                (self.mean.power_at_zero(), some, "zero", "success"),
                (self.mean.power_at_one(), missed, "one", "failure"),
            ):
                if power + groups < -1 + 1e-6:
                    return (
                        f"near {end} the prior of mean rises with the power {power:.3g}, and {groups} groups have a "
                        f"{what}, so the integral diverges"
                    )
        return ""


def _shapes(mean: FloatArray, concentration: FloatArray) -> tuple[FloatArray, FloatArray]:
    return mean * concentration, (1 - mean) * concentration


def _draw(rng: np.random.Generator, given: Beta, size: tuple[int, ...]) -> FloatArray:
    alpha, beta = (np.maximum(shape, _SMALLEST) for shape in given)  # a shape may round to zero
    return np.asarray(rng.beta(alpha, beta, size=size))


def _unit(mean: FloatArray, concentration: FloatArray) -> FloatArray:
    """About one over the standard deviation of a rate's logit."""
    return np.sqrt(mean * (1 - mean) * (concentration + 1))
