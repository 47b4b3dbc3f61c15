"""Answers to the practice exercises of the chapter on learning tau, found without their checks."""

from functools import cache

import numpy as np
import references
from exercise_rules import Right, Wrong
from scipy import integrate, optimize, stats

SIGMA, Y = references.SIGMA, references.Y
WITH_58 = np.append(58, Y[1:])


@cache
def exponential(power, low=0.0):
    """Integral of tau**power times an exponential prior with mean 10 and the likelihood, from `low` on."""
    return integral(lambda tau: -tau / 10, power, low)


def integral(log_prior, power, low=0.0):
    def integrand(tau):
        return tau**power * np.exp(log_prior(tau) + references.restricted_log_likelihood(tau) + 25)

    ends = [low, *(end for end in (1, 20, 100, 1000) if end > low)]
    return sum(integrate.quad(integrand, a, b, limit=200)[0] for a, b in zip(ends, ends[1:], strict=False))


def mean_under(log_prior, power=1):
    return integral(log_prior, power) / integral(log_prior, 0)


def median():
    half = exponential(0) / 2
    return (optimize.brentq(lambda low: exponential(0, low) - half, 0.1, 20, xtol=1e-4),)


def without_jacobian():
    tau = np.geomspace(1e-5, 1e5, 2001)
    density = np.exp([references.restricted_log_likelihood(t) - t / 10 + 25 for t in tau])
    return (density @ tau / density.sum(),)


@cache
def effects(prior="half-Cauchy 5"):
    """Draws by drawing tau from its distribution on Gauss's nodes and the effects from the joint normal."""
    rng = np.random.default_rng(4)
    tau, mass = references.tau_rule(prior)
    return np.concatenate(
        [
            rng.multivariate_normal(*references.given_tau(t), size=count, method="cholesky")[:, :-1]
            for t, count in zip(tau, rng.multinomial(200_000, mass), strict=True)
            if count
        ]
    )


def ahead(school=0, prior="half-Cauchy 5", by=5.0, drawn=None):
    """Chance that a school is ahead of all others, from the order of the effects in each draw."""
    drawn = effects(prior) if drawn is None else drawn
    order = np.sort(drawn, axis=1)
    return float(((drawn[:, school] == order[:, -1]) & (order[:, -1] - order[:, -2] >= by)).mean())


def ahead_at_the_mean():
    rng = np.random.default_rng(6)
    mean, covariance = references.given_tau(references.tau_moment(1, "half-Cauchy 5"))
    return ahead(drawn=rng.multivariate_normal(mean, covariance, size=200_000)[:, :-1])


def spread(of_mu=True, tau2=None):
    """Standard deviation of a ninth school's estimate, from that of mu, the mean of tau squared, and 12."""
    tau2 = references.tau_moment(2) if tau2 is None else tau2
    return np.sqrt(of_mu * references.moments()[1][-1, -1] + tau2 + 144)


def sweeps(form, tau, sigma=SIGMA, chains=2000, draws=60):
    """Estimate the lag-one autocorrelation of mu from Gibbs sampling, its start thrown away."""
    rng, pairs = np.random.default_rng(3), []
    y = np.resize(Y, sigma.size)
    mu = np.full((chains, 1), 8.0)
    for _ in range(100 + draws):
        before = mu
        variance = 1 / (1 / sigma**2 + 1 / tau**2)
        theta = rng.normal(variance * (y / sigma**2 + mu / tau**2), np.sqrt(variance))
        if form == "centred":
            mu = rng.normal(theta.mean(axis=1, keepdims=True), tau / np.sqrt(sigma.size))
        else:
            eta = (theta - mu) / tau
            mean = np.average(y - tau * eta, axis=1, weights=1 / sigma**2)[:, np.newaxis]
            mu = rng.normal(mean, (1 / sigma**2).sum() ** -0.5)
        pairs.append((before[:, 0], mu[:, 0]))
    return float(np.corrcoef(*np.concatenate(pairs[100:], axis=1))[0, 1])


