"""The numbers that the chapters state, with the values they must have and where those values come from.

Every name that a chapter glues has a row here, and every row a name (`test_book.py` compares them). A value is exact,
or published by somebody else, or computed by another method; it is never copied from the chapter's own output.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import references


@dataclass(frozen=True)
class MonteCarlo:
    """A tolerance of so many standard errors, where the chapter glues its own standard error under the name `se`."""

    se: str
    standard_errors: float = 5.0


@dataclass(frozen=True)
class Number:
    """A number, a text or a sequence of numbers that a chapter glues under a name.

    Attributes
    ----------
    chapter : the file's name without its ending, such as "pooling"
    name : the name under which the chapter glues it
    value : what it must be
    tolerance : how far off it may be: a number in the value's own units, or a multiple of a Monte Carlo standard error
    source : where the value comes from: a book and its page, a formula, a test that computes it otherwise
    """

    chapter: str
    name: str
    value: float | str | Sequence[float]
    tolerance: float | MonteCarlo
    source: str


PROGRAM = "quadrature over tau by an independent program"
LINEAR = "the precision matrix of all parameters at once (references.given_tau)"
IMHOF = "Imhof's formula for quadratic forms (references.exceeds)"
SQUARES = "least squares (references.pooled)"
ERROR_FUNCTION = "a product of error functions (references.some_at_least, some_at_most)"
TWICE = "integrals over mu and over the school's effect (references.chance_of_being_best)"
CORRELATED = "an eight-dimensional normal distribution function (references.some_averaged)"
CANONICAL = "the multiple correlation of mu with the effects (references.gibbs_autocorrelation)"
CONTRASTS = "adaptive quadrature over contrasts and precision matrices (references.averaged_over_tau)"

NUMBERS: list[Number] = [
    # The front page
    Number("index", "a_mean", 11.400, MonteCarlo("a_mean_se"), PROGRAM),
    Number("index", "a_sd", 8.341, MonteCarlo("a_sd_se"), PROGRAM),
    # Eight schools, three answers
    Number("pooling", "q", references.pooled()[2], 1e-9, SQUARES),
    Number("pooling", "q_p_value", 0.6957, 5e-5, "chi-squared with 7 degrees of freedom, by an independent program"),
    Number("pooling", "a_upper", 28 + 1.959964 * 15, 1e-4, "normal table"),
    Number("pooling", "a_beats_c", references.phi(31 / 481**0.5), 1e-9, "a normal with mean 31, variance 225 + 256"),
    Number("pooling", "pooled_mean", 7.685617, 5e-7, "printed by Franks (2020)"),
    Number("pooling", "pooled_se", references.pooled()[1], 1e-9, SQUARES),
    Number("pooling", "pooled_lower", 7.685617 - 1.959964 * 4.071919, 1e-5, "normal table"),
    Number("pooling", "pooled_upper", 7.685617 + 1.959964 * 4.071919, 1e-5, "normal table"),
    Number("pooling", "weight_largest", (4.071919 / 9) ** 2, 1e-6, "variance of the pooled mean over that of E"),
    Number("pooling", "weight_smallest", (4.071919 / 18) ** 2, 1e-6, "variance of the pooled mean over that of H"),
    Number("pooling", "simulated_max", references.some_at_least(28), MonteCarlo("simulated_max_se"), ERROR_FUNCTION),
    Number("pooling", "simulated_min", references.some_at_most(-3), MonteCarlo("simulated_min_se"), ERROR_FUNCTION),
    Number("pooling", "some_max", references.some_at_least(28), 1e-9, ERROR_FUNCTION),
    Number("pooling", "some_min", references.some_at_most(-3), 1e-9, ERROR_FUNCTION),
    Number("pooling", "this_a", 1 - references.phi((28 - 7.685617) / 15), 1e-7, "error function"),
    Number("pooling", "this_c", references.phi((-3 - 7.685617) / 16), 1e-7, "error function"),
    Number("pooling", "averaged_max", references.some_averaged(28, 1), 1e-4, CORRELATED),
    Number("pooling", "averaged_min", references.some_averaged(-3, -1), 1e-4, CORRELATED),
    Number("pooling", "distance_a", (28 - 7.685617) / 15, 1e-6, "by hand from the printed mean"),
    Number(
        "pooling",
        "simulated_q_mean",
        7,
        MonteCarlo("simulated_q_mean_se"),
        "mean of chi-squared: its degrees of freedom",
    ),
    Number("pooling", "simulated_q_p", 0.6957, MonteCarlo("simulated_q_p_se"), "chi-squared with 7 degrees of freedom"),
    Number("pooling", "power_at_5", references.power_of_q(5), MonteCarlo("power_at_5_se"), IMHOF),
    Number("pooling", "power_at_10", references.power_of_q(10), MonteCarlo("power_at_10_se"), IMHOF),
    # How far to move an estimate
    Number("shrinkage", "weight_a", 25 / 250, 1e-12, "25 / (25 + 225)"),
    Number("shrinkage", "weight_e", 25 / 106, 1e-12, "25 / (25 + 81)"),
    Number("shrinkage", "mean_a_5", references.posterior_mean("A", 5), 1e-9, LINEAR),
    Number("shrinkage", "sd_a_5", references.posterior_sd("A", 5), 1e-9, LINEAR),
    Number("shrinkage", "mu_5", float(references.given_tau(5)[0][-1]), 1e-9, LINEAR),
    Number("shrinkage", "grid_mean_a", references.posterior_mean("A", 5), 1e-4, LINEAR),
    Number("shrinkage", "mean_a_sqrt5", references.posterior_mean("A", 5**0.5), 1e-9, LINEAR),
    Number("shrinkage", "mean_a_20", references.posterior_mean("A", 20), 1e-9, LINEAR),
    Number("shrinkage", "variance_effects", 25, MonteCarlo("variance_effects_se"), "tau squared"),
    Number(
        "shrinkage", "variance_estimates", 125, MonteCarlo("variance_estimates_se"), "tau squared plus sigma squared"
    ),
    Number(
        "shrinkage", "variance_means", 625 / 125, MonteCarlo("variance_means_se"), "tau^4 / (tau^2 + sigma^2) by hand"
    ),
    Number("shrinkage", "sample_variance", statistics.variance(references.Y), 1e-9, "Python's statistics module"),
    Number("shrinkage", "mean_noise_variance", 1328 / 8, 1e-9, "sum of squared standard errors, by hand"),
    Number("shrinkage", "below_noise_5", references.varies_less_than_noise(5), MonteCarlo("below_noise_5_se"), IMHOF),
    Number(
        "shrinkage", "below_noise_10", references.varies_less_than_noise(10), MonteCarlo("below_noise_10_se"), IMHOF
    ),
    Number(
        "shrinkage", "below_signal_10", references.varies_less_than_effects(10), MonteCarlo("below_signal_10_se"), IMHOF
    ),
    Number("shrinkage", "crossing_ag", references.crossing("A", "G"), 1e-6, LINEAR),
    Number("shrinkage", "crossing_cf", references.crossing("C", "F"), 1e-6, LINEAR),
    Number("shrinkage", "crossing_ce", references.crossing("C", "E"), 1e-6, LINEAR),
    Number("shrinkage", "above_15_means", 0, 0, "the largest mean in references.given_tau(10) is below 15"),
    Number("shrinkage", "above_15_draws", references.expected_above(15, 10), MonteCarlo("above_15_draws_se"), LINEAR),
    Number("shrinkage", "a_best", references.chance_of_being_best("A", 5), MonteCarlo("a_best_se"), TWICE),
    Number("shrinkage", "g_best", references.chance_of_being_best("G", 5), MonteCarlo("g_best_se"), TWICE),
    Number("shrinkage", "tau_moments", 0, 0, "statsmodels has tau^2 = -44.6 before truncation"),
    Number("shrinkage", "tau_ml", references.best_tau(references.log_likelihood), 1e-3, "a search over a grid"),
    Number(
        "shrinkage", "tau_reml", references.best_tau(references.restricted_log_likelihood), 1e-3, "contrasts and a grid"
    ),
    Number(
        "shrinkage",
        "likelihood_ratio_10",
        exp(references.restricted_log_likelihood(10) - references.restricted_log_likelihood(0)),
        1e-9,
        "contrasts from which mu has dropped out (references.restricted_log_likelihood)",
    ),
    # Four routes to one posterior
    Number("estimation", "mean_a", references.posterior_mean("A", 5), 1e-9, LINEAR),
    Number("estimation", "sd_a", references.posterior_sd("A", 5), 1e-9, LINEAR),
    Number("estimation", "phi", references.gibbs_autocorrelation(5), 1e-9, CANONICAL),
    Number("estimation", "lag_one", references.gibbs_autocorrelation(5), MonteCarlo("lag_one_se"), CANONICAL),
    Number(
        "estimation",
        "worth",
        1000 * (1 - references.gibbs_autocorrelation(5)) / (1 + references.gibbs_autocorrelation(5)),
        1e-6,
        CANONICAL,
    ),
    Number("estimation", "tau_walk", 6.5755, MonteCarlo("tau_walk_se"), PROGRAM),
    Number("estimation", "nuts_tau_flat", 6.5755, MonteCarlo("nuts_tau_flat_se"), PROGRAM),
    Number("estimation", "tau_flat", 6.5755, 1e-4, PROGRAM),
    Number("estimation", "a_flat", 11.400, 5e-4, PROGRAM),
    Number("estimation", "tau_cauchy", references.averaged_over_tau("tau", 5), 1e-3, CONTRASTS),
    Number("estimation", "a_cauchy", references.averaged_over_tau("A", 5), 1e-3, CONTRASTS),
    # The lecture, slide by slide
    Number("lecture", "pooled_mean", 7.685616725, 5e-10, "an independent program"),
    Number("lecture", "pooled_se", 4.0719, 5e-5, "an independent program"),
    Number("lecture", "q", 4.7071, 5e-5, "an independent program"),
    Number("lecture", "q_p_value", 0.6957, 5e-5, "an independent program"),
    Number("lecture", "some_max", 0.368048, 5e-7, "an independent program"),
    Number("lecture", "some_min", 0.813820, 5e-7, "an independent program"),
    Number("lecture", "averaged_max", 0.3879, 5e-5, "an independent program"),
    Number("lecture", "averaged_min", 0.7855, 5e-5, "an independent program"),
    Number("lecture", "this_a", 0.0878, 5e-5, "an independent program"),
    Number("lecture", "this_c", 0.2521, 5e-5, "an independent program"),
    Number("lecture", "sample_variance", 109.07, 5e-3, "an independent program"),
    Number("lecture", "mean_noise_variance", 166, 1e-9, "an independent program"),
    Number("lecture", "tau2_moments", 0, 0, "statsmodels has -44.6 before truncation"),
    Number("lecture", "mu_5", 7.851, 5e-4, "an independent program"),
    Number("lecture", "mean_a_5", 9.866, 5e-4, "an independent program"),
    Number("lecture", "mean_a_sqrt5", 8.165, 5e-4, "an independent program"),
    Number("lecture", "mean_a_20", 20.967, 5e-4, "an independent program"),
]
