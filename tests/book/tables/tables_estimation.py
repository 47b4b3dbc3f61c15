"""What the tables of the chapter on samplers show.

Means come from linear algebra and quadrature. How far off a sampler may be comes from chains of the same kind, written
anew: their exact autocorrelations where they are linear or have one dimension, and else how much their effective sizes
vary from run to run.
"""

from functools import cache

import numpy as np
from cells import About, Between
from printed_tables import printed
from references import FLAT, SIGMA, J, Y, given_tau, moments, restricted_log_likelihood, tau_moment, tau_rule
from scipy import integrate, optimize, special, stats

ROUTES = ["independent", "Gibbs", "Metropolis", "NUTS"]
NUTS_DRAWS = 4 * 1_000
TAU = 5.0
MEAN, COVARIANCE = given_tau(TAU)  # of the eight effects and mu
SD = np.sqrt(np.diag(COVARIANCE))
WEIGHT = 1 / (1 + (SIGMA / TAU) ** 2)
ERRORS = 4.5  # standard errors that a simulated cell may be off


def about(values):
    """What positive numbers like these may be in one more run, by their standard deviation in logarithms."""
    logs = np.log(values)
    return Between(*np.exp(logs.mean() + np.array([-ERRORS, ERRORS]) * logs.std(ddof=1)))


def z_of(estimate, exact, error, half):
    """A z value from printed cells, their last digits open by half a unit."""
    ends = [
        (estimate + one * half - exact) / (error + other * half) for one in (-1, 1) for other in (-1, 1) if error > half
    ]
    return Between(min(ends) - half, max(ends) + half)


# Effective sample sizes and R-hat of simulated chains; axes: runs, chains, draws.


def effective(chains, method="bulk"):
    """Effective sample size of each run, by ArviZ as in the chapter."""
    import arviz

    return np.array([float(arviz.ess(run, method=method)) for run in chains])


def r_hat(chains):
    """Split R-hat of each run, the larger of those of ranks and of ranks of distances from the median."""

    def of(run):
        ranks = stats.rankdata(run).reshape(run.shape)
        scores = special.ndtri((ranks - 3 / 8) / (run.size + 1 / 4))
        within, between = scores.var(axis=1, ddof=1).mean(), scores.mean(axis=1).var(ddof=1)
        return np.sqrt(1 - 1 / run.shape[1] + between / within)

    halves = [run.reshape(2 * len(run), -1) for run in chains]
    return np.array([max(of(run), of(abs(run - np.median(run)))) for run in halves])


# The random walk in points.


def acceptance(step, precision):
    """Mean acceptance rate of a random walk on a normal posterior.

    A step d is accepted with probability 2 Phi(-(d' P d)^(1/2) / 2) on average; Craig's formula for Phi turns its
    average over normal steps into one integral.
    """
    power = step**2 * np.linalg.eigvalsh(precision) / 4

    def at(angle):
        return np.prod(1 / np.sqrt(1 + power / np.sin(angle) ** 2))

    return integrate.quad(at, 0, np.pi / 2)[0] * 2 / np.pi


@cache
def walks(step, runs=32, chains=4, draws=3_000):
    """Share accepted in each of many runs, and school A's effect, from starts in the posterior."""
    rng = np.random.default_rng(2024)
    precision = np.linalg.inv(COVARIANCE)
    at = rng.standard_normal((runs * chains, J + 1)) @ np.linalg.cholesky(COVARIANCE).T
    energy = ((at @ precision) * at).sum(axis=1) / 2
    kept, moved = np.empty((draws, runs * chains)), np.zeros(runs * chains)
    for t in range(draws):
        new = at + step * rng.standard_normal(at.shape)
        higher = ((new @ precision) * new).sum(axis=1) / 2
        accepted = rng.exponential(size=len(at)) > higher - energy
        at[accepted], energy[accepted] = new[accepted], higher[accepted]
        kept[t], moved = at[:, 0], moved + accepted
    return moved.reshape(runs, chains).mean(axis=1) / draws, kept.T.reshape(runs, chains, draws)


def bad_steps():
    rows = [["", "accepted", "R-hat", "effective of 12,000"]]
    for step, name in [(0.1, "0.1"), (2.5, "2.5"), (10, "10")]:
        shares, chains = walks(step)
        accepted = About(acceptance(step, np.linalg.inv(COVARIANCE)), ERRORS * shares.std(ddof=1))
        excess = about(r_hat(chains) - 1)
        rows.append(
            [
                f"steps of {name} points",
                accepted,
                Between(1 + excess.low, 1 + excess.high),
                about(effective(chains)),
            ]
        )
    return rows