def autocorrelation(form):
    """Lag-one autocorrelation of mu at tau = 3: its squared multiple correlation with what is drawn in between."""
    covariance = references.given_tau(3.0)[1]
    to_form = np.eye(9)
    if form != "centred":
        to_form[:-1, -1] = -1  # the effects' distances from mu
    covariance = to_form @ covariance @ to_form.T
    link = covariance[:-1, -1]
    return link @ np.linalg.solve(covariance[:-1, :-1], link) / covariance[-1, -1]


CENTRED, OTHER = autocorrelation("centred"), autocorrelation("non-centred")
MEAN_WEIGHT = np.mean(9 / (9 + SIGMA**2))


HARMONIC = stats.hmean(SIGMA**2)


def break_even(by_precision=True):
    """Where the two autocorrelations agree, from the shares of mu that one sweep keeps; tau = 10."""

    def difference(factor):
        precision = (factor / SIGMA) ** 2
        kept = (1 / 100) / (precision + 1 / 100)  # of mu, in the mean of an effect given mu
        return kept.mean() - np.average(1 - kept, weights=precision if by_precision else None)

    return optimize.bisect(difference, 0.5, 5)


@cache
def of_58():
    """Nodes for tau and their probabilities with 58 in place of 28, from contrasts."""
    share, weight = np.polynomial.legendre.leggauss(120)
    tau = 10 * (1 + share) / (1 - share)
    contrasts, mass = references.CONTRASTS, []
    for t in tau:
        covariance = contrasts.T @ np.diag(SIGMA**2 + t**2) @ contrasts
        mass.append(stats.multivariate_normal(np.zeros(7), covariance).pdf(contrasts.T @ WITH_58))
    mass = np.array(mass) * weight / (1 - share) ** 2
    return tau, mass / mass.sum()


def school_a_with_58(tau, mass):
    return (mass @ [references.given_tau(t, WITH_58)[0][0] for t in tau],)


def school_a_with_58_under(power):
    """Under a prior that is a power of tau: quadrature on log tau, from where the check's grid begins."""
    tau = np.geomspace(1e-5, 1e4, 3001)
    contrasts = references.CONTRASTS
    mass = np.array(
        [
            t ** (power + 1)
            * stats.multivariate_normal(np.zeros(7), contrasts.T @ np.diag(SIGMA**2 + t**2) @ contrasts).pdf(
                contrasts.T @ WITH_58
            )
            for t in tau
        ]
    )
    return school_a_with_58(tau, mass / mass.sum())


def moment_estimate():
    """DerSimonian and Laird's tau: where the expected Q, by the trace of its quadratic form, is the observed one."""
    precision = np.diag(SIGMA**-2.0)
    form = precision - np.outer(SIGMA**-2.0, SIGMA**-2.0) / (SIGMA**-2.0).sum()
    return ((WITH_58 @ form @ WITH_58 - np.trace(form @ np.diag(SIGMA**2))) / np.trace(form)) ** 0.5


def plug_in():
    tau, mass = of_58()
    return school_a_with_58([mass @ tau], np.ones(1))


