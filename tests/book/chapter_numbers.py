"""The numbers that the chapters state, with the values they must have and where those values come from.

Every name that a chapter glues has a row here, and every row a name (`test_book.py` compares them). A value is exact,
or published by somebody else, or computed by another method; it is never copied from the chapter's own output.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import asin, comb, e, exp, factorial, pi

import exchangeability_reference as exchangeable
import nested_reference as nested
import numpy as np
import references
import references_asthma as asthma
import references_batting as batting
import references_learning_tau as learning_tau
import references_three_point as three_point


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
CONTRASTS = "contrasts without mu and Gauss's rule over tau (references.tau_rule)"
MIXTURE = "the precision matrix at each tau of Gauss's rule (references.moments)"
CUT = "SciPy's adaptive integrator on the logarithm of tau (references.cut_off)"
SIMULATED = "a simulation of 6,000 sets of schools (references_learning_tau.study)"
REPLICATED = "integrals over mu and tau (references.some_replicate, replicates_vary_more)"
PROPER = "the precision matrix at each tau of a grid (exchangeability_reference.under_proper_priors)"
FRACTIONS = "fractions of whole numbers (exchangeability_reference)"
GEOMETRIC = "a geometric sum and its highest place (exchangeability_reference.one_switch_of_a_coin)"
ALL_WAYS = "all ways to choose nine, one after another (exchangeability_reference.halves)"
CONVOLUTION = "convolving hypergeometric laws (exchangeability_reference.early)"
CORRELATED = "an eight-dimensional normal distribution function (references.some_averaged)"
CANONICAL = "the multiple correlation of mu with the effects (references.gibbs_autocorrelation)"
CONTRASTS = "adaptive quadrature over contrasts and precision matrices (references.averaged_over_tau)"

STATES = "quadrature over the hyperparameters and each state's mean and shape (nested_reference)"
FIXED_POINT = "the fixed point of the moments of one sweep (references.checking_slip_of_a)"
PROCESS = "the first events of a Poisson process (references_asthma.county_quantile, county_above)"
RATES = "prior times likelihood by Gauss's rule (references_asthma.county_rates)"
PASCAL = "a sum of fractions (references_asthma.county_count)"
BINOMIAL = "a sum of binomial terms in logarithms (references.checking_power)"
MIDDLE = asthma.county_quantile(0.5, 6, 6)
GRID = "a grid on which the prior is flat (three_point.spread_grid)"
GAMMAS = "log gammas (three_point.log_beta_binomial, best_beta_binomial)"
DELTA = "the delta method (three_point.difference_of_roots)"
LINEAR_IN_MAKES = "a normal sum, averaged over a grid (three_point.pooling_ahead)"
ENUMERATION = "enumeration of all numbers of makes (three_point.winner)"
OTHERS = [row for row in three_point.SHOTS if int(row["rest_attempts"]) < 100]
FIRST_77, LATER_77, FIRST_OTHERS = (
    made.sum() / attempts.sum()
    for made, attempts in (
        three_point.counts("first", three_point.REGULARS),
        three_point.counts("rest", three_point.REGULARS),
        three_point.counts("first", OTHERS),
    )
)
LATER_OTHERS = float(np.divide(*map(np.sum, three_point.counts("rest", OTHERS))))
EXPECTED_OTHERS, STRAY_OTHERS = three_point.expected_later(OTHERS)

INTEGERS = "the players' hits and at bats, by hand"
ANOTHER = "an independent program"
SIMPSON = "Simpson's rule over the ability (references_batting.score_by_integration)"
SHAPES = "a grid of the population's two shapes (references_batting.beta_population)"
GIVEN_SHAPES = "independent beta abilities, averaged over a grid of shapes (references_batting.beta_average)"
NONCENTRAL = "quadrature over a noncentral chi-squared variable (references_batting.stein_risk)"
TWO_INTEGRALS = "quadrature over the coordinate and the others' squares (references_batting.coordinate_risks)"
BETA_SCORES, BETA_JOINT = batting.beta_scores(batting.REST_HITS, batting.REST)
ONE_RATE = batting.score_by_integration(216, 596)
ALONE = (1 + batting.HITS, 46 - batting.HITS)
ARCSINE_FIRST, ARCSINE_REST = (
    batting.arcsine(share) for share in (batting.HITS / 45, batting.REST_HITS / batting.REST)
)
COPIED = batting.with_copied_williams()
TAILS = "tails of the Gamma distribution (references_asthma.california_outside)"
NEWTON = "negative binomial by SciPy, quasi-Newton search (references_asthma.california_best)"
SCORES = "where the expected score function is zero (references_asthma.california_limit)"
UNITY = "generating functions at roots of unity (references_asthma.california_with_total, california_numbers_hidden)"
RECURSION = "the recursion from one count to the next (references_asthma.california_pmf)"
RATE_GRID = "sums over a grid of rates (references_asthma.gamma_masses)"
SETS = "sets of rates drawn from a grid of shapes, means and rates (references_asthma.california_sets)"
THREE_GRIDS = "sums over a grid of shapes, means and rates (references_asthma.california_posterior)"

CALIFORNIA_RATE = 1168 / asthma.california()[0].sum()
EB_SHAPE, EB_MEAN = asthma.california_best()
CALIFORNIA_SHAPE, CALIFORNIA_MEAN = (
    values @ asthma.california_posterior()[2] for values in asthma.california_posterior()[:2]
)
HIDDEN_NUMBER = asthma.california_numbers_hidden("2017_2019")
CALIFORNIA_WORTH = asthma.california_worth()
CALIFORNIA_SETS = asthma.california_sets()
CALIFORNIA_SPREADS = CALIFORNIA_SETS.std(axis=1, ddof=1)
CALIFORNIA_SPREAD_OF_MEANS = (asthma.california_rates() @ np.exp(asthma.LOG_RATES)).std(ddof=1)
CALIFORNIA_BEFORE_FRESNO = (CALIFORNIA_SETS[:, asthma.california_place("Fresno")] < CALIFORNIA_SETS.T).sum(axis=0)
CALIFORNIA_FIRST, CALIFORNIA_LAST = asthma.california_ends()
CALIFORNIA_SMALL, CALIFORNIA_MILLIONS = asthma.california()[0] < 0.6, asthma.california()[0] > 3
CALIFORNIA_GAIN = asthma.california_scores("full") - asthma.california_scores("common")
TWICE_IN_A_MILLION = exp(-30) * sum(30**k / factorial(k) for k in range(61, 200))


def of_sets(values: np.ndarray, quantile: float | None = None) -> tuple[float, float]:
    """Return mean or quantile of a value of each set, and five standard errors, for 40,000 draws and as many sets."""
    if quantile is None:
        return float(values.mean()), float(5 * values.std() / 141)
    beside = np.quantile(values, [quantile - 0.0055, quantile + 0.0055])  # five standard errors of a share of 2.5%
    return float(np.quantile(values, quantile)), float(np.diff(beside)[0] / 2)


def of_share(share: float) -> tuple[float, float]:
    """Return a probability and five standard errors of a share of the page's draws, and of the sets."""
    return float(share), float(5 * (share * (1 - share) / 20_000) ** 0.5)


def california_score(method: str) -> float:
    """Log score of all counties together."""
    return float(asthma.california_scores(method).sum())


def california_lead(ahead: str, behind: str, part: np.ndarray | Sequence[str] | None = None) -> tuple[float, float]:
    """Lead of one method over another in some counties (a mask, names or all), and its standard error."""
    lead = asthma.california_scores(ahead) - asthma.california_scores(behind)
    if isinstance(part, np.ndarray):
        lead = lead[part]
    elif part:
        lead = lead[[asthma.california_place(county) for county in part]]
    return float(lead.sum()), statistics.stdev(lead.tolist()) * lead.size**0.5


def spread(treatment: str) -> float:
    """Standard deviation of the rates by maximum likelihood."""
    shape, mean = asthma.california_best(treatment)
    return mean / shape**0.5


def worth_of_a_draw(correlation: float) -> float:
    """How many independent draws one is worth whose correlations fall as the powers of a number."""
    return (1 - correlation) / (1 + correlation)


def left_by_two_moves(tau: float) -> float:
    """The share of mu's distance that a sweep leaves which moves mu alone and then all effects along with it.

    Each move to what is expected, by the joint covariance and by least squares.
    """
    covariance = references.given_tau(tau)[1]
    effects = covariance[:-1, -1] / covariance[-1, -1]  # of a mu one point above its mean
    mu = np.linalg.solve(covariance[:-1, :-1], covariance[:-1, -1]) @ effects
    together = np.polyfit(np.zeros_like(effects), effects, 0, w=1 / references.SIGMA)[0]
    return float(mu - together)