# The four routes, tau known.


@cache
def independent(runs=10, chains=4, draws=2_500):
    """Independent draws of the effects and mu; axes: runs, chains, draws, parameters."""
    rng = np.random.default_rng(1)
    return MEAN + rng.standard_normal((runs, chains, draws, J + 1)) @ np.linalg.cholesky(COVARIANCE).T


def kept_by_sweep():
    """Share of mu's distance from its mean that is left after a sweep.

    A sweep draws the effects given mu, then mu given the effects, then moves both by what y - (theta - mu) says of mu.
    """
    precision = 1 / SIGMA**2
    return (1 - WEIGHT).mean() - precision @ (1 - WEIGHT) / precision.sum()


def gibbs_errors(draws=10_000):
    """Exact standard errors of the means by Gibbs sampling: each parameter depends on the past through mu alone."""
    r = kept_by_sweep()
    slope = np.append(r + (1 - WEIGHT) - (1 - WEIGHT).mean(), r)  # of the next effects, and mu, on mu
    cross = slope * COVARIANCE[:, -1] / (1 - r)  # the sum of the covariances at all lags
    return np.sqrt((SD**2 + 2 * cross) / draws)


@cache
def gibbs_chains(runs=10, chains=4, draws=2_500):
    """Draws of the effects and mu by sweeps, from starts in the posterior."""
    rng = np.random.default_rng(2)
    mu = MEAN[-1] + SD[-1] * rng.standard_normal((runs * chains, 1))
    precision = SIGMA**-2 / (SIGMA**-2).sum()
    kept = np.empty((draws, runs * chains, J + 1))
    for t in range(draws):
        theta = WEIGHT * Y + (1 - WEIGHT) * mu + np.sqrt(WEIGHT) * SIGMA * rng.standard_normal((len(mu), J))
        deviation = theta - rng.normal(theta.mean(axis=1, keepdims=True), TAU / J**0.5)
        mu = rng.normal(((Y - deviation) @ precision)[:, np.newaxis], (SIGMA**-2).sum() ** -0.5)
        kept[t] = np.hstack([mu + deviation, mu])
    return np.moveaxis(kept, 0, 1).reshape(runs, chains, draws, J + 1)


@cache
def walk_chains(runs=12, chains=16, draws=7_500):
    """Draws by a random walk with steps of the posterior's own shape, of which three in ten are accepted."""
    rng = np.random.default_rng(3)
    step = optimize.brentq(lambda s: acceptance(s, np.eye(J + 1)) - 0.3, 0.1, 5)
    at = rng.standard_normal((runs * chains, J + 1))
    kept = np.empty((draws, *at.shape))
    for t in range(draws):
        new = at + step * rng.standard_normal(at.shape)
        accepted = 2 * rng.exponential(size=len(at)) > (new**2 - at**2).sum(axis=1)
        at[accepted] = new[accepted]
        kept[t] = at
    kept = np.moveaxis(kept, 0, 1).reshape(runs, chains, draws, J + 1)
    return MEAN + kept @ np.linalg.cholesky(COVARIANCE).T


CHAINS = {"independent": independent, "Gibbs": gibbs_chains, "Metropolis": walk_chains}


@cache
def sizes(route):
    """Effective sizes of simulated chains for all parameters; axes: parameters, runs."""
    return np.array([effective(CHAINS[route]()[..., k]) for k in range(J + 1)])


@cache
def smallest(route):
    """What the smallest effective size of the nine parameters may be."""
    return about(sizes(route).min(axis=0))


# What the table of the four routes shows: of school A's effect and mu the means, a variance and a covariance.
SHOWN = {
    "mean of A": (MEAN[0], SD[0] ** 2, lambda x: x[..., 0]),
    "variance of A": (SD[0] ** 2, 2 * SD[0] ** 4, lambda x: (x[..., 0] - MEAN[0]) ** 2),
    "mean of mu": (MEAN[-1], SD[-1] ** 2, lambda x: x[..., -1]),
    "covariance of A and mu": (
        COVARIANCE[0, -1],
        SD[0] ** 2 * SD[-1] ** 2 + COVARIANCE[0, -1] ** 2,  # Isserlis's theorem, as is the variance of a square
        lambda x: (x[..., 0] - MEAN[0]) * (x[..., -1] - MEAN[-1]),
    ),
}


@cache
def errors_of(route, name):
    """The standard error in each of many runs, as ArviZ finds it."""
    import arviz

    return np.array([float(arviz.mcse(SHOWN[name][2](run), method="mean")) for run in CHAINS[route]()])


