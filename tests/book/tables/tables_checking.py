"""What the tables of the chapter on checking samplers show.

Every sampler there is linear with normal noise. So its law, the autocorrelation of its chains and what one of its steps
changes on average follow from matrices of all parameters at once.
"""

from functools import cache

import numpy as np
from cells import About, Between, shown
from printed_tables import printed
from references import SIGMA, J, Y, checking_posterior_of_a, checking_ranks_looked_at
from scipy import linalg, stats

TAU, PRIOR_SD = 10.0, 5.0
ERRORS = 4.5  # standard errors that a simulated number may be off
Z = 1.959963985  # what a standard normal variable exceeds once in 40 times, from any table
SHARE = 1 / (J + TAU**2 / PRIOR_SD**2)  # of each effect in the mean of mu
ONES = np.ones(J)

# How each sampler draws the effects given mu: what it takes of y and of mu, and the variance of its noise.
PARTIAL, SLIPPED = TAU**2 / (TAU**2 + SIGMA**2), TAU**2 / (TAU**2 + SIGMA)
SAMPLERS = {
    "right": (PARTIAL, 1 - PARTIAL, PARTIAL * SIGMA**2),
    "slip": (SLIPPED, 1 - SLIPPED, SLIPPED * SIGMA),
    "without data": (0 * ONES, ONES, TAU**2 * ONES),
    "without population": (ONES, 0 * ONES, SIGMA**2),
}


@cache
def chain(name):
    """Coefficients of y in the mean, covariance and step of (mu, theta) where a sampler's chain settles.

    A sweep is x' = step x + shift y + noise.
    """
    of_y, of_mu, variance = SAMPLERS[name]
    step, shift, noise = np.zeros((J + 1, J + 1)), np.zeros((J + 1, J)), np.zeros((J + 1, J + 1))
    mean_of = np.vstack([SHARE * ONES, np.eye(J)])  # (mu, theta) from the new theta
    step[:, 0], shift[:], noise[:] = mean_of @ of_mu, mean_of * of_y, mean_of * variance @ mean_of.T
    noise[0, 0] += SHARE * TAU**2
    return np.linalg.solve(np.eye(J + 1) - step, shift), linalg.solve_discrete_lyapunov(step, noise), step


@cache
def autocorrelations(name, lags=40):
    """Of school A's effect in the chain of a sampler, from the first lag on."""
    _, covariance, step = chain(name)
    return np.array([(np.linalg.matrix_power(step, k) @ covariance)[1, 1] for k in range(1, lags)]) / covariance[1, 1]


def two_samplers(chains=4, draws=5_000):
    rows = []
    for label, name in [("first", "right"), ("second", "slip")]:
        mean_of_y, covariance, _ = chain(name)
        mean, sd = mean_of_y[1] @ Y, covariance[1, 1] ** 0.5
        if name == "right":  # the chain's law is the posterior
            np.testing.assert_allclose((mean, sd), checking_posterior_of_a(), rtol=1e-9)
        size, rho = chains * draws, autocorrelations(name)
        time = 1 + 2 * rho.sum()  # draws that are worth an independent one
        error = sd * (time / size) ** 0.5
        # Squares of jointly normal variables correlate by the square.
        sd_error = ((1 + 2 * (rho**2).sum()) / (2 * size)) ** 0.5
        # An effective size adds up estimated correlations, each with a variance of one over the number of draws: those
        # that stand out from half that noise, and about four more until the sum of two is negative.
        lags = (rho > size**-0.5 / 2).sum() + 4
        time_error = 2 * (lags / size) ** 0.5 / time
        # R-hat squared, of chains cut in halves: one less one over the draws, and what the halves' means spread.
        half = draws / 2
        spread = time / half * stats.chi2.ppf(1 - 1e-5, 2 * chains - 1) / (2 * chains - 1)
        r_hat = [round(float(1 - 1 / half + more) ** 0.5, 3) for more in (0, spread)]
        rows.append(
            [
                label,
                About(mean, ERRORS * error),
                About(sd, ERRORS * sd * sd_error),
                Between(*r_hat),  # a diagnostic
                About(size / time, ERRORS * size / time * time_error),
                About(error, ERRORS * error * np.hypot(time_error / 2, sd_error)),
            ]
        )
    return [["", "mean of A", "sd of A", "R-hat", "effective draws", "error of the mean"], *rows]