RIGHT = [
    Right("mean_of_tau", lambda: (exponential(1) / exponential(0),), rtol=2e-3),
    Right("proper_powers", ([True, True, True, False, False],), atol=1e-9),
    Right("best_school", lambda: (ahead(),), rtol=0.07, known=0.5),  # both are simulations
    Right("prediction_for_a_new_school", lambda: (spread(),), rtol=5e-3),
    Right("effective_share", ((1 - 0.8) / (1 + 0.8),)),
    Right("autocorrelations", ([CENTRED, OTHER],), rtol=0, atol=0.01),
    Right("autocorrelations", lambda: ([sweeps("centred", 3.0), sweeps("other", 3.0)],), rtol=0, atol=0.01, known=0.8),
    Right("break_even", lambda: (break_even(),)),
    Right("break_even", (HARMONIC**0.5 / 10,)),
    Right("extreme_school_a", lambda: school_a_with_58(*of_58()), rtol=2e-3),
]
WRONG = [
    Wrong("mean_of_tau", lambda: (exponential(2) / exponential(0),), ["mean of tau squared. The"]),
    Wrong("mean_of_tau", lambda: ((exponential(2) / exponential(0)) ** 0.5,), ["the root of the mean"]),
    Wrong("mean_of_tau", without_jacobian, ["Jacobian is missing"]),
    Wrong("mean_of_tau", lambda: (references.tau_moment(1),), ["flat on tau. Multiply"]),
    Wrong("mean_of_tau", lambda: (references.tau_moment(1, "flat on tau squared"),), ["flat on tau squared"]),
    Wrong("mean_of_tau", lambda: (mean_under(lambda tau: -10 * tau),), ["not as exp(-10 tau)"]),
    Wrong(
        "mean_of_tau",
        lambda: (mean_under(lambda tau: -(tau**2) / 10, 2) / mean_under(lambda tau: -(tau**2) / 10),),
        ["not on tau squared"],
    ),
    Wrong("mean_of_tau", median, ["the median"]),
    Wrong("mean_of_tau", (10,), ["the mean of the prior"]),
    Wrong("mean_of_tau", lambda: (exponential(2) / exponential(1),), ["there twice"]),
    Wrong("mean_of_tau", lambda: (mean_under(lambda tau: -tau / 5),), ["with mean 5"]),
    Wrong("proper_powers", ([0, 1, 0, 0, 0],), ["not the only one"]),
    Wrong("proper_powers", ([1, 1, 1, 1, 1],), ["cures nothing"]),
    Wrong("proper_powers", ([1, 1, 0, 0, 0],), ["the area below it is not"]),
    Wrong("proper_powers", ([1, 1, 1, 1, 0],), ["1 / tau fails too"]),
    Wrong("proper_powers", ([0, 0, 1, 0, 0],), ["all three proper"]),
    Wrong("proper_powers", ([0, 1, 1, 0, 0],), ["tau rises without end"]),
    Wrong("proper_powers", ([0, 0, 0, 0, 0],), ["All five"]),
    Wrong("proper_powers", ([0, 0, 0, 1, 1],), ["the other way round"]),
    Wrong("best_school", lambda: (ahead(by=0.0),), ["by however little"]),
    Wrong("best_school", lambda: (ahead(prior=references.FLAT),), ["under a flat prior"]),
    Wrong("best_school", lambda: (ahead(prior="half-Cauchy 25"),), ["with scale 25"]),
    Wrong("best_school", lambda: (ahead(6),), ["school G"]),
    Wrong("best_school", lambda: (sum(ahead(school) for school in range(8)),), ["whichever it is"]),
    Wrong("best_school", lambda: ((effects()[:, 0] - effects()[:, 6] >= 5).mean(),), ["ahead of G"]),
    Wrong("best_school", lambda: (1 - ahead(),), ["does not happen"]),
    Wrong("best_school", lambda: (ahead_at_the_mean(),), ["tau at its posterior mean"]),
    Wrong("best_school", (0,), ["compared the posterior means"]),
    Wrong("prediction_for_a_new_school", lambda: (references.new_school()[0] + 12,), ["also for the last step"]),
    Wrong(
        "prediction_for_a_new_school",
        lambda: (spread(tau2=references.tau_moment(2) - references.tau_moment(1) ** 2),),
        ["the variance of tau"],
    ),
    Wrong("prediction_for_a_new_school", lambda: (np.hypot(references.pooled()[1], 12),), ["complete pooling"]),
    Wrong("prediction_for_a_new_school", lambda: ((references.moments()[1][0, 0] + 225) ** 0.5,), ["A's next"]),
    Wrong("prediction_for_a_new_school", lambda: (references.new_school()[0],), ["has noise on top"]),
    Wrong("prediction_for_a_new_school", lambda: (spread(tau2=0),), ["differs from the mean"]),
    Wrong("prediction_for_a_new_school", lambda: (spread(tau2=references.tau_moment(1) ** 2),), ["square of the mean"]),
    Wrong("prediction_for_a_new_school", lambda: (spread(of_mu=False),), ["mu is uncertain"]),
    Wrong("prediction_for_a_new_school", lambda: (spread() ** 2,), ["the variance. Take"]),
    Wrong(
        "prediction_for_a_new_school",
        lambda: (references.moments()[1][-1, -1] ** 0.5 + references.tau_moment(2) ** 0.5 + 12,),
        ["variances do."],
    ),
    Wrong("effective_share", (100 / 125,), ["the autocorrelation"]),
    Wrong("effective_share", ((1 - 0.2) / (1 + 0.2),), ["of the non-centred form"]),
    Wrong("effective_share", (25 / 125,), ["This is w"]),
    Wrong("effective_share", ((1 - 2 / 3) / (1 + 2 / 3),), ["unsquared"]),  # phi = sigma / (sigma + tau)
    Wrong("effective_share", ((1 + 0.8) / (1 - 0.8),), ["upside down"]),
    Wrong("effective_share", ((1 - 0.8**2) / (1 + 0.8**2),), ["phi squared"]),
    Wrong("autocorrelations", ([OTHER, CENTRED],), ["the wrong way round"]),
    Wrong("autocorrelations", ([CENTRED, MEAN_WEIGHT - 0.001],), ["The first is right"]),  # nearer to it than to right
    Wrong("autocorrelations", ([MEAN_WEIGHT, OTHER],), ["These are the weights"]),
    Wrong(
        "autocorrelations", ([np.average(1 - 9 / (9 + SIGMA**2), weights=SIGMA**-2.0), OTHER],), ["The second is right"]
    ),
    Wrong("autocorrelations", ([CENTRED, CENTRED],), ["of the centred form"]),
    Wrong("autocorrelations", ([OTHER, OTHER],), ["of the non-centred form"]),
    Wrong("autocorrelations", ([(1 - phi) / (1 + phi) for phi in (CENTRED, OTHER)],), ["shares of effective draws"]),
    Wrong("break_even", (np.mean(SIGMA**2) ** 0.5 / 10,), ["arithmetic mean"]),
    Wrong("break_even", (stats.hmean(SIGMA) / 10,), ["of the errors themselves"]),
    Wrong("break_even", (HARMONIC**0.5,), ["Divide it by tau"]),
    Wrong("break_even", (HARMONIC,), ["equal to tau squared"]),
    Wrong("break_even", (HARMONIC**0.5 / 5,), ["for tau = 5"]),
    Wrong("break_even", lambda: (break_even() ** 2,), ["times as many pupils"]),
    Wrong("break_even", lambda: (break_even(by_precision=False),), ["not equally"]),
    Wrong("break_even", (sum(SIGMA) / 8 / 10,), ["their average"]),
    Wrong("break_even", lambda: (1 / break_even(),), ["reciprocal"]),
    Wrong("extreme_school_a", lambda: school_a_with_58(*references.tau_rule()), ["that of the old data"]),
    Wrong("extreme_school_a", lambda: (references.moments()[0][0],), ["as it was, with 28"]),
    Wrong("extreme_school_a", (58,), ["no pooling"]),
    Wrong(
        "extreme_school_a", lambda: (school_a_with_58(*of_58())[0] - references.moments()[0][0],), ["This is the rise"]
    ),
    Wrong("extreme_school_a", lambda: (of_58()[1] @ of_58()[0],), ["posterior mean of tau"]),
    Wrong("extreme_school_a", lambda: school_a_with_58_under(-1), ["Jacobian"]),
    Wrong("extreme_school_a", lambda: school_a_with_58_under(1), ["flat on tau squared"]),
    Wrong("extreme_school_a", lambda: school_a_with_58([moment_estimate()], np.ones(1)), ["that of moments"]),
    Wrong("extreme_school_a", plug_in, ["at its posterior mean"]),
    Wrong("extreme_school_a", lambda: (references.pooled(WITH_58)[0],), ["complete pooling"]),
]