def error_of(route, name):
    """Standard error of a route's mean, and how far the estimate of it may be off."""
    _, variance, _ = SHOWN[name]
    if route == "NUTS":
        return nuts_error(variance, name)
    found = errors_of(route, name)
    exact = {"independent": np.sqrt(variance) / 100}
    if name.startswith("mean"):
        exact["Gibbs"] = gibbs_errors()[0 if name.endswith("A") else -1]
    return About(exact.get(route, found.mean()), ERRORS * found.std(ddof=1))


def nuts_error(variance, name):
    """Standard error by NUTS: nobody knows it exactly.

    No parameter has fewer effective draws than the table of costs says for the worst. Draws that swing to the other
    side of the mean can be worth more than independent ones; two and a half times as much is a lot. Of squares and
    products, which do not change sign when a draw does, a draw may be worth a third of one.
    """
    least = costs_printed()["NUTS"][1] if name.startswith("mean") else NUTS_DRAWS / 3
    return Between((variance / (2.5 * NUTS_DRAWS)) ** 0.5 - 0.005, 1.03 * (variance / least) ** 0.5 + 0.005)


def four_routes():
    rows = [["", "", "estimate", "standard error", "exact", "z"], ["of", "route", "", "", "", ""]]
    numbers = [[float(text) for text in row[-4:]] for row in printed("estimation")[1][2:]]
    for name, (exact, _, _) in SHOWN.items():
        for route in ROUTES:
            estimate, error = numbers[len(rows) - 2][:2]
            wanted = error_of(route, name)
            off = About(exact, ERRORS * (error + 0.005 if route == "NUTS" else wanted.value))
            labels = [name, route] if route == "independent" else [route]
            rows.append([*labels, off, wanted, exact, z_of(estimate, exact, error, 0.005)])
    return rows


def costs_printed():
    """Units and effective draws, as the page prints them."""
    return {row[0]: (float(row[2]), float(row[3])) for row in printed("estimation")[3][1:]}


def costs():
    rows = [["", "unit of work", "units", "effective draws", "units per effective draw"]]
    # A draw of NUTS takes 2^k - 1 gradients, mostly 7 here: how many are 3 or 15 depends on the step that it finds.
    # On a posterior so near to a normal one it is worth between half an independent draw and two of them.
    known = {
        "independent": ("draw", 4 * 2_500, smallest("independent")),
        "Gibbs": ("sweep", 4 * 2_500, smallest("Gibbs")),
        "Metropolis": ("density", 16 * 7_500, smallest("Metropolis")),
        "NUTS": ("gradient", Between(5 * NUTS_DRAWS, 11 * NUTS_DRAWS), Between(NUTS_DRAWS / 2, 2 * NUTS_DRAWS)),
    }
    for route, (unit, units, draws) in known.items():
        work, size = costs_printed()[route]
        rows.append([route, unit, units, draws, About(work / size, work / size**2)])
    return rows


# The four routes, tau unknown. Of each only tau and school A's effect are wanted.

CAUCHY = "half-Cauchy 5"


@cache
def exact_answers(prior):
    """Posterior means of tau and A's effect, the chance in per cent that tau is above 10, and the effect's variance."""
    mean, covariance = moments(prior)

    def mass(low, high):
        u, step = np.linspace(np.log(low), np.log(high), 1_001, retstep=True)
        heights = np.exp([restricted_log_likelihood(tau) for tau in np.exp(u)]) * np.exp(u)
        return integrate.simpson(heights * prior_odds(prior, np.exp(u)), dx=step)

    above, below = mass(10, 5_000), mass(1e-5, 10)
    return np.array([tau_moment(1, prior), 100 * above / (above + below), mean[0], covariance[0, 0]])


def prior_odds(prior, tau):
    """Density of the prior, its highest value being one."""
    return np.ones_like(tau) if prior == FLAT else 1 / (1 + (tau / 5) ** 2)


def drawn_from_rule(prior, size, rng):
    """Independent tau from the quadrature rule, which has enough nodes for a sample."""
    tau, mass = tau_rule(prior)
    return rng.choice(tau, size=size, p=mass)


def given_hyper(mu, tau, rng):
    """Draws of the deviations theta - mu, a row for each mu and tau."""
    weight = tau**2 / (tau**2 + SIGMA**2)
    return weight * (Y - mu) + np.sqrt(weight) * SIGMA * rng.standard_normal((len(tau), J))


def mu_given(tau, rng):
    """Draws of mu, a row for each tau."""
    precision = 1 / (tau**2 + SIGMA**2)
    total = precision.sum(axis=1, keepdims=True)
    return precision @ Y[:, np.newaxis] / total + rng.standard_normal((len(tau), 1)) / np.sqrt(total)