def farthest_total() -> float:
    """Return the largest distance of a hidden total from what is expected, in standard deviations."""
    published = {"2014_2016": 36, "2017_2019": 66, "2020_2022": 55}
    found = {period: asthma.california_hidden_total(period) for period in published}
    return max(abs(total - found[period][0]) / found[period][1] for period, total in published.items())


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
    Number("pooling", "some_both", references.some_at_both(), 1e-9, "school by school, by what has been seen so far"),
    Number("pooling", "simulated_both", references.some_at_both(), MonteCarlo("simulated_both_se"), "school by school"),
    Number("pooling", "averaged_both", references.both_averaged(), 1e-6, "Gauss-Hermite over the pooled mean"),
    Number("pooling", "a_positive", references.phi(28 / 15), 1e-9, "error function"),
    Number("pooling", "c_positive", references.phi(-3 / 16), 1e-9, "error function"),
    Number("pooling", "pooled_positive", references.phi(7.685617 / 4.071919), 1e-6, "error function"),
    Number("pooling", "mean_without_a", references.pooled(references.Y[1:], references.SIGMA[1:])[0], 1e-9, SQUARES),
    Number("pooling", "this_a_without", 1 - references.phi((28 - 6.069534) / 15), 1e-6, "error function"),
    Number("pooling", "q_smaller", 0.3043, 5e-5, "chi-squared with 7 degrees of freedom, by an independent program"),
    Number("pooling", "noticed_from", references.noticed_from(), 0.2, f"{IMHOF}; the page interpolates"),
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
    Number("shrinkage", "sd_a_20", references.posterior_sd("A", 20), 1e-9, LINEAR),
    *(
        Number("shrinkage", f"positive_{name}", references.above_zero(school, 5), 1e-9, LINEAR)
        for name, school in (("a", "A"), ("least", "E"), ("most", "G"))
    ),
    *(Number("shrinkage", f"a_beats_c_{tau}", references.a_beats_c(tau), 1e-9, LINEAR) for tau in (5, 10, 20, 1000)),
    Number("shrinkage", "grid_sd_a", references.posterior_sd("A", 5), 1e-4, LINEAR),
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
    Number("shrinkage", "below_noise_0", references.varies_less_than_noise(0), MonteCarlo("below_noise_0_se"), IMHOF),
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
    Number("estimation", "worth", 1000 * worth_of_a_draw(references.gibbs_autocorrelation(5)), 1e-6, CANONICAL),
    Number("estimation", "tau_walk", 6.5755, MonteCarlo("tau_walk_se"), PROGRAM),
    Number("estimation", "plug_in_sd", (1 / 5**2 + 1 / 15**2) ** -0.5, 1e-9, "precisions add up"),
    Number("estimation", "plain_worth", 10_000 * worth_of_a_draw(references.gibbs_autocorrelation(5)), 1e-4, CANONICAL),
    Number(
        "estimation",
        "woven_worth",
        10_000 * worth_of_a_draw(left_by_two_moves(5)),
        1e-4,
        "each move to what is expected, from the joint covariance",
    ),
    Number("estimation", "tau_flat", 6.5755, 1e-4, PROGRAM),
    Number("estimation", "a_flat", 11.400, 5e-4, PROGRAM),
    Number("estimation", "tau_cauchy", references.averaged_over_tau("tau", 5), 1e-3, CONTRASTS),
    Number("estimation", "a_cauchy", references.averaged_over_tau("A", 5), 1e-3, CONTRASTS),
    # Learning how different the groups are
    Number("learning-tau", "tau_mean", 6.5755, 5e-5, PROGRAM),
    Number("learning-tau", "tau_median", 5.239, 5e-4, PROGRAM),
    Number("learning-tau", "tau_square", 75.16, 5e-3, PROGRAM),
    Number(
        "learning-tau", "tau_sd", (references.tau_moment(2) - references.tau_moment(1) ** 2) ** 0.5, 1e-5, CONTRASTS
    ),
    Number("learning-tau", "mean_a", 11.400, 5e-4, PROGRAM),
    Number("learning-tau", "sd_a", 8.341, 5e-4, PROGRAM),
    Number("learning-tau", "above_a", 0.9505, 5e-5, PROGRAM),
    Number("learning-tau", "above_e", 0.8074, 5e-5, PROGRAM),
    Number(
        "learning-tau",
        "without_e",
        references.pooled(np.delete(references.Y, 4), np.delete(references.SIGMA, 4))[0],
        1e-9,
        SQUARES,
    ),
    Number("learning-tau", "mu_mean", 7.932, 5e-4, PROGRAM),
    Number("learning-tau", "mu_sd", 5.178, 5e-4, PROGRAM),
    Number("learning-tau", "above_mu", 0.9444, 5e-5, PROGRAM),
    Number("learning-tau", "lecture_gap", 6.5755 - 6.4633808, 5e-5, PROGRAM),
    Number(
        "learning-tau",
        "lecture_draws",
        round(
            (references.tau_moment(2) - references.tau_moment(1) ** 2) / (references.tau_moment(1) - 6.4633808) ** 2, -2
        ),
        0,
        CONTRASTS,
    ),
    Number("learning-tau", "tau_hc5", 3.634, 5e-4, PROGRAM),
    Number("learning-tau", "tau_hc25", 5.898, 5e-4, PROGRAM),
    Number("learning-tau", "tau_hn5", 3.310, 5e-4, PROGRAM),
    Number("learning-tau", "tau_hn10", 4.844, 5e-4, PROGRAM),
    Number("learning-tau", "tau_flat2", 11.431, 5e-4, PROGRAM),
    Number("learning-tau", "a_hn5", references.moments("half-normal 5")[0][0], 1e-5, MIXTURE),
    Number("learning-tau", "a_flat2", references.moments("flat on tau squared")[0][0], 1e-5, MIXTURE),
    Number(
        "learning-tau",
        "a_range",
        references.moments("flat on tau squared")[0][0] - references.moments("half-normal 5")[0][0],
        2e-5,
        MIXTURE,
    ),
    Number("learning-tau", "tau_off_zero", learning_tau.off_zero(), 2e-3, CONTRASTS),
    Number("learning-tau", "a_sd_low", references.moments("half-normal 5")[1][0, 0] ** 0.5, 1e-4, MIXTURE),
    Number("learning-tau", "a_sd_high", references.moments("flat on tau squared")[1][0, 0] ** 0.5, 1e-4, MIXTURE),
    Number("learning-tau", "median_ig1", references.tau_quantile(0.5, "inverse-gamma 1"), 1e-4, CONTRASTS),
    Number("learning-tau", "median_ig001", references.tau_quantile(0.5, "inverse-gamma 0.001"), 1e-4, CONTRASTS),
    Number("learning-tau", "cut_1", references.cut_off(2, 1.0)[0], 1e-3, CUT),
    Number("learning-tau", "cut_001", references.cut_off(2, 0.01)[0], 1e-4, CUT),
    Number("learning-tau", "cut_square", learning_tau.cut_for_mean_square(6.4633808), 1e-3, CONTRASTS),
    Number("learning-tau", "cut_where", references.cut_for_mean(6.4633808), 1e-3, CUT),
    Number("learning-tau", "quiet_cut", references.cut_off(1, 1e-148)[0], 1e-4, CUT),
    Number("learning-tau", "eta_5_low", learning_tau.eta_sds(5.0).min(), 1e-6, LINEAR),
    Number("learning-tau", "eta_5_high", learning_tau.eta_sds(5.0).max(), 1e-6, LINEAR),
    Number("learning-tau", "eta_30_low", learning_tau.eta_sds(30.0).min(), 1e-6, LINEAR),
    Number("learning-tau", "eta_30_high", learning_tau.eta_sds(30.0).max(), 1e-6, LINEAR),
    Number(
        "learning-tau", "root_h", statistics.harmonic_mean(references.SIGMA**2) ** 0.5, 1e-9, "the standard library"
    ),
    Number(
        "learning-tau",
        "below_root_h",
        learning_tau.chance_below(statistics.harmonic_mean(references.SIGMA**2) ** 0.5),
        1e-3,  # the page adds up the steps of a grid
        CONTRASTS,
    ),
    Number(
        "learning-tau",
        "root_h_2",
        statistics.harmonic_mean((references.SIGMA / 2) ** 2) ** 0.5,
        1e-9,
        "the standard library",
    ),
    Number("learning-tau", "tau_mean_2", learning_tau.mean_of_tau(2), 1e-4, CONTRASTS),
    Number("learning-tau", "a_above_c", learning_tau.better("A", "C"), 1e-5, LINEAR),
    *(
        Number(
            "learning-tau", f"zero_{tau}", learning_tau.study(tau).zero.mean(), MonteCarlo(f"zero_{tau}_se"), SIMULATED
        )
        for tau in (5, 10)
    ),
    *(
        Number(
            "learning-tau",
            f"held_{name}_{tau}",
            learning_tau.held(tau, name == "zero"),
            MonteCarlo(f"held_{name}_{tau}_se"),
            "a simulation of 200,000 sets of schools (references_learning_tau.held)",
        )
        for tau in (5, 10)
        for name in ("zero", "other")
    ),
    Number("learning-tau", "old_rise", learning_tau.rise_of_a(renewed=False), 1e-3, CONTRASTS),
    Number("learning-tau", "new_rise", learning_tau.rise_of_a(renewed=True), 1e-3, CONTRASTS),
    Number("learning-tau", "with_mu", references.correlation_with_mu("A"), 1e-6, MIXTURE),
    Number("learning-tau", "with_tau", references.correlation_with_tau("A"), 1e-6, MIXTURE),
    Number("learning-tau", "best_a", references.best_chances()[0], MonteCarlo("best_a_se"), TWICE),
    Number("learning-tau", "best_g", references.best_chances()[6], MonteCarlo("best_g_se"), TWICE),
    Number("learning-tau", "best_e", references.best_chances()[4], MonteCarlo("best_e_se"), TWICE),
    Number("learning-tau", "rank_a", references.expected_ranks()[0], MonteCarlo("rank_a_se"), MIXTURE),
    Number("learning-tau", "rank_e", references.expected_ranks()[4], MonteCarlo("rank_e_se"), MIXTURE),
    *(
        Number("learning-tau", f"p_{name}_{which}", value, MonteCarlo(f"p_{name}_{which}_se"), REPLICATED)
        for which, new in [("same", False), ("new", True)]
        for name, value in [
            ("max", references.some_replicate(28, 1, new)),
            ("min", 1 - references.some_replicate(-3, -1, new)),
            ("sd", references.replicates_vary_more(new)),
        ]
    ),
    Number("learning-tau", "new_sd", references.new_school()[0], 1e-4, MIXTURE),
    Number("learning-tau", "new_above", references.new_school()[1], 1e-5, MIXTURE),
    Number("learning-tau", "tau_moments", 0, 0, "statsmodels has tau^2 = -44.6 before truncation"),
    Number("learning-tau", "tau_ml", references.best_tau(references.log_likelihood), 1e-3, "a search over a grid"),
    Number(
        "learning-tau",
        "tau_reml",
        references.best_tau(references.restricted_log_likelihood),
        1e-3,
        "contrasts and a grid",
    ),
    Number("learning-tau", "plug_in_sd", references.pooled()[1], 1e-9, SQUARES),
    Number("learning-tau", "plug_in_upper", 7.685617 + 1.959964 * 4.071919, 1e-5, "normal table"),
    Number("learning-tau", "a_lower", references.quantile_of_effect("A", 0.025), 1e-4, MIXTURE),
    Number("learning-tau", "a_upper", references.quantile_of_effect("A", 0.975), 1e-4, MIXTURE),
    # Eighteen batting averages
    Number("batting", "first_clemente", 18 / 45, 1e-12, INTEGERS),
    Number("batting", "first_alvis", 7 / 45, 1e-12, INTEGERS),
    Number("batting", "hits_alvis", 7, 0, INTEGERS),
    Number("batting", "grand_mean", 215 / 810, 1e-12, INTEGERS),
    Number("batting", "rest_kessinger", 155 / 586, 1e-12, INTEGERS),
    Number("batting", "sd_at_grand", batting.sd_on_arcsine(215 / 810), 1e-9, "moments of 46 terms by math.comb"),
    Number("batting", "x_clemente", -1.35, 5.1e-3, "printed by Efron and Morris (1975)"),
    Number("batting", "theta_clemente", -2.10, 5.1e-3, "printed by Efron and Morris (1975)"),
    Number("batting", "theta_kessinger", float(batting.arcsine(155 / 586)), 1e-9, "by the tangent"),
    Number("batting", "kept_arcsine", 0.20897, 5e-6, ANOTHER),
    Number("batting", "removed_arcsine", 0.7910, 5e-5, ANOTHER),
    Number("batting", "removed_raw", 0.7883, 5e-5, ANOTHER),
    Number("batting", "js_clemente", batting.shrunk(0.211653, batting.HITS / 45)[0], 1e-6, ANOTHER),
    Number("batting", "js_alvis", batting.shrunk(0.211653, batting.HITS / 45)[-1], 1e-6, ANOTHER),
    Number("batting", "js_munson", batting.shrunk(0.211653, batting.HITS / 45)[-2], 1e-6, ANOTHER),
    Number("batting", "homogeneity", 19.03, 5e-3, ANOTHER),
    Number("batting", "homogeneity_p", 0.327, 5e-4, ANOTHER),
    Number("batting", "sse_raw", 0.07519, 5e-6, ANOTHER),
    Number("batting", "sse_js", 0.02135, 5e-6, ANOTHER),
    Number("batting", "sse_mean", 0.02435, 5e-6, ANOTHER),
    Number(
        "batting",
        "sse_bayes",
        float(((batting.beta_average(lambda a, b: a / (a + b)) - batting.REST_HITS / batting.REST) ** 2).sum()),
        5e-6,
        GIVEN_SHAPES,
    ),
    Number("batting", "ratio_raw", 3.52, 5e-3, ANOTHER),
    Number("batting", "sse_arcsine_own", 17.541, 5e-4, ANOTHER),
    Number("batting", "sse_arcsine_js", 5.010, 5e-4, ANOTHER),
    Number("batting", "sse_arcsine_mean", float(((ARCSINE_FIRST.mean() - ARCSINE_REST) ** 2).sum()), 1e-9, INTEGERS),
    Number(
        "batting",
        "sse_arcsine_bayes",
        float(((batting.flat_spread_means(ARCSINE_FIRST) - ARCSINE_REST) ** 2).sum()),
        2e-3,
        "quadrature over the spread with the precision matrix of all parameters (references_batting.flat_spread_means)",
    ),
    Number("batting", "ratio_arcsine", 3.50, 5e-3, ANOTHER),
    Number("batting", "noise_of_truth", sum(45 / n for n in batting.REST.tolist()), 1e-9, INTEGERS),
    Number("batting", "expected_own", 18 + sum(45 / n for n in batting.REST.tolist()), 1e-9, INTEGERS),
    Number("batting", "nearer_raw", 16, 0, ANOTHER),
    Number("batting", "nearer_arcsine", batting.nearer(ARCSINE_FIRST, ARCSINE_REST, 0.20897), 0, INTEGERS),
    Number("batting", "printed_own", 17.56, 5e-3, ANOTHER),
    Number("batting", "printed_js", 5.02, 5e-3, ANOTHER),
    Number("batting", "rounded_own", 0.07532, 5e-6, ANOTHER),
    Number("batting", "rounded_js", 0.02131, 5e-6, ANOTHER),
    Number("batting", "rounded_mean", 0.02426, 5e-6, ANOTHER),
    Number(
        "batting",
        "noise_of_rest",
        sum(h * (n - h) / n**3 for h, n in zip(batting.REST_HITS.tolist(), batting.REST.tolist(), strict=True)),
        1e-12,
        INTEGERS,
    ),
    Number("batting", "rest_clemente", 127 / 367, 1e-12, INTEGERS),
    Number("batting", "first_munson", 8 / 45, 1e-12, INTEGERS),
    Number("batting", "rest_munson", 129 / 408, 1e-12, INTEGERS),
    Number("batting", "kept_raw", 0.211653, 5e-7, ANOTHER),
    Number(
        "batting",
        "kept_hindsight",
        batting.best_share()[0],
        1e-6,
        "a search over the share (references_batting.best_share)",
    ),
    Number("batting", "sse_hindsight", batting.best_share()[1], 1e-9, "a search (references_batting.best_share)"),
    Number("batting", "sure", 18 - 225 / 18.9627, 1e-4, ANOTHER),
    Number("batting", "sure_of_rest", 18 - 225 / 18.9627 + sum(45 / n for n in batting.REST.tolist()), 1e-4, ANOTHER),
    Number("batting", "replicates", 10_000, 0, "chosen"),
    Number("batting", "gain_10", 1 - batting.stein_risk(10, 10) / 10, 1e-6, NONCENTRAL),
    Number("batting", "wrong_10", 1 - batting.stein_risk(10, 50) / 10, 1e-6, NONCENTRAL),
    Number("batting", "gain_50", 1 - batting.stein_risk(50, 50) / 50, 1e-6, NONCENTRAL),
    Number("batting", "worst_at", batting.worst_odd_one()[0], 0.05, TWO_INTEGRALS),
    Number("batting", "worst_one", batting.worst_odd_one()[1], 1e-3, TWO_INTEGRALS),
    Number("batting", "worst_average", batting.worst_odd_one()[2], 5e-3, TWO_INTEGRALS),
    Number("batting", "worst_unequal", batting.worst_unequal(), 1e-3, TWO_INTEGRALS),
    Number(
        "batting",
        "ability_clemente",
        float(batting.beta_average(lambda a, b: a / (a + b))[0]),
        1e-4,
        GIVEN_SHAPES,
    ),
    Number("batting", "population_sd", batting.expected_population_sd(), 1e-4, SHAPES),
    Number("batting", "population_sd_low", batting.population_sd_at(0.05), 5e-4, SHAPES),
    Number("batting", "population_sd_high", batting.population_sd_at(0.95), 5e-4, SHAPES),
    Number("batting", "sd_per_root", (215 * 595) ** 0.5 / 810, 1e-9, INTEGERS),
    Number("batting", "score_complete", float(ONE_RATE.sum()), 1e-6, SIMPSON),
    Number("batting", "score_none", float(batting.score_by_integration(*ALONE).sum()), 1e-6, SIMPSON),
    Number("batting", "score_partial", float(BETA_SCORES.sum()), 2e-3, SHAPES),
    Number("batting", "score_drawn", float(BETA_SCORES.sum()), MonteCarlo("score_drawn_se"), SHAPES),
    Number("batting", "score_drawn_z", 0, 4, "a standard normal variable, its sign left out"),
    Number(
        "batting",
        "score_logit",
        batting.logit_normal_score(),
        MonteCarlo("score_logit_se"),
        "quadrature over mean, spread and ability (references_batting.logit_normal_score)",
    ),
    Number("batting", "score_plug_in", batting.score_of_own_averages(), 1e-6, "log gamma functions of whole numbers"),
    Number("batting", "lead_of_complete", float((ONE_RATE - BETA_SCORES).sum()), 2e-3, SHAPES),
    Number("batting", "lost_by", float((ONE_RATE - BETA_SCORES).sum()), 2e-3, SHAPES),
    Number("batting", "gap_sd", statistics.stdev((BETA_SCORES - ONE_RATE).tolist()) * 18**0.5, 2e-3, SHAPES),
    Number("batting", "gap_clemente", float((BETA_SCORES - ONE_RATE)[0]), 2e-3, SHAPES),
    Number("batting", "joint_partial", BETA_JOINT, 2e-3, SHAPES),
    Number("batting", "joint_complete", batting.joint_score_of_one_rate(), 1e-6, SIMPSON),
    Number("batting", "joint_times", float(np.exp(BETA_JOINT - batting.joint_score_of_one_rate())), 5e-3, SHAPES),
    Number("batting", "half_complete", batting.inside_intervals(*batting.beta_cdf(216, 596), 0.5), 0, GIVEN_SHAPES),
    Number(
        "batting",
        "half_partial",
        batting.inside_intervals(*batting.beta_average(batting.beta_cdf), 0.5),
        0,
        GIVEN_SHAPES,
    ),
    Number("batting", "ninety_complete", batting.inside_intervals(*batting.beta_cdf(216, 596), 0.9), 0, GIVEN_SHAPES),
    Number("batting", "ninety_none", batting.inside_intervals(*batting.beta_cdf(*ALONE), 0.9), 0, GIVEN_SHAPES),
    Number(
        "batting",
        "ninety_partial",
        batting.inside_intervals(*batting.beta_average(batting.beta_cdf), 0.9),
        0,
        GIVEN_SHAPES,
    ),
    Number("batting", "some_none", batting.reaches_four_in_ten(*ALONE), MonteCarlo("some_none_se"), "a product of 18"),
    Number(
        "batting",
        "some_partial",
        float(batting.beta_average(batting.reaches_four_in_ten)),
        MonteCarlo("some_partial_se"),
        GIVEN_SHAPES,
    ),
    Number("batting", "best_none", batting.first_is_best(*ALONE), 1e-4, SIMPSON),
    Number(
        "batting",
        "best_partial",
        float(batting.beta_average(batting.first_is_best)),
        MonteCarlo("best_partial_se"),
        GIVEN_SHAPES,
    ),
    Number(
        "batting",
        "check_sd_none",
        batting.copies_spread_more(False),
        MonteCarlo("check_sd_none_se"),
        "beta-binomial draws without abilities (references_batting.copies_spread_more)",
    ),
    Number(
        "batting",
        "check_max_partial",
        float(batting.beta_average(batting.highest_reaches_18)),
        MonteCarlo("check_max_partial_se"),
        GIVEN_SHAPES,
    ),
    Number("batting", "season_billy", 205 / 636, 1e-12, "whole numbers of the file that many courses copy"),
    Number("batting", "season_walt", 79 / 315, 1e-12, INTEGERS),
    Number("batting", "wrong_complete", float(batting.score_by_integration(216, 596, *COPIED).sum()), 1e-6, SIMPSON),
    Number("batting", "wrong_partial", float(batting.beta_scores(*COPIED)[0].sum()), 2e-3, SHAPES),
    Number(
        "batting",
        "wrong_gap",
        float((batting.beta_scores(*COPIED)[0] - batting.score_by_integration(216, 596, *COPIED)).sum()),
        2e-3,
        SHAPES,
    ),
    Number(
        "batting",
        "other_lead",
        float((ONE_RATE - batting.beta_scores(batting.REST_HITS, batting.REST, -3)[0]).sum()),
        2e-3,
        SHAPES,
    ),
    Number(
        "batting",
        "other_wrong",
        float((batting.score_by_integration(216, 596, *COPIED) - batting.beta_scores(*COPIED, -3)[0]).sum()),
        2e-3,
        SHAPES,
    ),
    # After a hot start
    Number("three-point", "start", 50 / 101, 1e-12, "50 of 101, by hand"),
    Number("three-point", "covington_rest", 1 / 3, 1e-12, "77 of 231, by hand"),
    Number("three-point", "league_first", 6729 / 18021, 1e-12, "sums of the columns, by hand"),
    Number("three-point", "history_mean", 474 / 1340, 1e-12, "by hand"),
    Number("three-point", "history_worth", 1340, 0, "by hand"),
    Number("three-point", "history_full", 524 / 1441, 1e-12, "by hand"),
    Number("three-point", "history_full_sd", (524 * 917 / 1442) ** 0.5 / 1441, 1e-12, "variance of Beta(524, 917)"),
    Number("three-point", "history_100", (100 * 474 / 1340 + 50) / 201, 1e-12, "by hand"),
    Number(
        "three-point", "history_steady", exp(-1.6494131 / 2), 1e-6, "chi-squared with 2 degrees of freedom: e^(-x/2)"
    ),
    Number(
        "three-point", "league_covington", three_point.covington_posterior()[0], MonteCarlo("league_covington_se"), GRID
    ),
    Number(
        "three-point",
        "league_covington_sd",
        three_point.covington_posterior()[1],
        MonteCarlo("league_covington_sd_se"),
        GRID,
    ),
    Number("three-point", "grid_covington", three_point.covington_posterior()[0], 2e-5, GRID),
    Number("three-point", "grid_covington_sd", three_point.covington_posterior()[1], 5e-5, GRID),
    *(
        Number("three-point", f"{name}kappa_{place}", three_point.two_digits(value), 1e-9, GRID)
        for name, part in (("", "first"), ("season_", "season"))
        for place, value in (
            ("low", three_point.kappa_quantile(0.05, part)),
            ("median", three_point.kappa_quantile(0.5, part)),
            ("high", three_point.kappa_quantile(0.95, part)),
        )
    ),
    Number(
        "three-point",
        "between_median",
        three_point.spread_quantile(0.5, "first"),
        MonteCarlo("between_median_se"),
        GRID,
    ),
    Number(
        "three-point",
        "later_spread",
        three_point.spread_quantile(0.5, "rest", True),
        MonteCarlo("later_spread_se"),
        GRID,
    ),
    Number(
        "three-point",
        "later_spread_high",
        three_point.spread_quantile(0.95, "rest", True),
        MonteCarlo("later_spread_high_se"),
        GRID,
    ),
    Number("three-point", "m_hat", three_point.best_beta_binomial()[0], 1e-5, GAMMAS),
    Number("three-point", "kappa_hat", three_point.best_beta_binomial()[1], 0.01, GAMMAS),
    Number("three-point", "weight_100", 100 / (100 + three_point.best_beta_binomial()[1]), 1e-4, GAMMAS),
    Number("three-point", "outside", 13 / 176, 1e-12, "counted in a spreadsheet"),
    Number("three-point", "season_p", three_point.heterogeneity("season"), 1e-9, "a two-way table of counts"),
    Number("three-point", "rmse_own", 0.0657, 5e-5, "an independent program"),
    Number("three-point", "rmse_partial", 0.0403, 5e-5, "an independent program"),
    Number("three-point", "rmse_pooled", 0.0394, 5e-5, "an independent program"),
    Number("three-point", "rmse_bayes", three_point.root_error("bayes"), MonteCarlo("rmse_bayes_se"), GRID),
    Number("three-point", "difference", three_point.difference_of_roots("partial", "pooled")[0], 1e-3, GAMMAS),
    # A bootstrap's standard error and the delta method's agree up to terms of the order of one over the sample size.
    Number("three-point", "difference_se", three_point.difference_of_roots("partial", "pooled")[1], 0.1, DELTA),
    Number("three-point", "own_difference", three_point.difference_of_roots("own", "partial")[0], 1e-3, GAMMAS),
    Number("three-point", "own_difference_se", three_point.difference_of_roots("own", "partial")[1], 0.2, DELTA),
    *(
        Number("three-point", f"{kind}_77_difference{what}", value, tolerance, source)
        for kind in ("partial", "pooled")
        for what, value, tolerance, source in zip(
            ("", "_se"), three_point.difference_of_roots(kind, kind, True), (1e-3, 0.05), (GAMMAS, DELTA), strict=True
        )
    ),
    Number("three-point", "floor", three_point.noise_floor(), 1e-6, GAMMAS),
    Number(
        "three-point", "pooling_wins", three_point.pooling_ahead(0.0), MonteCarlo("pooling_wins_se"), LINEAR_IN_MAKES
    ),
    *(
        Number("three-point", f"again_{kind}", three_point.again(kind), MonteCarlo(f"again_{kind}_se"), GRID)
        for kind in ("partial", "pooled")
    ),
    *(
        Number("three-point", f"content_80_{kind}", three_point.content(kind, 0.8)[0], 1e-6, "probabilities added up")
        for kind in ("partial", "pooled")
    ),
    Number("three-point", "cover_80_partial", three_point.coverage("partial", 0.8), 1e-12, "probabilities added up"),
    Number("three-point", "cover_80_pooled", three_point.coverage("pooled", 0.8), 1e-12, "probabilities added up"),
    Number("three-point", "cover_80_se", three_point.content("partial", 0.8)[1], 1e-6, "probabilities added up"),
    Number("three-point", "log_score_gain", three_point.log_score_gain()[0], 1e-3, GAMMAS),
    Number("three-point", "log_score_gain_sd", three_point.log_score_gain()[1], 1e-3, GAMMAS),
    Number("three-point", "this_player", three_point.start_as_good(False), 1e-9, "binomial coefficients"),
    Number("three-point", "some_player", three_point.start_as_good(True), 1e-9, "binomial coefficients"),
    Number("three-point", "winner_first", three_point.winner()[0], MonteCarlo("winner_first_se"), ENUMERATION),
    Number("three-point", "winner_true", three_point.winner()[1], MonteCarlo("winner_true_se"), ENUMERATION),
    Number("three-point", "winner_shrunken", three_point.winner()[1], MonteCarlo("winner_shrunken_se"), ENUMERATION),
    Number("three-point", "ablest_true", three_point.ablest()[0], MonteCarlo("ablest_true_se"), "integrated"),
    Number("three-point", "ablest_shrunken", three_point.ablest()[1], MonteCarlo("ablest_shrunken_se"), "integrated"),
    Number("three-point", "best_first", three_point.ten(True, "first"), 1e-12, "sorted and added up"),
    Number("three-point", "best_expected", three_point.ten(True, "expected"), 1e-6, GAMMAS),
    Number("three-point", "best_later", three_point.ten(True, "rest"), 1e-12, "sorted and added up"),
    Number("three-point", "worst_first", three_point.ten(False, "first"), 1e-12, "sorted and added up"),
    Number("three-point", "worst_later", three_point.ten(False, "rest"), 1e-12, "sorted and added up"),
    Number("three-point", "worst_expected", three_point.ten(False, "expected"), 1e-6, GAMMAS),
    *(
        Number(
            "three-point",
            name,
            100 * abs(three_point.ten(best, "rest") - three_point.ten(best, "expected")),
            1e-3,
            GAMMAS,
        )
        for name, best in (("best_gap", True), ("worst_gap", False))
    ),
    *(
        Number(
            "three-point",
            name,
            abs(three_point.ten(best, "rest") - three_point.ten(best, "expected")) / three_point.ten(best, "stray"),
            1e-4,
            "probabilities added up",
        )
        for name, best in (("best_off", True), ("worst_off", False))
    ),
    Number("three-point", "mccollum_rest", 78 / 200, 1e-12, "by hand"),
    Number("three-point", "twins_apart", 100 * (78 / 200 - 77 / 231), 1e-10, "by hand"),
    Number("three-point", "twins_sd", 100 * three_point.stray_of_twins(), 1e-4, "probabilities added up"),
    Number("three-point", "first_77", FIRST_77, 1e-12, "sums over the 77"),
    Number("three-point", "later_77", LATER_77, 1e-12, "sums over the 77"),
    Number("three-point", "first_others", FIRST_OTHERS, 1e-12, "sums over the others"),
    Number("three-point", "fall_77", 100 * (FIRST_77 - LATER_77), 1e-10, "sums over the 77"),
    Number("three-point", "fall_77_se", 100 * three_point.noise_of_a_fall(), 1e-3, "binomial variances, by hand"),
    Number("three-point", "later_others", LATER_OTHERS, 1e-12, "sums over the others"),
    Number("three-point", "expected_others", EXPECTED_OTHERS, 1e-6, GAMMAS),
    Number("three-point", "others_off", (EXPECTED_OTHERS - LATER_OTHERS) / STRAY_OTHERS, 1e-3, GAMMAS),
    Number("three-point", "reliability_point", 2250 / 7, 1e-9, "750 times 3/7"),
    Number("three-point", "below_first", three_point.below(2250 / 7, "first"), 2e-4, GRID),
    *(
        Number(
            "three-point", name, three_point.two_digits(three_point.kappa_quantile(share, "season") * 7 / 3), 1e-9, GRID
        )
        for name, share in (("season_needed", 0.5), ("season_needed_low", 0.05), ("season_needed_high", 0.95))
    ),
    # When groups are alike before the data
    Number("exchangeability", "prior_correlation", 0.5, MonteCarlo("prior_correlation_se"), "100 / (100 + 100)"),
    Number("exchangeability", "prior_a_beats_b", 0.5, MonteCarlo("prior_a_beats_b_se"), "symmetry"),
    *(
        Number("exchangeability", name, value, MonteCarlo(f"{name}_se"), PROPER)
        for name, value in zip(
            ["posterior_a_beats_b", "new_mean", "new_sd"],
            exchangeable.under_proper_priors()[1:4],
            strict=True,
        )
    ),
    Number("exchangeability", "orders", comb(5, 2), 0, "two of five places"),
    Number("exchangeability", "order_probability", 1 / comb(5, 2), 1e-12, "all orders alike"),
    Number("exchangeability", "both_heads", 2 / 5 * 1 / 4, 1e-12, "by hand"),
    Number("exchangeability", "both_shuffled", 2 / 5 * 1 / 4, MonteCarlo("both_shuffled_se"), "by hand"),
    Number("exchangeability", "covariance", -0.06, 1e-12, "an independent program"),
    Number("exchangeability", "correlation", -1 / 4, 1e-12, "-1 / (n - 1)"),
    Number("exchangeability", "distance_5", 1 - 10 * 0.4**2 * 0.6**3, 1e-8, "the best coin for two heads, by calculus"),
    Number("exchangeability", "lower_bound_5", 1 - 10 * 0.4**2 * 0.6**3, 1e-8, "the best coin for two heads"),
    Number("exchangeability", "coin_5", 2 / 5, 1e-8, "where p^2 (1 - p)^3 is largest"),
    Number(
        "exchangeability",
        "distance_first_2",
        1.2 - 2 * 0.3**0.5,
        1e-7,
        "one coin with (1 - p)^2 = 3/10, the chance of no head: .6 - 2 p (1 - p)",
    ),
    Number("exchangeability", "coin_first_2", 0.6 - 2 * 0.4 * 0.6, 1e-12, "excess at one head, by hand"),
    Number("exchangeability", "lowest_5", -1 / 4, 1e-9, "-1 / (J - 1)"),
    Number("exchangeability", "lowest_50", -1 / 49, 1e-9, "-1 / (J - 1)"),
    Number(
        "exchangeability", "residual_correlation", -1 / 4, MonteCarlo("residual_correlation_se"), "residuals sum to 0"
    ),
    Number("exchangeability", "two_stage_correlation", 0.3, MonteCarlo("two_stage_correlation_se"), "rho"),
    Number("exchangeability", "even_distance", exchangeable.even_heads_distance(), 1e-7, "a witness made by hand"),
    Number("exchangeability", "urn_followed", float(exchangeable.polya(4, 3)), 1e-12, FRACTIONS),
    Number("exchangeability", "urn_integral", float(exchangeable.polya(4, 3)), 1e-9, FRACTIONS),
    Number("exchangeability", "urn_drawn", float(exchangeable.polya(4, 3)), MonteCarlo("urn_drawn_se"), FRACTIONS),
    Number("exchangeability", "urn_correlation", 1 / 6, 1e-9, "c / (a + b + c)"),
    Number("exchangeability", "urn_gap_10", exchangeable.gap_to_beta(10), 1e-9, FRACTIONS),
    Number("exchangeability", "urn_gap_100", exchangeable.gap_to_beta(100), 1e-9, FRACTIONS),
    Number(
        "exchangeability", "urn_low", sum(exchangeable.polya_counts(1000)[:250]), MonteCarlo("urn_low_se"), FRACTIONS
    ),
    Number("exchangeability", "other_110", 2 / 5 * 2 / 6 * 5 / 7, 1e-12, "by hand"),
    Number("exchangeability", "other_101", 2 / 5 * 4 / 6 * 3 / 7, 1e-12, "by hand"),
    *(
        Number(
            "exchangeability",
            f"definetti_{n}",
            sum(p * (s / n) ** 3 * (1 - s / n) for s, p in enumerate(exchangeable.polya_counts(n))),
            1e-9,
            FRACTIONS,
        )
        for n in (10, 100)
    ),
    Number("exchangeability", "definetti_limit", float(exchangeable.polya(4, 3)), 1e-12, FRACTIONS),
    Number("exchangeability", "chain_end", 1 / 2, MonteCarlo("chain_end_se"), "symmetry"),
    Number("exchangeability", "chain_agree", 0.9, 1e-12, "the chance to stay"),
    Number("exchangeability", "chain_110", 0.5 * 0.9 * 0.1, 1e-12, "by hand"),
    Number("exchangeability", "chain_101", 0.5 * 0.1 * 0.1, 1e-12, "by hand"),
    Number("exchangeability", "chain_distance", 0.02, 1e-12, "half the difference, by hand"),
    Number("exchangeability", "one_switch_chain", 9 * 0.1 * 0.9**8, 1e-12, "nine places, by hand"),
    Number("exchangeability", "one_switch_coin", exchangeable.one_switch_of_a_coin(), 1e-5, GEOMETRIC),
    Number("exchangeability", "one_switch", 9 * 0.1 * 0.9**8 - exchangeable.one_switch_of_a_coin(), 1e-5, GEOMETRIC),
    Number(
        "exchangeability", "chain_nearest", exchangeable.chain_to_mixtures(), 1e-4, "five coins, by hand and descent"
    ),
    Number("exchangeability", "distance_100", exchangeable.shuffle_to_coin(100, 10), 1e-9, FRACTIONS),
    Number("exchangeability", "bound_pairs_100", 0.45, 1e-12, "10 * 9 / 200"),
    Number("exchangeability", "bound_colours_100", 0.2, 1e-12, "2 * 10 / 100"),
    Number("exchangeability", "constant", exp(-1 / 2) / (2 * pi) ** 0.5, 5e-4, "the normal density at 1, a limit"),
    Number("exchangeability", "birthday", exchangeable.birthday(23, 365), 1e-9, "whole numbers"),
    Number("exchangeability", "birthday_bound", 253 / 365, 1e-12, "253 pairs of 23"),
    Number("exchangeability", "birthday_rate", 23 / 365, 1e-12, "by hand"),
    Number("exchangeability", "ways", comb(18, 9), 0, "nine of eighteen"),
    Number("exchangeability", "first_difference", exchangeable.halves(tuple(exchangeable.FIRST))[0], 1e-9, ALL_WAYS),
    Number("exchangeability", "first_p", exchangeable.halves(tuple(exchangeable.FIRST))[1], 1e-9, ALL_WAYS),
    Number(
        "exchangeability",
        "expected_later",
        (1 - (18 - 3) / (45 * 18 * statistics.pvariance([asin(2 * rate - 1) for rate in exchangeable.FIRST]))) / 9,
        1e-9,
        "the halves differ by a ninth; Python's statistics module",
    ),
    Number("exchangeability", "rest_difference", exchangeable.halves(tuple(exchangeable.REST))[0], 1e-9, ALL_WAYS),
    Number("exchangeability", "rest_p", exchangeable.halves(tuple(exchangeable.REST))[1], 1e-9, ALL_WAYS),
    *(
        Number("exchangeability", f"early_{what}{ending}", value, 1e-6, CONVOLUTION)
        for what, name in [("hits", "batting_1970"), ("threes", "three_point_2018")]
        for ending, value in zip(["", "_expected", "_sd"], exchangeable.early(name)[:3], strict=True)
    ),
    Number(
        "exchangeability",
        "early_threes_p",
        exchangeable.early("three_point_2018")[3],
        MonteCarlo("early_threes_p_se"),
        CONVOLUTION,
    ),
    Number(
        "exchangeability",
        "alphabet_correlation",
        statistics.correlation(exchangeable.SHARES, range(176)),
        1e-9,
        "Python's statistics module",
    ),
    Number(
        "exchangeability",
        "volume_correlation",
        statistics.correlation(exchangeable.SHARES, exchangeable.TRIES),
        1e-9,
        "Python's statistics module",
    ),
    Number(
        "exchangeability",
        "volume_sds",
        statistics.correlation(exchangeable.SHARES, exchangeable.TRIES) * 175**0.5,
        1e-9,
        "under permutation a correlation has variance 1 / (n - 1)",
    ),
    Number("exchangeability", "within", 0.08 / 0.25, 1e-12, "Var of (.1, .5, .5, .9) over .5 * .5"),
    Number("exchangeability", "between", 0.04 / 0.25, 1e-12, "Var of (.3, .7) over .5 * .5"),
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
    Number("lecture", "mu_5_sd", references.given_tau(5.0)[1][8, 8] ** 0.5, 1e-9, LINEAR),
    *(
        Number("lecture", name, value, 1e-9, source)
        for name, value, source in [
            ("above_a_none", references.phi(28 / 15), ERROR_FUNCTION),
            ("above_c_none", references.phi(-3 / 16), ERROR_FUNCTION),
            ("above_a_5", references.above_zero("A", 5.0), LINEAR),
            ("above_c_5", references.above_zero("C", 5.0), LINEAR),
            ("above_mu_pooled", references.phi(references.pooled()[0] / references.pooled()[1]), SQUARES),
        ]
    ),
    # A prior N(0, s^2) for mu: the precision matrix of all nine gains one entry.
    *(
        Number("lecture", f"{name}_normal_{s}", references.given_tau_and_prior(5.0, float(s))[place], 1e-9, LINEAR)
        for s in (5, 20)
        for name, place in (("mu", 8), ("mean_a", 0))
    ),
    Number("lecture", "rest_at_bats_clemente", 367, 0, INTEGERS),
    Number("lecture", "hits_kessinger", 155, 0, "the season's records"),
    Number("lecture", "covington_made", 50, 0, "counted by hand"),
    Number("lecture", "covington_attempts", 101, 0, "counted by hand"),
    Number("lecture", "covington_later", 231, 0, "counted by hand"),
    Number("lecture", "players", len(three_point.SHOTS), 0, "lines of the file"),
    Number("lecture", "later_players", len(three_point.REGULARS), 0, "lines of the file"),
    *(
        Number("lecture", f"raw_{name}", value, 1e-9, "lines of the file, added up one by one")
        for name, value in asthma.raw_rates("Fresno", "Madera", "Merced", "Stanislaus").items()
    ),
    Number("lecture", "counties", 58, 0, "lines of the file"),
    # For instructors
    *(
        Number("instructors", name, value, tolerance, source)
        for name, value, tolerance, source in [
            ("mean_a", references.moments()[0][0], 1e-4, MIXTURE),
            (
                "likelihood_at_10",
                exp(references.restricted_log_likelihood(10) - references.restricted_log_likelihood(0)),
                1e-4,
                "contrasts from which mu has dropped out (references.restricted_log_likelihood)",
            ),
            ("some", references.some_at_least(28), 1e-9, ERROR_FUNCTION),
            ("this", 1 - references.phi((28 - references.pooled()[0]) / 15), 1e-9, ERROR_FUNCTION),
            ("q_larger", 4 * references.pooled()[2], 1e-9, SQUARES),
            ("p_larger", 0.0087, 6e-5, "a table of chi-squared with 7 degrees of freedom, 18.83"),
            ("weight_c", 25 / (25 + 256), 1e-12, "by hand"),
            ("sd_a", 8.341, 6e-4, "an independent program"),
            ("half_way", (0.74123 * 4.4333) ** -0.5, 0.025, "Boone's person-years by West Virginia's rate, by hand"),
        ]
    ),
    Number("lecture", "tau_mean", 6.5755, 5e-5, "an independent program"),
    Number("lecture", "tau_median", 5.239, 5e-4, "an independent program"),
    Number("lecture", "tau_square", 75.16, 5e-3, "an independent program"),
    *(
        Number("lecture", f"{what}_{school}", value, tolerance, "an independent program")
        for what, tolerance, values in [
            ("mean", 5e-4, [11.400, 7.895, 6.131, 7.645, 5.126, 6.139, 10.667, 8.457]),
            ("sd", 5e-4, [8.341, 6.275, 7.765, 6.546, 6.357, 6.710, 6.786, 7.888]),
            ("above", 5e-5, [0.9505, 0.9057, 0.8229, 0.8914, 0.8074, 0.8389, 0.9611, 0.8880]),
        ]
        for school, value in zip("abcdefgh", values, strict=True)
    ),
    Number("lecture", "mean_mu", 7.932, 5e-4, "an independent program"),
    Number("lecture", "sd_mu", 5.178, 5e-4, "an independent program"),
    Number("lecture", "above_mu", 0.9444, 5e-5, "an independent program"),
    Number("lecture", "tau_half_cauchy_5", 3.634, 5e-4, "an independent program"),
    Number("lecture", "tau_half_cauchy_25", 5.898, 5e-4, "an independent program"),
    Number("lecture", "tau_half_normal_5", 3.310, 5e-4, "an independent program"),
    Number("lecture", "tau_half_normal_10", 4.844, 5e-4, "an independent program"),
    Number("lecture", "tau_flat_square", 11.431, 5e-4, "an independent program"),
    Number("lecture", "joint_mu", references.correlation_with_mu("A"), 1e-6, MIXTURE),
    Number("lecture", "heads_covariance", -0.06, 1e-12, "an independent program"),
    Number("lecture", "heads_correlation", -0.25, 1e-12, "an independent program"),
    Number("lecture", "heads_distance", 1 - 10 * 0.4**2 * 0.6**3, 1e-8, "the best coin for two heads, by calculus"),
    Number("lecture", "heads_first", exchangeable.shuffle_to_coin(100, 10), 1e-9, FRACTIONS),
    Number("lecture", "joint_tau", references.correlation_with_tau("A"), 1e-6, MIXTURE),
    # Would you notice a wrong sampler?
    Number(
        "checking",
        "mean_a_first",
        references.checking_posterior_of_a()[0],
        MonteCarlo("mean_a_first_se"),
        "the precision matrix of all parameters at once (references.checking_posterior_of_a)",
    ),
    Number(
        "checking",
        "mean_a_second",
        float(references.checking_slip_of_a()[0] @ references.Y),
        MonteCarlo("mean_a_second_se"),
        FIXED_POINT,
    ),
    Number("checking", "rhat_second", 1, 0.005, "what R-hat tends to when chains agree"),
    Number("checking", "covered_right", 0.8, MonteCarlo("covered_right_se"), "40 of 50 equally likely ranks"),
    Number("checking", "covered_slip", references.checking_slip_coverage(), MonteCarlo("covered_slip_se"), FIXED_POINT),
    Number(
        "checking", "covered_alone", 0.8, MonteCarlo("covered_alone_se"), "symmetry of the noise, as the chapter says"
    ),
    *(
        Number(
            "checking",
            f"covered_{sampler}_{which}",
            0.8 if sampler == "right" else float(references.checking_ranks_looked_at(which)[1:-1].sum()),
            MonteCarlo(f"covered_{sampler}_{which}_se", 2.5 if (sampler, which) == ("alone", "high") else 5),
            "sums over mu, the estimate and the truth (references.checking_ranks_looked_at)",
        )
        for sampler in ("alone", "right")
        for which in ("high", "best")
    ),
    Number(
        "checking",
        "sd_a_pooled",
        references.checking_posterior_of_a()[1],
        1e-9,
        "the precision matrix of all parameters at once (references.checking_posterior_of_a)",
    ),
    Number("checking", "sd_a_alone", 15, 1e-12, "school A's standard error"),
    Number("checking", "power_100", references.checking_power(100, 0.9), 1e-9, BINOMIAL),
    Number("checking", "power_2000", references.checking_power(2000, 0.9), 1e-8, BINOMIAL),
    Number("checking", "power_2000_half", references.checking_power(2000, 0.95), 1e-8, BINOMIAL),
    Number("checking", "power_8000", references.checking_power(8000, 0.95), 1e-8, BINOMIAL),
    Number("lecture", "first_clemente", 18 / 45, 1e-12, INTEGERS),
    Number("lecture", "rest_clemente", 127 / 367, 1e-12, INTEGERS),
    Number("lecture", "x_clemente", -1.35, 5.1e-3, "printed by Efron and Morris (1975)"),
    Number("lecture", "theta_clemente", -2.10, 5.1e-3, "printed by Efron and Morris (1975)"),
    Number("lecture", "theta_kessinger", float(batting.arcsine(155 / 586)), 1e-9, "by the tangent"),
    Number("lecture", "removed_arcsine", 0.7910, 5e-5, ANOTHER),
    Number("lecture", "removed_raw", 0.7883, 5e-5, ANOTHER),
    Number("lecture", "grand_mean", 215 / 810, 1e-12, INTEGERS),
    Number("lecture", "batting_ratio", 3.50, 5e-3, ANOTHER),
    Number("lecture", "homogeneity_p", 0.327, 5e-4, ANOTHER),
    Number("lecture", "covington_start", 50 / 101, 1e-12, "50 of 101, by hand"),
    Number("lecture", "covington_rest", 77 / 231, 1e-12, "77 of 231, by hand"),
    Number("lecture", "covington_shrunken", three_point.predictions("partial")[three_point.PLACE], 1e-5, GAMMAS),
    Number("lecture", "miss_own", 0.0657, 5e-5, "an independent program"),
    Number("lecture", "miss_shrunken", 0.0403, 5e-5, "an independent program"),
    Number("lecture", "miss_pooled", 0.0394, 5e-5, "an independent program"),
    # The lecture's slides on asthma
    Number("lecture", "asthma_mean", 1, 1e-9, PROGRAM),
    Number("lecture", "asthma_mode", 0.8333, 5e-5, PROGRAM),
    Number("lecture", "asthma_low", 0.367, 5e-4, PROGRAM),
    Number("lecture", "asthma_high", 1.945, 5e-4, PROGRAM),
    Number("lecture", "asthma_book", asthma.county_mean(2), 1e-9, RATES),
    # Three deaths in one county
    Number("asthma-county", "prior_mean", 3 / 5, 1e-12, "shape over rate"),
    Number("asthma-county", "prior_low", asthma.county_quantile(0.025, 3, 5), 1e-9, PROCESS),
    Number("asthma-county", "prior_high", asthma.county_quantile(0.975, 3, 5), 1e-9, PROCESS),
    Number("asthma-county", "post_mean", asthma.county_mean(1), 1e-9, RATES),
    Number("asthma-county", "post_mode", 0.8333, 5e-5, PROGRAM),
    Number("asthma-county", "post_low", asthma.county_quantile(0.025, 6, 6), 1e-9, PROCESS),
    Number("asthma-county", "post_high", asthma.county_quantile(0.975, 6, 6), 1e-9, PROCESS),
    Number("asthma-county", "above_raw", asthma.county_above(3), 1e-12, PROCESS),
    Number("asthma-county", "raw_low", asthma.county_exact_interval(3, 0.025), 1e-9, PROCESS),
    Number("asthma-county", "raw_high", asthma.county_exact_interval(3, 0.975), 1e-9, PROCESS),
    Number("asthma-county", "grid_mean", asthma.county_mean(1), 1e-6, RATES),
    Number("asthma-county", "kept_share", asthma.county_count(1, [3]), MonteCarlo("kept_share_se"), PASCAL),
    Number("asthma-county", "kept_mean", asthma.county_mean(1), MonteCarlo("kept_mean_se"), RATES),
    Number("asthma-county", "middle", MIDDLE, 1e-9, PROCESS),
    Number(
        "asthma-county",
        "rank_of_middle",
        1 - exp(-5 * MIDDLE) * (1 + 5 * MIDDLE + (5 * MIDDLE) ** 2 / 2),
        1e-9,
        "fewer than three events of a Poisson process with rate 5",
    ),
    Number("asthma-county", "above_prior_mean", asthma.county_above(3 / 5), 1e-9, PROCESS),
    Number("asthma-county", "in_top_tenth", asthma.county_above(asthma.county_quantile(0.9, 3, 5)), 1e-9, PROCESS),
    Number("asthma-county", "bad_year", 1 - exp(-MIDDLE) * (1 + MIDDLE + MIDDLE**2 / 2), 1e-9, "Poisson, term by term"),
    Number("asthma-county", "weight", 1 / 6, 1e-12, "100,000 person-years of 600,000"),
    Number("asthma-county", "raw_large", 0.3, 1e-12, "three in a million"),
    Number("asthma-county", "mean_small", asthma.county_mean(0.1), 1e-9, RATES),
    Number("asthma-county", "mean_large", asthma.county_mean(10), 1e-9, RATES),
    Number("asthma-county", "surprise_middle", 1 - asthma.county_count(1, range(3)), 1e-12, PASCAL),
    Number("asthma-county", "surprise_large", asthma.county_count(10, range(4)), 1e-12, PASCAL),
    Number("asthma-county", "counties_needed", 1 / (1 - asthma.county_count(Fraction(1, 10), range(3))), 500, PASCAL),
    Number("asthma-county", "below_one", 1 - asthma.county_above(1), 1e-9, PROCESS),
    Number("asthma-county", "above_after", asthma.county_above(1), 1e-9, PROCESS),
    Number("asthma-county", "above_before", exp(-5) * (1 + 5 + 5**2 / 2), 1e-9, "fewer than three events, rate 5"),
    Number(
        "asthma-county",
        "above_book",
        exp(-7) * sum(7**k / factorial(k) for k in range(6)),
        1e-9,
        "the same, six, rate 7",
    ),
    Number(
        "asthma-county", "below_one_book", 1 - exp(-7) * sum(7**k / factorial(k) for k in range(6)), 1e-9, "six, rate 7"
    ),
    Number("asthma-county", "predictive_variance", 7 / 6, 1e-9, "6 (1 / 7) / (6 / 7)^2, a sum of six geometric counts"),
    Number("asthma-county", "none_next", (6 / 7) ** 6, 1e-12, "six geometric counts"),
    Number("asthma-county", "none_simulated", (6 / 7) ** 6, MonteCarlo("none_simulated_se"), "six geometric counts"),
    Number("asthma-county", "none_plug_in", 1 / e, 1e-12, "Poisson"),
    Number("asthma-county", "none_raw", e**-3, 1e-12, "Poisson"),
    Number("asthma-county", "three_next", 1 - asthma.county_count(1, range(3), 6, 6), 1e-12, PASCAL),
    Number("asthma-county", "three_raw", 1 - 8.5 * e**-3, 1e-12, "1 - (1 + 3 + 9 / 2) exp(-3)"),
    Number("asthma-county", "five_next", 1 - asthma.county_count(1, range(5), 6, 6), 1e-12, PASCAL),
    Number("asthma-county", "five_plug_in", 1 - 65 / 24 / e, 1e-12, "1 - (1 + 1 + 1/2 + 1/6 + 1/24) exp(-1)"),
    Number("asthma-county", "mean_scale", 36, 1e-9, "shape times scale, 6 and 6"),
    Number("asthma-county", "mean_shift", 12, 1e-9, "a mean of 6, moved by 6"),
    # Asthma in the counties of California
    Number("asthma-counties", "zero_largest", 27470, 0, "Del Norte in the census file"),
    Number("asthma-counties", "modoc_least", 1e6 / (3 * 8859), 1e-9, "one death, 8,859 people, three years"),
    Number("asthma-counties", "hidden_count", 24, 0, "the state's note, in the loader's docstring"),
    Number("asthma-counties", "state_rate", CALIFORNIA_RATE, 1e-9, "1,168 deaths by the state's totals"),
    Number("asthma-counties", "state_rate_hundred", CALIFORNIA_RATE / 10, 1e-9, "1,168 deaths by the state's totals"),
    Number("asthma-counties", "outside_count", asthma.california_outside()[0], 0, TAILS),
    Number("asthma-counties", "shown_count", asthma.california_outside()[1], 0, TAILS),
    Number("asthma-counties", "sierra_one", 1e6 / (3 * 2999), 1e-9, "one death, 2,999 people, three years"),
    Number("asthma-counties", "sd_smallest", (CALIFORNIA_RATE * 1e6 / (3 * 1120)) ** 0.5, 1e-9, "Alpine, 1,120 people"),
    Number("asthma-counties", "eb_shape", EB_SHAPE, 0.005, NEWTON),
    Number("asthma-counties", "eb_mean", EB_MEAN, 0.001, NEWTON),
    Number("asthma-counties", "eb_spread", EB_MEAN / EB_SHAPE**0.5, 0.001, NEWTON),
    Number("asthma-counties", "eb_people", round(EB_SHAPE / EB_MEAN / 3 * 1e6, -4), 0, NEWTON),
    Number("asthma-counties", "eb_rate", EB_SHAPE / EB_MEAN, 0.0004, NEWTON),
    Number("asthma-counties", "eb_relative", EB_SHAPE**-0.5, 1e-4, NEWTON),
    Number("asthma-counties", "people_low", CALIFORNIA_WORTH[0], 10_000, THREE_GRIDS),
    Number("asthma-counties", "people_high", CALIFORNIA_WORTH[1], 30_000, THREE_GRIDS),
    Number("asthma-counties", "outside_expected", asthma.california_expected_outside()[0], 1e-6, TAILS),
    Number("asthma-counties", "humboldt_out", asthma.california_expected_outside()[1], 1e-6, TAILS),
    Number("asthma-counties", "humboldt_out_shown", asthma.california_expected_outside()[2], 1e-6, TAILS),
    Number("asthma-counties", "mean_with_total", asthma.california_with_total("2017_2019", 66)[1], 0.002, UNITY),
    Number("asthma-counties", "hidden_sd", asthma.california_numbers_hidden("2017_2019")[1], 0.001, RATE_GRID),
    Number("asthma-counties", "hidden_z", (24 - HIDDEN_NUMBER[0]) / HIDDEN_NUMBER[1], 0.001, RATE_GRID),
    Number("asthma-counties", "hidden_tail", HIDDEN_NUMBER[2], 1e-4, UNITY),
    Number("asthma-counties", "learned_mean", EB_MEAN / 10, 1e-4, NEWTON),
    Number("asthma-counties", "learned_spread", EB_SHAPE**-0.5, 1e-4, NEWTON),
    Number("asthma-counties", "chosen_mean", 3 / 5, 1e-9, "Gamma(3, 5)"),
    Number("asthma-counties", "chosen_spread", 3**-0.5, 1e-9, "Gamma(3, 5)"),
    Number("asthma-counties", "weight_hundred", 0.3 / (0.3 + EB_SHAPE / EB_MEAN), 1e-4, NEWTON),
    Number("asthma-counties", "weight_la", 30.490521 / (30.490521 + EB_SHAPE / EB_MEAN), 1e-4, NEWTON),
    Number("asthma-counties", "brute", asthma.california_log_likelihood(), 1e-6, RATE_GRID),
    Number("asthma-counties", "dropped_mean", 11.00, 0.005, PROGRAM),
    Number("asthma-counties", "dropped_sd", spread("dropped"), 0.002, NEWTON),
    Number("asthma-counties", "zeroed_sd", spread("zeroed"), 0.002, NEWTON),
    Number("asthma-counties", "zeroed_small", asthma.california_expected_hidden_counts("zeroed"), 0.01, RECURSION),
    Number("asthma-counties", "limit_dropped", asthma.california_limit("dropped"), 0.001, SCORES),
    Number("asthma-counties", "limit_zeroed", asthma.california_limit("zeroed"), 0.001, SCORES),
    Number("asthma-counties", "dropped_excess", asthma.california_limit("dropped") / EB_MEAN - 1, 1e-4, SCORES),
    Number("asthma-counties", "zeroed_deficit", 1 - asthma.california_limit("zeroed") / EB_MEAN, 1e-4, SCORES),
    Number("asthma-counties", "hidden_expected", asthma.california_expected_hidden_counts(), 0.001, RECURSION),
    Number("asthma-counties", "total_14", asthma.california_hidden_total("2014_2016")[0], 0.005, RATE_GRID),
    Number("asthma-counties", "total_17", asthma.california_hidden_total("2017_2019")[0], 0.005, RATE_GRID),
    Number("asthma-counties", "total_20", asthma.california_hidden_total("2020_2022")[0], 0.005, RATE_GRID),
    Number("asthma-counties", "total_14_sd", asthma.california_hidden_total("2014_2016")[1], 0.002, RATE_GRID),
    Number("asthma-counties", "total_17_sd", asthma.california_hidden_total("2017_2019")[1], 0.002, RATE_GRID),
    Number("asthma-counties", "total_20_sd", asthma.california_hidden_total("2020_2022")[1], 0.002, RATE_GRID),
    Number("asthma-counties", "z_largest", farthest_total(), 0.002, RATE_GRID),
    Number("asthma-counties", "bayes_mean", CALIFORNIA_MEAN, MonteCarlo("bayes_mean_se"), THREE_GRIDS),
    Number("asthma-counties", "bayes_shape", CALIFORNIA_SHAPE, MonteCarlo("bayes_shape_se"), THREE_GRIDS),
    Number("asthma-counties", "gibbs_mean", CALIFORNIA_MEAN, MonteCarlo("gibbs_mean_se"), THREE_GRIDS),
    Number(
        "asthma-counties", "alpine_sd", asthma.california_rate_sd("Alpine"), MonteCarlo("alpine_sd_se"), THREE_GRIDS
    ),
    Number("asthma-counties", "alpine_eb", EB_SHAPE**0.5 / (EB_SHAPE / EB_MEAN + 0.00336), 0.001, NEWTON),
    Number("asthma-counties", "fresno_raw", 57e6 / (3 * 989255), 1e-9, "57 deaths, 989,255 people, three years"),
    Number(
        "asthma-counties",
        "partial_highest",
        asthma.california_rate("Fresno"),
        MonteCarlo("partial_highest_se"),
        THREE_GRIDS,
    ),
    *(
        Number(
            "asthma-counties",
            f"{county.lower()}_mean",
            asthma.california_rate(county),
            0.025,  # five standard errors of an average of conditional means
            THREE_GRIDS,
        )
        for county in ("Fresno", "Madera", "Merced", "Stanislaus")
    ),
    Number(
        "asthma-counties",
        "sure_count",
        int((abs(asthma.california_above(CALIFORNIA_RATE) - 0.5) > 0.475).sum()),
        0,
        SETS,
    ),
    Number("asthma-counties", "fewer_count", int((asthma.california()[0] < 0.39).sum()), 0, "populations of 2017"),
    Number("asthma-counties", "all_small", CALIFORNIA_SMALL.mean(), 1e-9, "populations of 2017"),
    *(
        Number("asthma-counties", name, *of_share(share), SETS)
        for name, share in {
            "fresno_first": CALIFORNIA_FIRST.max(),
            "diego_last": CALIFORNIA_LAST[asthma.california_place("San Diego")],
            "likeliest_last": CALIFORNIA_LAST.max(),
            "highest_small": CALIFORNIA_FIRST[CALIFORNIA_SMALL].sum(),
            "fresno_rank_sure": (CALIFORNIA_BEFORE_FRESNO < 14).mean(),
            "sd_larger": np.mean([spread > CALIFORNIA_SPREAD_OF_MEANS for spread in CALIFORNIA_SPREADS]),
        }.items()
    ),
    *(
        Number("asthma-counties", name, *of_sets(values, quantile), SETS)
        for name, values, quantile in (
            ("greatest_rate", CALIFORNIA_SETS.max(axis=1), None),
            ("greatest_low", CALIFORNIA_SETS.max(axis=1), 0.025),
            ("greatest_high", CALIFORNIA_SETS.max(axis=1), 0.975),
            ("least_rate", CALIFORNIA_SETS.min(axis=1), None),
            ("least_low", CALIFORNIA_SETS.min(axis=1), 0.025),
            ("least_high", CALIFORNIA_SETS.min(axis=1), 0.975),
            ("sd_of_rates", CALIFORNIA_SPREADS, None),
        )
    ),
    Number("asthma-counties", "fresno_rank_low", 1, 0, SETS),
    Number("asthma-counties", "fresno_rank_high", 14, 1, SETS),
    Number(
        "asthma-counties",
        "sd_of_means",
        CALIFORNIA_SPREAD_OF_MEANS,
        0.01,
        THREE_GRIDS,
    ),
    Number("asthma-counties", "deaths_needed", asthma.california_deaths_needed(), 0, RATE_GRID),
    Number("asthma-counties", "deaths_usual", 0.03 * CALIFORNIA_RATE, 1e-9, "10,000 people, three years"),
    Number("asthma-counties", "common_rate", asthma.california_common(), 1e-4, "expected deaths equal (EM)"),
    Number("asthma-counties", "score_half", california_score("half"), 1e-6, "interval by distribution functions"),
    Number("asthma-counties", "score_common", california_score("common"), 1e-5, "interval by distribution functions"),
    Number("asthma-counties", "score_bayes", california_score("full"), MonteCarlo("score_bayes_se"), THREE_GRIDS),
    Number("asthma-counties", "score_eb", california_score("modelled"), MonteCarlo("score_eb_se"), RATE_GRID),
    Number("asthma-counties", "gain_common", CALIFORNIA_GAIN.sum(), MonteCarlo("gain_common_se"), THREE_GRIDS),
    Number(
        "asthma-counties",
        "gain_error",
        (CALIFORNIA_GAIN.size * CALIFORNIA_GAIN.var(ddof=1)) ** 0.5,
        MonteCarlo("gain_error_se"),
        THREE_GRIDS,
    ),
    *(
        number
        for name, ahead, behind, se in (
            ("behind_dropped", "full", "dropped", MonteCarlo("behind_dropped_se", 3)),
            ("behind_zeroed", "full", "zeroed", MonteCarlo("behind_zeroed_se")),
            ("left_half", "zeroed", "half", MonteCarlo("left_se", 3)),
            ("left_common", "zeroed", "common", MonteCarlo("left_se", 3)),
        )
        for number in (
            Number("asthma-counties", name, california_lead(ahead, behind)[0], se, THREE_GRIDS),
            Number("asthma-counties", f"{name}_error", california_lead(ahead, behind)[1], 0.15, THREE_GRIDS),
        )
    ),
    Number(
        "asthma-counties",
        "behind_three",
        california_lead("full", "zeroed", ("Shasta", "San Luis Obispo", "Tuolumne"))[0],
        MonteCarlo("behind_zeroed_se", 4),
        THREE_GRIDS,
    ),
    *(
        Number("asthma-counties", name, california_lead(*pair, part)[which], 1e-5, "interval by distribution functions")
        for name, pair, part, which in (
            ("knows_many", ("half", "common"), CALIFORNIA_MILLIONS, 0),
            ("knows_many_error", ("half", "common"), CALIFORNIA_MILLIONS, 1),
            ("knows_few", ("common", "half"), CALIFORNIA_SMALL, 0),
            ("knows_few_error", ("common", "half"), CALIFORNIA_SMALL, 1),
        )
    ),
    Number(
        "asthma-counties",
        "chance_ratio",
        round((1 - exp(-1.5) * (1 + 1.5 + 1.5**2 / 2 + 1.5**3 / 6)) / TWICE_IN_A_MILLION, -3),
        0,
        "Poisson, term by term",
    ),
    Number("asthma-counties", "quiet_expected", 10 * 0.06, 1e-9, "10 per million, 20,000 people, three years"),
    # Counties within states
    Number(
        "asthma-nested", "national", nested.counts().y.sum() / nested.counts().x.sum(), 1e-9, "23,412 in 482,076,984"
    ),
    Number("asthma-nested", "zeros", 594, 0, "counted by another program (test_datasets.py)"),
    Number(
        "asthma-nested",
        "zeros_later",
        sum(bool(k) for y, k in zip(nested.counts().y, nested.counts().later, strict=True) if y == 0),
        0,
        "counted one by one",
    ),
    Number("asthma-nested", "growth", 100 * (nested.counts().growth - 1), 1e-9, "sums of the file's columns"),
    *(
        Number("asthma-nested", f"{state.lower()}_raw", nested.raw_rate(state), 1e-9, "sums of the file's columns")
        for state in ("Utah", "Florida", "Texas")
    ),
    *(
        Number("asthma-nested", name, value, MonteCarlo(f"{name}_se"), STATES)
        for name, value in [
            ("typical", nested.hyper_mean("mu", np.exp)),
            ("cv_typical", nested.hyper_mean("nu", lambda nu: 100 * np.exp(-nu / 2))),
            ("factor", nested.hyper_mean("tau", np.exp)),
            ("omega_mean", nested.hyper_mean("omega")),
            ("tau_percent", 100 * nested.hyper_mean("tau")),
            ("gain_county", nested.ahead_of(nested.pooled_scores("county")[0])[0]),
            ("gain_nation", nested.ahead_of(nested.pooled_scores("nation")[0])[0]),
            ("gain_state", nested.ahead_of(nested.pooled_scores("state")[0])[0]),
            ("gain_one", nested.ahead_of(nested.one_population()[2])[0]),
            ("utah_mean", nested.state_expectation("Utah", lambda m, a: m)),
            ("florida_mean", nested.state_expectation("Florida", lambda m, a: m)),
            ("texas_mean", nested.state_expectation("Texas", lambda m, a: m)),
            ("florida_cv", nested.state_expectation("Florida", lambda m, a: 100 * a**-0.5)),
            ("new_york_cv", nested.state_expectation("New York", lambda m, a: 100 * a**-0.5)),
            ("utah_high", nested.state_quantile("Utah", 0.975, "mean")),
            ("florida_low", nested.state_quantile("Florida", 0.025, "mean")),
            ("florida_cv_low", 100 * nested.state_quantile("Florida", 0.975, "shape") ** -0.5),
            ("piute", nested.piute()),
            ("piute_one", nested.piute_in_one_population()),
            ("alike", nested.alike()),
        ]
    ),
    Number("asthma-nested", "gain_one_spread", nested.ahead_of(nested.one_population()[2])[1], 0.4, STATES),
    Number("asthma-nested", "gain_one_naive", nested.ahead_of(nested.one_population()[2])[2], 0.2, STATES),
    *(
        Number("asthma-nested", name, value, 0, "counted in the file, line by line")
        for name, value in [
            ("counties", nested.counts().y.size),
            ("others", nested.counts().y.size - 1),
            ("others_utah", sum(nested.counts().states[s] == "Utah" for s in nested.counts().state) - 1),
            ("counties_texas", sum(nested.counts().states[s] == "Texas" for s in nested.counts().state)),
            ("deaths_texas", nested.deaths("Texas")),
            ("deaths_hawaii", nested.deaths("Hawaii")),
            ("piute_years", round(1e5 * nested.counts().x[nested.place_of_piute()])),
        ]
    ),
]