def chance_of_middle_ranks(name, many, draws=49):
    """How often the truth in school A has one of so many ranks in the middle, among the draws of a sampler.

    Given how far the truth lies from the draws' mean, its rank is binomial.
    """
    mean_of_y, covariance, _ = chain(name)
    # Mu, what sets the effects apart, and the noise of y: a column for each of these independent variables.
    effects = np.hstack([np.full((J, 1), PRIOR_SD), TAU * np.eye(J), np.zeros((J, J))])
    data = effects + np.hstack([np.zeros((J, J + 1)), np.diag(SIGMA)])
    error = np.linalg.norm(effects[0] - mean_of_y[1] @ data)
    z, dz = np.linspace(-8, 8, 1601, retstep=True)
    below = stats.norm.cdf(z * error / covariance[1, 1] ** 0.5)
    least = (draws + 1 - many) // 2
    middle = stats.binom.cdf(least + many - 1, draws, below) - stats.binom.cdf(least - 1, draws, below)
    return stats.norm.pdf(z) @ middle * dz


def wilson(share, size):
    """The two chances from which a share is just Z of the chance's standard errors away."""
    return sorted(np.roots([size + Z**2, -2 * size * share - Z**2, size * share**2]).real)


def covers(share, size, coverage, rounding):
    """Cells of a coverage, and of Wilson's interval for the one printed, known to a rounding.

    The interval's ends move by at most 1.1 times as much as the share does.
    """
    error = ERRORS * (coverage * (1 - coverage) / size) ** 0.5
    low, high = (About(end, 1.1 * rounding) if rounding else end for end in wilson(share, size))
    return About(coverage, error), low, high


def coverage_of_a():
    rows, size = [], 2_000
    for i, (name, level, many) in enumerate(
        [("right", "40%", 20), ("right", "80%", 40), ("slip", "40%", 20), ("slip", "80%", 40)]
    ):
        share, rounding = shown(printed("checking")[1][i + 1][-3])
        exact = many / 50 if name == "right" else chance_of_middle_ranks(name, many)
        rows.append([*([] if i % 2 else [name]), level, *covers(share, size, exact, rounding)])
    return [["", "", "coverage", "low", "high"], *rows]


def looked_at():
    """Coverage in all data sets, where A's estimate is in its highest tenth, and of the school with the largest."""
    rows = []
    for sampler in ("right", "without population"):
        for which, size in (("A, all data sets", 2_000), ("A, largest tenth", 200), ("largest of eight", 2_000)):
            share, rounding = shown(printed("checking")[2][len(rows) + 1][-3])
            place = {"A, largest tenth": "high", "largest of eight": "best"}.get(which)
            uniform = place is None or sampler == "right"
            exact = 0.8 if uniform else checking_ranks_looked_at(place)[1:-1].sum()
            name = [] if which != "A, all data sets" else [sampler]
            rows.append([*name, which, *covers(share, size, exact, rounding)])
    return [["", "", "coverage", "low", "high"], *rows]


QUANTITIES = ["mu", "tau", "theta[0]", "theta[1]", "theta[2]", "log_likelihood", "log_prior", "product"]


def coverage_of_the_library(size=100):
    """Two decimals show a share of a hundred data sets without rounding."""
    rows = []
    for name, *texts in printed("checking")[3][3:]:
        cells = []
        for place, level in [(0, 0.5), (3, 0.8)]:
            coverage, low, high = covers(shown(texts[place])[0], size, level, 0)
            cells += [coverage, low, high]
        rows.append([name, *cells])
    rows = [[name, *row[1:]] for name, row in zip(sorted(QUANTITIES), rows, strict=True)]
    return [
        ["level", "0.5", "0.8"],
        ["", *["coverage", "low", "high"] * 2],
        ["statistic", *[""] * 6],
        *rows,
    ]