@cache
def free_independent(prior, runs=12, chains=4, draws=2_500):
    """Independent draws; axes: tau and A's effect, runs, chains, draws."""
    rng = np.random.default_rng(4)
    tau = drawn_from_rule(prior, (runs * chains * draws, 1), rng)
    mu = mu_given(tau, rng)
    effect = (mu + given_hyper(mu, tau, rng))[:, :1]
    return np.hstack([tau, effect]).T.reshape(2, runs, chains, draws)


@cache
def free_gibbs(prior, runs=12, chains=8, draws=1_250):
    """Draws by sweeps: effects, mu and tau given the effects, mu and tau given the standardised effects.

    Tau comes from its exact conditional: of candidates from the likelihood, the first that the prior does not refuse.
    """
    rng = np.random.default_rng(5)
    precision = SIGMA**-2
    tau = drawn_from_rule(prior, (runs * chains, 1), rng)
    mu = mu_given(tau, rng)

    def accepted(candidates):
        value, missing = np.empty_like(tau), np.arange(len(tau))
        while missing.size:
            new = candidates(missing, (16, missing.size))
            good = rng.random(new.shape) < prior_odds(prior, new)
            value[missing, 0] = np.take_along_axis(new, good.argmax(axis=0)[np.newaxis], axis=0)[0]
            missing = missing[~good.any(axis=0)]
        return value

    kept = np.empty((draws, 2, len(tau)))
    for t in range(draws):
        theta = mu + given_hyper(mu, tau, rng)
        mu = theta.mean(axis=1, keepdims=True) + tau / J**0.5 * rng.standard_normal(tau.shape)
        half = ((theta - mu) ** 2).sum(axis=1) / 2
        tau = accepted(lambda rows, shape, half=half: np.sqrt(half[rows] / rng.standard_gamma((J - 1) / 2, shape)))
        deviation = theta - mu
        mu = ((Y - deviation) @ precision / precision.sum())[:, np.newaxis]
        mu = mu + precision.sum() ** -0.5 * rng.standard_normal(tau.shape)
        eta = deviation / tau
        total = eta**2 @ precision
        slope, sd = (eta * (Y - mu)) @ precision / total, total**-0.5

        def above_zero(rows, shape, slope=slope, sd=sd):
            share = special.ndtr(slope[rows] / sd[rows]) * rng.random(shape)
            return slope[rows] - sd[rows] * special.ndtri(share)

        tau = accepted(above_zero)
        kept[t] = tau[:, 0], mu[:, 0] + tau[:, 0] * eta[:, 0]
    return np.moveaxis(kept, 0, -1).reshape(2, runs, chains, draws)


@cache
def free_walk(prior, runs=12, chains=8, draws=9_000):
    """Draws by a random walk of mu, log tau and the effects' distances from what these two say of them.

    The steps have the posterior's shape; three in ten are accepted, after a search before the first draw.
    """
    rng = np.random.default_rng(6)

    def height(at):
        mu, log_tau = at[:, :1], at[:, 1]
        variance = np.exp(2 * log_tau)[:, np.newaxis] + SIGMA**2
        fit = (np.log(variance) + (Y - mu) ** 2 / variance).sum(axis=1) / 2
        return log_tau + np.log(prior_odds(prior, np.exp(log_tau))) - fit - (at[:, 2:] ** 2).sum(axis=1) / 2

    tau = drawn_from_rule(prior, (runs * chains, 1), rng)
    at = np.hstack([mu_given(tau, rng), np.log(tau), rng.standard_normal((len(tau), J))])
    many = drawn_from_rule(prior, (50_000, 1), rng)
    scale = np.append(np.std([mu_given(many, rng), np.log(many)], axis=(1, 2)), np.ones(J))
    log_step, now = np.log(2.4 / at.shape[1] ** 0.5), height(at)
    kept = np.empty((draws, *at.shape))
    for t in range(-300, draws):
        new = at + np.exp(log_step) * scale * rng.standard_normal(at.shape)
        there = height(new)
        accepted = rng.exponential(size=len(at)) > now - there
        at[accepted], now[accepted] = new[accepted], there[accepted]
        if t < 0:
            log_step += (accepted.mean() - 0.3) / 10
        else:
            kept[t] = at
    mu, tau, distance = kept[..., 0], np.exp(kept[..., 1]), kept[..., 2]
    weight = tau**2 / (tau**2 + SIGMA[0] ** 2)
    effect = mu + weight * (Y[0] - mu) + np.sqrt(weight) * SIGMA[0] * distance
    return np.array([tau.T, effect.T]).reshape(2, runs, chains, draws)


