"""Answers to the practice exercises of the chapter on shrinkage, found without their checks."""

import numpy as np
from exercise_rules import Right, Wrong
from references import SIGMA, Y, crossing, given_tau, posterior_mean, posterior_sd
from scipy import optimize, stats

GRID = np.linspace(-150, 150, 300_001)


def posterior_on_grid():
    """Mean and sd of N(28 | theta, 15^2) N(theta | 8, 10^2) on a grid of theta."""
    density = stats.norm.pdf(28, GRID, 15) * stats.norm.pdf(GRID, 8, 10)
    density /= density.sum()
    mean = density @ GRID
    return mean, (density @ (GRID - mean) ** 2) ** 0.5


def crossing_at_fixed(mu):
    """Where A's and G's precision-weighted means with a fixed mu agree."""

    def difference(tau):
        mean = (Y / SIGMA**2 + mu / tau**2) / (1 / SIGMA**2 + 1 / tau**2)
        return mean[0] - mean[6]

    return optimize.bisect(difference, 0.5, 100)


def school_a(divisor):
    """School A's posterior mean and the mean of mu at tau = 5, when A's standard error is divided."""
    sigma = SIGMA.copy()
    sigma[0] /= divisor
    mean, _ = given_tau(5.0, sigma=sigma)
    return float(mean[0]), float(mean[-1])


def covariance_of_means():
    """Joint covariance of effect and estimate for tau = 8, sigma = 12, and the regression of the one on the other."""
    covariance = np.array([[64, 64], [64, 208.0]])
    slope = covariance[0, 1] / covariance[1, 1]
    return covariance, slope


COVARIANCE, SLOPE = covariance_of_means()
MEANS_VARY = SLOPE * COVARIANCE[0, 1]
SD_A = posterior_sd("A", 5.0)
VARIANCE_OF_MU = given_tau(5.0)[1][-1, -1]
MU = given_tau(5.0)[0][-1]

RIGHT = [
    Right("weight_of_c", (25 / 281,)),
    Right("posterior_of_a", posterior_on_grid),
    Right("crossing_of_a_and_g", lambda: (crossing("A", "G"),), rtol=0.01),
    Right("variance_of_posterior_means", (MEANS_VARY,)),
    Right("larger_school_a", (school_a(2)[0],)),
    Right("second_experiment", ((SD_A**2 + 225) ** 0.5,)),
]
WRONG = [
    Wrong("weight_of_c", (256 / 281,), ["one minus it"]),
    Wrong("weight_of_c", (5 / 21,), ["Square both"]),
    Wrong("weight_of_c", (5 / 261,), ["tau is a standard deviation"]),
    Wrong("weight_of_c", (25 / 41,), ["sigma is a standard error"]),
    # With 1/225 and 1/100 as the weights, over 13/900.
    Wrong("posterior_of_a", ((28 * 9 + 8 * 4) / 13, 900 / 13), ["wrong way round", "its square"]),
    Wrong("posterior_of_a", (18, 100 / 325 * 15), ["plain average", "w * sigma."]),
    Wrong("posterior_of_a", ((28 / 15 + 8 / 10) * 6, 325**0.5), ["standard deviations. Square", "precisions add"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing_at_fixed(np.average(Y, weights=SIGMA**-2)),), ["pooled mean"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing_at_fixed(70 / 8),), ["plain average"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing("A", "G") ** 2,), ["tau squared"]),
    Wrong("variance_of_posterior_means", (64,), ["of the true effects"]),
    Wrong("variance_of_posterior_means", (208,), ["of the estimates. Shrinking"]),
    Wrong("variance_of_posterior_means", (1 / (1 / 64 + 1 / 144),), ["of one effect"]),
    Wrong("variance_of_posterior_means", (SLOPE,), ["This is the weight"]),
    Wrong("variance_of_posterior_means", (MEANS_VARY**0.5,), ["a standard deviation"]),
    Wrong("larger_school_a", ((28 / 7.5**2 + MU / 25) / (1 / 7.5**2 + 1 / 25),), ["mu moves too"]),
    Wrong("larger_school_a", (school_a(4)[0],), ["here it is a quarter"]),
    Wrong("larger_school_a", (posterior_mean("A", 5.0),), ["as it was"]),
    Wrong("second_experiment", (SD_A,), ["noise of its own"]),
    Wrong("second_experiment", (15,), ["the noise of a new estimate"]),
    Wrong("second_experiment", (SD_A + 15,), ["do not add up"]),
    Wrong("second_experiment", ((VARIANCE_OF_MU + 25 + 225) ** 0.5,), ["have not seen"]),
    Wrong("second_experiment", (250**0.5,), ["varies about mu"]),
    Wrong("second_experiment", (SD_A**2 + 225,), ["the variance"]),
]
