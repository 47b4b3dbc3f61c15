"""Closed forms: complete and partial pooling, moments, James-Stein, the arcsine scale.

Vectors that carry labels, as a pandas Series does, are aligned by them, to the order of the first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from lib.labels import align
from lib.validation import (
    FloatArray,
    broadcast,
    finite_array,
    finite_number,
    finite_vector,
    freeze,
    positive_vector,
    real_array,
    within_reach,
)


@dataclass(frozen=True)
class CompletePooling:
    """One effect for every group.

    Attributes
    ----------
    mean, se : float
        The precision-weighted mean and its standard error, in the units of y.
    q, p_value : float
        Cochran's statistic for the hypothesis that all effects are equal, and the probability that chi-squared with
        J - 1 degrees of freedom exceeds it. With one group there is nothing to test and the p-value is NaN.
    """

    mean: float
    se: float
    q: float
    p_value: float


@dataclass(frozen=True)
class PartialPooling:
    """Every group's effect given the between-group standard deviation tau.

    Attributes
    ----------
    mu : ndarray, shape of tau
        The population mean: the one given, or its estimate at this tau.
    mean, sd : ndarray, shape (*shape of tau, J)
        Each group's posterior mean and standard deviation. If mu was estimated, the sd includes its uncertainty.
    weight : ndarray, shape (*shape of tau, J)
        The weight of a group's own estimate: ``mean = weight * y + (1 - weight) * mu``.
    """

    mu: FloatArray
    mean: FloatArray
    sd: FloatArray
    weight: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only, as the record is."""
        freeze(self)


def complete_pooling(y: ArrayLike, sigma: ArrayLike) -> CompletePooling:
    """Estimate the one effect that all groups are taken to share.

    Parameters
    ----------
    y : array_like, shape (J,)
        Estimated effects.
    sigma : array_like, shape (J,)
        Their standard errors, in the same units, taken as known.

    Returns
    -------
    CompletePooling

    References
    ----------
    Cochran (1954), "The combination of estimates from different experiments", *Biometrics* 10:101-129.
    """
    y, sigma = _estimates(y, sigma)
    precision = 1 / sigma**2
    mean = (precision * y).sum() / precision.sum()
    se = precision.sum() ** -0.5
    q = (precision * (y - mean) ** 2).sum()
    p_value = stats.chi2.sf(q, y.size - 1) if y.size > 1 else np.nan
    return CompletePooling(float(mean), float(se), float(q), float(p_value))


def shrinkage_weight(sigma: ArrayLike, tau: ArrayLike) -> FloatArray:
    """Weigh a group's own estimate against the population mean: ``tau**2 / (tau**2 + sigma**2)``.

    Parameters
    ----------
    sigma : array_like
        Standard errors, above zero.
    tau : array_like
        Between-group standard deviation, from 0 (weight 0) to infinity (weight 1). It broadcasts against sigma.

    Returns
    -------
    ndarray
        The weight of the group's own estimate.
    """
    sigma, tau = align(sigma=sigma, tau=tau)
    sigma, tau = real_array("sigma", sigma), real_array("tau", tau)
    if not (sigma > 0).all():
        raise ValueError("sigma must be above zero, and not NaN")
    if not (sigma < np.inf).all():
        raise ValueError("sigma must be finite")
    if not (tau >= 0).all():
        raise ValueError("tau must be zero or more, and not NaN")
    broadcast("tau", tau, "sigma", sigma)
    with np.errstate(divide="ignore", over="ignore"):  # sigma / 0 is infinite, its weight rightly zero
        return np.asarray(1 / (1 + np.square(np.divide(sigma, tau))))


def partial_pooling(y: ArrayLike, sigma: ArrayLike, tau: ArrayLike, mu: float | None = None) -> PartialPooling:
    """Shrink each group's estimate towards the population mean, with tau known.

    The model is ``y[j] ~ N(theta[j], sigma[j]**2)``, ``theta[j] ~ N(mu, tau**2)``; mu is known, or has a flat prior.

    Parameters
    ----------
    y, sigma : array_like, shape (J,)
        Estimated effects and their standard errors.
    tau : array_like
        One or more between-group standard deviations. Zero gives complete pooling, ``numpy.inf`` none.
    mu : float, optional
        The population mean, if known.

    Returns
    -------
    PartialPooling

    References
    ----------
    Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., equations 5.17 and 5.20.
    """
    y, sigma = _estimates(y, sigma)
    tau = real_array("tau", tau)
    if not (tau >= 0).all():  # a NaN fails this too
        raise ValueError("tau must be zero or more, and not NaN")
    weight = shrinkage_weight(sigma, tau[..., np.newaxis])
    if mu is None:
        with np.errstate(over="ignore"):  # a tau whose square is infinite is infinite itself, for any sigma
            variance = sigma**2 + tau[..., np.newaxis] ** 2
        smallest = variance.min(axis=-1, keepdims=True)
        # Relative to the largest, so that tau = infinity gives equal weights and not 0 / 0.
        precision = np.divide(smallest, variance, where=np.isfinite(variance), out=np.ones_like(variance))
        centre = (precision * y).sum(axis=-1) / precision.sum(axis=-1)
        centre_variance = smallest / precision.sum(axis=-1, keepdims=True)
        # At tau = infinity the group's own weight is 1, and what is unknown of mu no longer matters.
        from_centre = np.multiply(1 - weight, np.sqrt(centre_variance), where=weight < 1, out=np.zeros_like(weight))
    else:
        centre = np.full(tau.shape, finite_number("mu", mu))
        from_centre = np.zeros_like(weight)
    mean = weight * y + (1 - weight) * centre[..., np.newaxis]
    return PartialPooling(np.array(centre), mean, np.sqrt(weight * sigma**2 + from_centre**2), weight)


