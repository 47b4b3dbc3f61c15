"""Answers to the practice exercises of the chapter on shrinkage, found without their checks."""

import numpy as np
from exercise_rules import Right, Wrong
from references import SIGMA, Y, crossing, given_tau, phi, posterior_mean, posterior_sd
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
MEAN_A = given_tau(5.0)[0][0]
POOLED = np.average(Y, weights=SIGMA**-2)
SD_MU_KNOWN = (1 / (1 / 15**2 + 1 / 5**2) + 15**2) ** 0.5
SD_AGAIN = (SD_A**2 + 15**2) ** 0.5
WEIGHT_LARGER = 25 / (25 + 7.5**2)


def reaches(centre, spread):
    """Chance of 28 or more, by the error function."""
    return 1 - phi((28 - centre) / spread)


def pooled_with_a_sharper():
    precision = np.where(np.arange(8) == 0, 4.0, 1.0) / SIGMA**2
    return precision @ Y / precision.sum()


RIGHT = [
    Right("weight_of_c", (25 / 281,)),
    Right("posterior_of_a", posterior_on_grid),
    Right("crossing_of_a_and_g", lambda: (crossing("A", "G"),), rtol=2e-3),
    Right("variance_of_posterior_means", (MEANS_VARY,)),
    Right("larger_school_a", (school_a(2)[0],)),
    Right("second_experiment", (SD_AGAIN, reaches(MEAN_A, SD_AGAIN))),
]
WRONG = [
    Wrong("weight_of_c", (256 / 281,), ["one minus it"]),
    Wrong("weight_of_c", (5 / 21,), ["Square both"]),
    Wrong("weight_of_c", (5 / 261,), ["tau is a standard deviation"]),
    Wrong("weight_of_c", (25 / 41,), ["sigma is a standard error"]),
    Wrong("weight_of_c", (25 / 256,), ["tau**2 / sigma**2"]),
    Wrong("weight_of_c", (16 / 21,), ["and the weight of the population mean"]),
    Wrong("weight_of_c", (25 / 250,), ["weight of school A"]),
    Wrong("weight_of_c", (posterior_mean("C", 5.0),), ["This is the posterior mean"]),
    # With 1/225 and 1/100 as the weights, over 13/900.
    Wrong("posterior_of_a", ((28 * 9 + 8 * 4) / 13, 900 / 13), ["wrong way round", "its square"]),
    Wrong("posterior_of_a", (18, 100 / 325 * 15), ["plain average", "w * sigma."]),
    Wrong("posterior_of_a", ((28 / 15 + 8 / 10) * 6, 325**0.5), ["standard deviations. Square", "precisions add"]),
    Wrong("posterior_of_a", (posterior_mean("A", 10), posterior_sd("A", 10)), ["is estimated", "uncertainty of mu"]),
    Wrong("posterior_of_a", (28 / 225 + 8 / 100, 13 / 900), ["not divided", "this is the precision"]),
    Wrong("posterior_of_a", ((28 * 4 + 8 * 9) / 13, 150 / 25), ["Right.", "added up and turned over"]),
    Wrong("posterior_of_a", ((28 * 4 + 8 * 9) / 13, (225 / 325) ** 0.5 * 15), ["Right.", "weight of the prior"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing_at_fixed(np.average(Y, weights=SIGMA**-2)),), ["pooled mean"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing_at_fixed(70 / 8),), ["plain average"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing_at_fixed(MU),), ["estimate for tau = 5"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing_at_fixed(8),), ["held at 8"]),
    # 28 t / (t + 225) = 18 t / (t + 100) with t = tau^2
    Wrong("crossing_of_a_and_g", ((18 * 225 - 28 * 100) ** 0.5 / 10**0.5,), ["part of mu is missing"]),
    Wrong("crossing_of_a_and_g", lambda: (crossing("A", "G") ** 2,), ["tau squared"]),
    Wrong("crossing_of_a_and_g", (0,), ["At zero all schools agree"]),
    Wrong("variance_of_posterior_means", (64,), ["of the true effects"]),
    Wrong("variance_of_posterior_means", (208,), ["of the estimates. Shrinking"]),
    Wrong("variance_of_posterior_means", (1 / (1 / 64 + 1 / 144),), ["of one effect"]),
    Wrong("variance_of_posterior_means", (SLOPE,), ["This is the weight"]),
    Wrong("variance_of_posterior_means", (MEANS_VARY**0.5,), ["a standard deviation"]),
    Wrong("variance_of_posterior_means", (SLOPE**2,), ["the square of the weight"]),
    Wrong("variance_of_posterior_means", (SLOPE**2 * 64,), ["what the effects bring"]),
    Wrong("variance_of_posterior_means", (SLOPE**2 * 144,), ["what the noise brings"]),
    Wrong("variance_of_posterior_means", ((1 - SLOPE) ** 2 * 208,), ["the wrong way round"]),
    Wrong("variance_of_posterior_means", ((8 / 20) ** 2 * 208,), ["weights from standard deviations"]),
    Wrong("larger_school_a", ((28 / 7.5**2 + MU / 25) / (1 / 7.5**2 + 1 / 25),), ["mu moves too"]),
    Wrong("larger_school_a", (school_a(4)[0],), ["here it is a quarter"]),
    Wrong("larger_school_a", (school_a(2**0.5)[0],), ["its square is halved"]),
    Wrong("larger_school_a", (school_a(0.5)[0],), ["it is doubled"]),
    Wrong("larger_school_a", (28 - (1 - WEIGHT_LARGER) * (28 - pooled_with_a_sharper()),), ["mu is the pooled mean"]),
    Wrong("larger_school_a", (28 - (1 - WEIGHT_LARGER) * (28 - 70 / 8),), ["mu is the plain average"]),
    Wrong("larger_school_a", (school_a(2)[1],), ["the population mean"]),
    Wrong("larger_school_a", (posterior_mean("A", 5.0),), ["as it was"]),
    Wrong("second_experiment", (SD_A, reaches(MEAN_A, SD_A)), ["noise of its own on top", "true effect exceeds 28"]),
    Wrong("second_experiment", (15, reaches(MEAN_A, 15)), ["the noise of a new estimate", "takes the true effect"]),
    Wrong("second_experiment", (SD_A + 15, reaches(MEAN_A, SD_A + 15)), ["do not add up", "adds the two"]),
    Wrong("second_experiment", ((VARIANCE_OF_MU + 25 + 225) ** 0.5, 1 / 2), ["have not seen", "no-pooling"]),
    Wrong("second_experiment", (250**0.5, 1 - reaches(MEAN_A, SD_AGAIN)), ["varies about", "stays below"]),
    Wrong("second_experiment", (SD_A**2 + 225, reaches(POOLED, 15)), ["the variance", "complete-pooling"]),
    Wrong("second_experiment", (SD_AGAIN, reaches(MU, SD_AGAIN)), ["Right.", "centred at mu"]),
    Wrong("second_experiment", (SD_MU_KNOWN, reaches(MEAN_A, SD_MU_KNOWN)), ["takes mu for known"] * 2),
]