FREE = {"independent": free_independent, "Gibbs": free_gibbs, "Metropolis": free_walk}


@cache
def free_errors(prior, route):
    """Standard errors of the four in each of many runs, as ArviZ finds them; axes: the four, runs."""
    import arviz

    tau, effect = FREE[route](prior)
    four = [tau, 100.0 * (tau > 10), effect, (effect - exact_answers(prior)[2]) ** 2]
    return np.array([[float(arviz.mcse(run, method="mean")) for run in chains] for chains in four])


def unknown_spread():
    """The largest error is that of NUTS or of the walk: a draw of NUTS is worth a fifth of one to two."""
    rows = [["", "", "exact", "error", *ROUTES]]
    names = ["mean of tau", "tau > 10, %", "mean of A", "variance of A"]
    for prior_name, prior in {"flat": FLAT, "half-Cauchy": CAUCHY}.items():
        spread = [free_independent(prior)[0], 100.0 * (free_independent(prior)[0] > 10), free_independent(prior)[1]]
        spread.append((spread[2] - exact_answers(prior)[2]) ** 2)
        for k, (name, exact) in enumerate(zip(names, exact_answers(prior), strict=True)):
            known = [free_errors(prior, route)[k] for route in FREE]
            least = max(errors.mean() - ERRORS * errors.std(ddof=1) for errors in known)
            most = max(errors.mean() + ERRORS * errors.std(ddof=1) for errors in known)
            by_nuts = spread[k].std() / (NUTS_DRAWS / 5) ** 0.5
            labels = [prior_name, name] if k == 0 else [name]
            rows.append([*labels, exact, Between(least, max(most, by_nuts)), *[Between(-ERRORS, ERRORS)] * 4])
    return rows


# The walk on a Gamma distribution.


@cache
def gamma_walk(shape, scale=2.0, nodes=700):
    """Nodes, their probabilities, and the transition matrix of u = log(tau) under steps of a standard normal.

    Tau has a Gamma distribution. The walk is symmetric in u: its density there is that of tau times tau.
    """
    u, step = np.linspace(np.log(2e-4), np.log(80), nodes, retstep=True)
    height = shape * u - np.exp(u) / scale
    move = stats.norm.pdf(np.subtract.outer(u, u)) * step * np.exp(np.minimum(np.subtract.outer(height, height).T, 0))
    np.fill_diagonal(move, 0)
    move[np.diag_indices(nodes)] = 1 - move.sum(axis=1)
    mass = np.exp(height - height.max())
    return np.exp(u), mass / mass.sum(), move


def worth(shape, function):
    """How many independent draws one of the walk's is worth, for the mean of a function of tau.

    The sum of the covariances at lags 0, 1, ... is the product of f and g, where g - (what it is a step later) = f.
    """
    tau, mass, move = gamma_walk(shape)
    values = function(tau) - mass @ function(tau)
    ahead = np.linalg.solve(np.eye(tau.size) - move + mass, values)
    return (mass @ values**2) / (2 * mass @ (values * ahead) - mass @ values**2)


def broken_correction():
    """The corrected walk has shape 3; the other divides the density by tau, which makes the shape 2."""
    chains, draws = 16, 2_500
    size, halves = chains * draws, 2 * chains
    numbers = {row[0]: [float(text) for text in row[1:]] for row in printed("estimation")[4][1:]}
    rows = [["", "mean", "R-hat", "effective", "z"]]
    for name, shape in {"corrected": 3, "not": 2}.items():
        gamma = stats.gamma(shape, scale=2)
        error = gamma.std() / (size * worth(shape, lambda tau: tau)) ** 0.5
        ranked = worth(shape, lambda tau, gamma=gamma: special.ndtri(gamma.cdf(tau)))
        # The estimate of the sum of correlations stops at a lag of about five times that sum, on either side.
        relative = (2 * (2 * 5 / ranked + 1) / size) ** 0.5
        # The means of the half chains vary as independent means of so many draws do, times a chi-squared variable.
        once = 1 / (ranked * size / halves)
        low, high = stats.chi2.ppf([1e-5, 1 - 1e-5], halves - 1) / (halves - 1)
        r_hats = np.sqrt(1 - halves / size + once * np.array([low, high]))
        z = (numbers[name][0] - 6) / error
        rows.append(
            [
                name,
                About(gamma.mean(), ERRORS * error),
                Between(*r_hats),
                About(ranked * size, ERRORS * relative * ranked * size),
                About(z, ERRORS * relative / 2 * abs(z) + 0.0005 / error),
            ]
        )
    return rows


TABLES = [bad_steps, four_routes, unknown_spread, costs, broken_correction]
