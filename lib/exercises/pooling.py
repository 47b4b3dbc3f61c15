"""Checks for the practice exercises of the chapter on pooling."""

import numpy as np
from scipy import stats

from lib.checks import check
from lib.datasets import eight_schools
from lib.estimators import complete_pooling

_SCHOOLS = eight_schools().set_index("school")
_Y, _SIGMA = _SCHOOLS["y"].to_numpy(float), _SCHOOLS["sigma"].to_numpy(float)


def two_schools(mean: object, se: object) -> None:
    """Check the pooled mean of schools A and B and its standard error."""
    y, sigma = _Y[:2], _SIGMA[:2]
    pooled = complete_pooling(y, sigma)
    slips = {
        "this is the plain average. The smaller standard error must count for more.": y.mean(),
        "these are weights 1 / sigma. The weight is the precision, 1 / sigma**2.": np.average(y, weights=1 / sigma),
        "these are weights sigma**2, so the noisier school counts for more. Turn them over.": np.average(
            y, weights=sigma**2
        ),
        "these are weights sigma. Each must be the precision, 1 over the square of it.": np.average(y, weights=sigma),
        "the weights are not divided by their sum: they must sum to one.": (y / sigma**2).sum(),
    }
    check(mean, pooled.mean, slips=slips, of="The mean", other=pooled.se)
    slips = {
        "this is its square, the variance. Take the root.": pooled.se**2,
        "this is the total precision. The variance is one over it.": pooled.se**-2,
        "this is the average of the two. Add precisions instead.": sigma.mean(),
        "this is the plain average's. With precision weights it is smaller.": np.hypot(*sigma) / 2,
        "this is the root of the precisions' sum. Turn it over.": 1 / pooled.se,
        "these are 1 / sigma, added up and turned over. Add 1 / sigma**2, and take the root.": 1 / (1 / sigma).sum(),
        "this is that of the sum of the two. Pooling averages them.": np.hypot(*sigma),
    }
    check(se, pooled.se, slips=slips, of="The standard error", other=pooled.mean)


def how_many(schools: object) -> None:
    """Check how many schools bring the standard error from 10 down to 2."""
    check(
        schools,
        25,
        slips={
            "The variance, not the standard error, falls as 1 / J: the ratio of 5 must be squared.": 5,
            "Turn the ratio over: more schools are needed, not fewer.": 1 / 25,
            "2 is a standard error too: square it as well as the 10.": 10**2 / 2,
        },
        whole=True,
    )


def without_one(most: object, g: object) -> None:
    """Check the pooled mean without the school whose absence moves it most, and the one without school G."""
    precision = 1 / _SIGMA**2
    share = precision / precision.sum()
    all_eight = complete_pooling(_Y, _SIGMA).mean

    def without(school: str) -> float:
        keep = _SCHOOLS.index != school
        return complete_pooling(_Y[keep], _SIGMA[keep]).mean

    def slips(school: str) -> dict[str, float]:
        keep = _SCHOOLS.index != school
        return {
            "this is the plain average of the other seven: weight them by their precision.": _Y[keep].mean(),
            "these are weights 1 / sigma. The weight is the precision, 1 / sigma**2.": np.average(
                _Y[keep], weights=1 / _SIGMA[keep]
            ),
            "the weights of the seven no longer sum to one: divide by the precision that is left.": (share * _Y)[
                keep
            ].sum(),
            "this is the change. Enter the pooled mean itself.": without(school) - all_eight,
        }

    right_most, right_g = without("E"), without("G")
    to_most = {
        "this is without school A, the farthest. Its weight is small: try all eight.": without("A"),
        "this is the pooled mean with all eight schools.": all_eight,
    }
    check(most, right_most, slips=slips("E") | to_most, of="Without the school that moves it most", other=right_g)
    check(
        g,
        right_g,
        slips=slips("G")
        | {
            "this is the size of the change. Enter the pooled mean itself.": all_eight - right_g,
            "this is the pooled mean with all eight schools.": all_eight,
        },
        of="Without school G",
        other=right_most,
    )


def some_school(chance: object) -> None:
    """Check the chance that at least one of eight schools with a standard error of 15 reaches 28."""
    pooled = complete_pooling(_Y, _SIGMA)
    one = float(stats.norm.sf(28, pooled.mean, 15))
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    averaged = 1 - weights @ stats.norm.cdf(28, pooled.mean + pooled.se * nodes, 15) ** 8 / weights.sum()
    check(
        chance,
        1 - (1 - one) ** 8,
        slips={
            "This is the chance for one named school. The question is about at least one of eight.": one,
            "This is the expected number of schools that reach 28. Chances of overlapping events do not add up.": 8
            * one,
            "This is the chance that none does: take one minus it.": (1 - one) ** 8,
            "This is the chance that all eight do.": one**8,
            "These are the schools' own standard errors. In this question each is 15.": 1
            - np.prod(stats.norm.cdf(28, pooled.mean, _SIGMA)),
            "This is averaged over mu. In this question the pooled mean is the common effect.": averaged,
        },
    )


def halved_errors(q: object) -> None:
    """Check Cochran's Q when every standard error is halved."""
    now = complete_pooling(_Y, _SIGMA).q
    check(
        q,
        4 * now,
        slips={
            "Q divides by the variance: halve sigma and sigma**2 falls to a quarter, not to a half.": 2 * now,
            "This is Q as it was: the estimates are the same, but each is now farther away in standard errors.": now,
            "Half of sigma makes a quarter of sigma**2; here it is a sixteenth.": 16 * now,
            "This is half of Q, and the errors went the other way: the smaller they are, the larger is Q.": now / 2,
            "This is the p-value. The question is about Q itself.": stats.chi2.sf(4 * now, _Y.size - 1),
            "This is a quarter of Q: smaller standard errors make the differences more surprising, not less.": now / 4,
        },
    )


def power_at_20(chance: object) -> None:
    """Check how often Q rejects at the 5% level when the effects are normal with an sd of 20, to within 0.01."""
    precision = 1 / _SIGMA**2

    def rejects(sd: np.ndarray, lost: int = 1, *, centred: bool = True) -> float:
        estimates = np.random.default_rng(0).normal(0, sd, size=(200_000, _Y.size))
        centre = (estimates @ precision / precision.sum())[:, np.newaxis] * centred
        return float(((estimates - centre) ** 2 @ precision > stats.chi2.ppf(0.95, _Y.size - lost)).mean())

    sd = np.hypot(_SIGMA, 20)
    right = rejects(sd)
    check(
        chance,
        right,
        slips={
            "20 is a standard deviation: square it before you add it to the sampling variance.": rejects(
                np.sqrt(_SIGMA**2 + 20)
            ),
            "The estimates have two variances: the effects' 20**2 and the noise's sigma**2.": rejects(
                np.full(_Y.size, 20.0)
            ),
            "Standard deviations do not add up; variances do.": rejects(_SIGMA + 20),
            "This is how often Q does not reject.": 1 - right,
            "Q has J - 1 degrees of freedom: the pooled mean costs one.": rejects(sd, lost=0),
            "These are distances from the true mean. Q takes them from the pooled mean of each set.": rejects(
                sd, centred=False
            ),
            "This is the false alarm rate. With weights that know the effects' variance the test sees nothing.": 0.05,
        },
        rtol=0,
        atol=0.01,
        simulated=True,
    )