def p_values():
    """ArviZ's p-values end at a half. The smallest, times their number, is what the text calls about 3 in a hundred."""
    table = [[shown(text)[0] for text in row[1:]] for row in printed("checking")[4][1:]]
    smallest, many = min(map(min, table)), 2 * len(QUANTITIES)
    # The text rounds to hundredths, the table to thousandths.
    least = Between(0.025 / many - 5e-4, 0.035 / many + 5e-4)
    rows = [[least if p == smallest else Between(least.low, 0.5) for p in row] for row in table]
    return [["", "exact", "gibbs"], *([name, *row] for name, row in zip(QUANTITIES, rows, strict=True))]


def conditional_against_joint():
    """The joint density, as school A's effect moves, less a conditional: what the conditional has left out.

    The first school's data and its population are the two factors; logarithms of normal densities are parabolas.
    """
    effect, mu = np.linspace(-30, 60, 7), 3.0

    def parabola(centre, variance):
        return -((effect - centre) ** 2) / (2 * variance)

    data, population = parabola(Y[0], SIGMA[0] ** 2), parabola(mu, TAU**2)
    slipped = parabola((TAU**2 * Y[0] + SIGMA[0] * mu) / (TAU**2 + SIGMA[0]), 1 / (1 / SIGMA[0] + 1 / TAU**2))
    # The right one leaves rounding: some thirty operations on numbers below a hundred, each good to 1.1e-16.
    rows = [["right", Between(0, 30 * 100 * 1.1e-16)]]
    for name, left in [
        ("slip", data + population - slipped),
        ("without data", data),
        ("without population", population),
    ]:
        rows.append([name, np.ptp(left)])
    return [["", "varies by"], *rows]


def moments_of_form(form):
    """Mean, sd, skewness and kurtosis of x' A x for independent standard normal x, from traces of powers."""
    roots = np.linalg.eigvalsh(form)
    mean, variance, third, fourth = roots.sum(), 2 * (roots**2).sum(), 8 * (roots**3).sum(), 48 * (roots**4).sum()
    return mean, variance**0.5, third / variance**1.5, 3 + fourth / variance**2


def one_sweep(many=50_000):
    """The mean change in its standard errors: a t statistic, of 50,000 changes that are quadratic in normal variables.

    Its variance is 1 - d skewness + d^2 (kurtosis - 1) / 4 for a mean of d standard deviations.
    """
    # All start from 26 standard normal variables: one for mu, eight each for the effects, the data, the new effects,
    # and one for the new mu. A row for each quantity that is made of them.
    pieces = np.split(np.eye(3 * J + 2), [1, 1 + J, 1 + 2 * J, 1 + 3 * J])
    mu = PRIOR_SD * pieces[0]
    theta = mu + TAU * pieces[1]
    data = theta + SIGMA[:, np.newaxis] * pieces[2]
    rows = []
    for name, (of_y, of_mu, variance) in SAMPLERS.items():
        new_theta = of_y[:, None] * data + of_mu[:, None] * mu + np.sqrt(variance)[:, None] * pieces[3]
        new_mu = SHARE * new_theta.sum(axis=0) + (SHARE * TAU**2) ** 0.5 * pieces[4]

        def likelihood(theta):
            misfit = (data - theta) / SIGMA[:, np.newaxis]
            return -misfit.T @ misfit / 2

        def prior(mu, theta):
            misfit = np.vstack([(theta - mu) / TAU, mu / PRIOR_SD])
            return -misfit.T @ misfit / 2

        cells = [About(0, ERRORS)] * 2  # mu and an effect are linear: their change has mean zero
        for change in (likelihood(new_theta) - likelihood(theta), prior(new_mu, new_theta) - prior(mu, theta)):
            mean, sd, skewness, kurtosis = moments_of_form(change)
            d = mean / sd
            error = (1 - d * skewness + d**2 * (kurtosis - 1) / 4) ** 0.5
            cells.append(About(d * many**0.5, ERRORS * error))
        rows.append([name, *cells])
    return [["", "mu", "effect in A", "log likelihood", "log prior"], *rows]


TABLES = [
    two_samplers,
    coverage_of_a,
    looked_at,
    coverage_of_the_library,
    p_values,
    conditional_against_joint,
    one_sweep,
]