def method_of_moments_tau2(y: ArrayLike, sigma: ArrayLike) -> float:
    """Estimate the between-group variance by moments, truncated at zero.

    Parameters
    ----------
    y, sigma : array_like, shape (J,)
        Estimated effects and their standard errors; at least two groups.

    Returns
    -------
    float
        The estimate of tau squared, in squared units of y; zero when the groups differ less than chance alone explains.

    References
    ----------
    DerSimonian and Laird (1986), "Meta-analysis in clinical trials", *Controlled Clinical Trials* 7:177-188.
    """
    y, sigma = _estimates(y, sigma)
    if y.size < 2:
        raise ValueError("y must hold at least two groups: one group says nothing about the spread between groups")
    precision = 1 / sigma**2
    # sum(precision) - sum(precision**2) / sum(precision), without the cancellation when one group outweighs the others
    scale = 2 * (precision[1:] * np.cumsum(precision)[:-1]).sum() / precision.sum()
    return max(0.0, float((complete_pooling(y, sigma).q - (y.size - 1)) / scale))


def james_stein(
    x: ArrayLike, *, variance: float, toward: float | None = None, positive_part: bool = False
) -> FloatArray:
    """Shrink k independent normal observations of equal, known variance.

    Parameters
    ----------
    x : array_like, shape (..., k)
        Observations, the k means to estimate along the last axis.
    variance : float
        The variance of each observation.
    toward : float, optional
        A point chosen before the data were seen (the factor is then k - 2). By default the grand mean, which costs one
        dimension (k - 3).
    positive_part : bool
        Never shrink past the point.

    Returns
    -------
    ndarray, shape (..., k)
        The estimates.

    References
    ----------
    Efron and Morris (1975), "Data analysis using Stein's estimator and its generalizations", *Journal of the American
    Statistical Association* 70:311-319.
    """
    x = finite_array("x", x)
    lost = 2 if toward is not None else 3
    if x.ndim == 0 or x.shape[-1] < lost:
        raise ValueError(f"x must hold at least {lost} observations along its last axis to shrink in this way")
    variance = finite_number("variance", variance)
    if variance <= 0:
        raise ValueError(f"variance must be above zero, not {variance:g}")
    within_reach("variance", np.array(variance), positive=True)
    point = x.mean(axis=-1, keepdims=True) if toward is None else finite_number("toward", toward)
    deviation = x - point
    square = (deviation**2).sum(axis=-1, keepdims=True)
    # Where every observation sits on the point there is nothing to shrink, whatever the factor.
    kept = 1 - (x.shape[-1] - lost) * variance / np.where(square > 1e-150 * variance, square, np.inf)
    return np.asarray(point + (np.maximum(kept, 0) if positive_part else kept) * deviation)


def to_arcsine(share: ArrayLike, trials: ArrayLike) -> FloatArray:
    """Put shares on a scale on which their variance is about one: ``sqrt(trials) * arcsin(2 * share - 1)``.

    Parameters
    ----------
    share : array_like
        Successes divided by trials, or probabilities: from 0 to 1.
    trials : array_like
        Numbers of trials, above zero; they broadcast against `share`. True probabilities take the trials of the shares
        that they are compared with.

    Returns
    -------
    ndarray

    References
    ----------
    Efron and Morris (1975), "Data analysis using Stein's estimator and its generalizations", *Journal of the American
    Statistical Association* 70:311-319, equation 3.3.
    """
    share, trials = align(share=share, trials=trials)
    share, trials = finite_array("share", share), _trials(trials)
    if ((share < 0) | (share > 1)).any():
        raise ValueError("share must lie from 0 to 1")
    broadcast("share", share, "trials", trials)
    return np.asarray(np.sqrt(trials) * np.arcsin(2 * share - 1))


def from_arcsine(x: ArrayLike, trials: ArrayLike, *, variance: ArrayLike = 0.0) -> FloatArray:
    """Bring values back from the scale of `to_arcsine`.

    Parameters
    ----------
    x : array_like
        Values on that scale, at most ``sqrt(trials) * pi / 2`` from zero.
    trials : array_like
        The numbers of trials used on the way there.
    variance : array_like
        If `x` is the mean of a normal distribution with this variance, the mean share is returned. The sine of a mean
        is not the mean of the sines: left at zero, the way back is too far from one half.

    Returns
    -------
    ndarray
        ``(1 + exp(-variance / (2 * trials)) * sin(x / sqrt(trials))) / 2``.
    """
    x, trials, variance = align(x=x, trials=trials, variance=variance)
    x, trials, variance = finite_array("x", x), _trials(trials), finite_array("variance", variance)
    if (variance < 0).any():
        raise ValueError("variance must be zero or more")
    broadcast("x", x, "trials", trials)
    broadcast("variance", variance, "trials", trials)
    angle = x / np.sqrt(trials)
    if (np.abs(angle) > np.pi / 2 * (1 + 1e-12)).any():
        raise ValueError("x must lie within sqrt(trials) * pi / 2 of zero: no share is further out")
    return np.asarray((1 + np.exp(-variance / (2 * trials)) * np.sin(angle)) / 2)


def _trials(trials: ArrayLike) -> FloatArray:
    array = finite_array("trials", trials)
    if (array <= 0).any():
        raise ValueError("trials must be above zero")
    return array


def _estimates(y: ArrayLike, sigma: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, sigma = align(y=y, sigma=sigma)
    y = finite_vector("y", y)
    return y, positive_vector("sigma", sigma, length=y.size)
