"""What the tables of the chapter on learning tau show."""

from functools import cache

import numpy as np
import references as r
import references_learning_tau as simulated
from cells import About, Between
from printed_tables import printed
from references import SIGMA, Y
from scipy import integrate, optimize, special, stats

SCHOOLS = list("ABCDEFGH")
J = Y.size
ERRORS = 5  # standard errors that a simulated number may be off
DRAWS = 100_000  # independent ones, behind the ranks and the replicated data


def likelihood(tau):
    """Density of the data given each tau, up to a constant, from the differences between every two schools."""
    precision = 1 / (SIGMA**2 + np.square(tau)[..., np.newaxis])
    one, other = np.triu_indices(J, 1)
    total = precision.sum(axis=-1)
    squares = (precision[..., one] * precision[..., other]) @ (Y[one] - Y[other]) ** 2 / total
    return np.exp(-squares / 2) * np.sqrt((100 * precision).prod(axis=-1) / total)


def quantile_of_tau(probability, prior=r.FLAT):
    """Where the masses of tau below and above are as they should be, both by Gauss's rule."""
    node, weight = np.polynomial.legendre.leggauss(80)
    share = (1 + node) / 2

    def excess(t):
        below, above = t * share, t / share
        low = weight @ (r.PRIORS[prior](below) * likelihood(below))
        high = weight @ (r.PRIORS[prior](above) * likelihood(above) / share**2)
        return low * (1 - probability) - high * probability

    return optimize.brentq(excess, 1e-3, 100)


def schools():
    mean, covariance = r.moments()
    sd = np.diag(covariance) ** 0.5
    sd_tau = (r.tau_moment(2) - r.tau_moment(1) ** 2) ** 0.5
    rows = [list(row) for row in zip([*SCHOOLS, "mu"], mean, sd, r.chances_above_zero(), strict=True)]
    return [["", "mean", "sd", "P(> 0)"], *rows, ["tau", r.tau_moment(1), sd_tau, 1.0]]


def priors():
    names = {
        "flat": r.FLAT,
        "half-Cauchy(5)": "half-Cauchy 5",
        "half-Cauchy(25)": "half-Cauchy 25",
        "half-normal(5)": "half-normal 5",
        "half-normal(10)": "half-normal 10",
        "flat on tau^2": "flat on tau squared",
        "inverse-gamma(1, 1) on tau^2": "inverse-gamma 1",
        "inverse-gamma(0.001, 0.001) on tau^2": "inverse-gamma 0.001",
    }
    rows = []
    for label, prior in names.items():
        mean, covariance = r.moments(prior)
        rows.append([label, r.tau_moment(1, prior), quantile_of_tau(0.5, prior), mean[0], covariance[0, 0] ** 0.5])
    return [["", "E[tau]", "median of tau", "school A", "school A, sd"], *rows]


def cut():
    rows = [[f"{epsilon:.3f}", *r.cut_off(2, epsilon)] for epsilon in (10.0, 1.0, 0.1, 0.01, 0.001)]
    return [["", "E[tau]", "P(tau < 2 epsilon)"], ["epsilon", "", ""], *rows]


SUMMARY = ["", "mean", "sd", "eti89_lb", "eti89_ub", "ess_bulk", "ess_tail", "r_hat", "mcse_mean", "mcse_sd"]


def alarms():
    # On log tau the posterior is an endless slope, so every chain slides to where exp gives the number 0. What is left
    # of the others hangs on the last bits.
    others = [(-50, 50), (0, 30), (-50, 50), (-50, 50), (1, 6000), (1, 6000), (0.99, 100), (0, 30), (0, 30)]
    names = ["mu", "tau", *(f"eta[{j}]" for j in range(J))]
    rows = [[name, *(Between(*ends) for ends in others)] for name in names]
    rows[1] = ["tau", 0.0, 0.0, 0.0, 0.0, 4000.0, 4000.0, float("nan"), 0.0, float("nan")]
    return [SUMMARY, *rows]


def quiet():
    """All but tau as under complete pooling, and of tau the posterior with 1 / tau, cut off at 10 to the -148."""
    mean, sd, _ = r.pooled()
    ends = [About(mean + sign * stats.norm.ppf(0.945) * sd, 0.9) for sign in (-1, 1)]
    ess, rhat = Between(2000, 6000), Between(0.99, 1.01)
    others = [About(mean, 0.4), About(sd, 0.3), *ends, ess, ess, rhat, Between(0.05, 0.09), Between(0.03, 0.08)]
    of_tau = [Between(0.003, 0.1), Between(0.1, 1.5), Between(0, 1e-120), Between(1e-9, 1e-4)]
    rows = [[name, *others] for name in ["mu", "tau", *(f"theta[{school}]" for school in SCHOOLS)]]
    rows[1] = ["tau", *of_tau, ess, ess, rhat, Between(0.002, 0.03), Between(0.01, 0.4)]
    return [SUMMARY, *rows]


def mean_above(least):
    """Posterior mean of tau, given that it is above a value: what a chain averages that does not get below."""
    above, all_above = (integrate.quad(lambda t, k=k: t**k * likelihood(t), least, np.inf)[0] for k in (1, 0))
    return above / all_above


def moments_above(least):
    """Posterior standard deviation of tau, given that it is above a value, and that of its square's estimate by one."""
    total, *raw = (integrate.quad(lambda t, k=k: t**k * likelihood(t), least, np.inf)[0] for k in range(5))
    one, two, three, four = np.array(raw) / total
    variance = two - one**2
    fourth = four - 4 * one * three + 6 * one**2 * two - 3 * one**4
    return variance**0.5, (fourth - variance**2) ** 0.5 / (2 * variance**0.5)


def forms():
    # Of runs of NUTS nothing is known but what 24 seeds gave, with room for others: a chain that does not reach the
    # neck of the funnel depends on where it starts.
    known = [
        # divergences, gradients, effective draws, worst R-hat, least tau
        (["centred", "0.80"], (3, 200), (20_000, 80_000), (4, 500), (1, 2), (0.3, 3.0)),
        (["0.99"], (0, 40), (100_000, 4000 * 1023), (10, 500), (1, 1.6), (0.01, 1.0)),
        (["non-centred", "0.80"], (0, 60), (24_000, 32_000), (100, 1800), (1, 1.08), None),
        (["0.95"], (0, 5), (45_000, 65_000), (700, 1900), (1, 1.01), None),
    ]
    sd = (r.tau_moment(2) - r.tau_moment(1) ** 2) ** 0.5
    rows = []
    for (labels, *ranges, least), texts in zip(known, printed("learning-tau")[5][2:], strict=True):
        ess, lowest = float(texts[-6]), float(texts[-1])
        mean = About(mean_above(lowest), ERRORS * sd / ess**0.5)
        error = Between(0.4 * sd / ess**0.5, 1.5 * sd / ess**0.5)  # by the chains' own sd
        # The least of so many independent draws is above this once in 100,000 times.
        least = least or (0, quantile_of_tau(1 - 1e-5 ** (1 / ess)))
        sd_above, error_of_one = moments_above(lowest)
        its_sd = About(sd_above, ERRORS * error_of_one / ess**0.5)
        rows.append([*labels, *(Between(*x) for x in ranges), mean, error, its_sd, Between(*least)])
    columns = ["divergences", "gradients", "ESS of tau", "worst R-hat", "E[tau]", "its error", "sd of tau", "least tau"]
    return [["", "", *columns], ["form", "target", *[""] * 8], *rows]


def gibbs(factor, runs=50, chains=4, warmup=100, draws=500):
    """Draws of tau and mu by interweaving (Yu and Meng 2011), in many runs: shape (2, runs, chains, draws)."""
    rng = np.random.default_rng(factor)
    variance, size = (SIGMA / factor) ** 2, (runs * chains, 1)
    precision = (1 / variance).sum()
    mu, tau = rng.normal(Y.mean(), 5, size), rng.uniform(1, 15, size)
    kept = np.empty((2, runs * chains, warmup + draws))
    for t in range(warmup + draws):
        spread = 1 / np.sqrt(1 / variance + 1 / tau**2)
        theta = rng.normal(spread**2 * (Y / variance + mu / tau**2), spread)
        # Given the effects, which are then a sample from the population.
        mu = rng.normal(theta.mean(axis=1, keepdims=True), tau / J**0.5)
        tau = (((theta - mu) ** 2).sum(axis=1, keepdims=True) / rng.chisquare(J - 1, size)) ** 0.5
        # Given eta, on which y is then regressed: the intercept, and the slope, which is positive.
        eta = (theta - mu) / tau
        mu = rng.normal(((Y - tau * eta) / variance).sum(axis=1, keepdims=True) / precision, precision**-0.5)
        spread = (eta**2 / variance).sum(axis=1, keepdims=True) ** -0.5
        slope = spread**2 * (eta * (Y - mu) / variance).sum(axis=1, keepdims=True)
        tau = slope - spread * special.ndtri(rng.random(size) * special.ndtr(slope / spread))
        kept[:, :, t] = tau[:, 0], mu[:, 0]
    return kept[:, :, warmup:].reshape(2, runs, chains, draws)


def bulk_ess(x):
    """Effective sample size of chains after Vehtari et al. (2021): split, normal scores, and Geyer's falling pairs."""
    half = x.shape[1] // 2
    x = np.concatenate([x[:, :half], x[:, half:]])
    z = special.ndtri((stats.rankdata(x).reshape(x.shape) - 3 / 8) / (x.size + 1 / 4))
    centred = z - z.mean(axis=1, keepdims=True)
    covariance = np.fft.irfft(np.abs(np.fft.rfft(centred, 2 * half)) ** 2)[:, :half].mean(axis=0) / (half - 1)
    rho = 1 - (covariance[0] - covariance) / (covariance[0] * (half - 1) / half + z.mean(axis=1).var(ddof=1))
    pairs = rho[0::2] + rho[1::2]
    return x.size / (2 * np.minimum.accumulate(pairs[: np.argmax(pairs < 0)]).sum() - 1)


def interwoven():
    rows = []
    for factor in (1, 2, 4, 16):
        sizes = [[bulk_ess(run) for run in runs] for runs in gibbs(factor)]
        rows.append([str(factor), *(About(np.mean(s), ERRORS * np.std(s, ddof=1)) for s in sizes)])
    return [["", "tau", "mu"], ["factor", "", ""], *rows]


@cache
def rank_chances():
    """P(rank = k) for each school (rows) and k: how many of seven independent others are above it, given mu and tau."""
    z, dz = np.linspace(-6, 6, 49, retstep=True)
    node, share = np.polynomial.hermite_e.hermegauss(16)
    others = [np.delete(np.arange(J), k) for k in range(J)]

    def given(tau):
        weight = tau**2 / (tau**2 + SIGMA**2)
        sd = weight**0.5 * SIGMA
        mean, covariance = r.given_tau(tau)
        centre = weight * Y + (1 - weight) * (mean[-1] + covariance[-1, -1] ** 0.5 * node)[:, np.newaxis]
        at = centre[..., np.newaxis] + sd[:, np.newaxis] * z  # mu, school, place
        counts = np.zeros((J, *at.shape))  # how many are above
        counts[0] = 1
        for other in range(J - 1):
            rival = np.array([others[k][other] for k in range(J)])
            above = special.ndtr((centre[:, rival, np.newaxis] - at) / sd[rival, np.newaxis])
            counts[1:] = counts[1:] * (1 - above) + counts[:-1] * above
            counts[0] *= 1 - above
        return np.einsum("kmjz,m,z->jk", counts, share / share.sum(), stats.norm.pdf(z) * dz)

    tau, mass = r.tau_rule(size=40)
    return sum(p * given(t) for t, p in zip(tau, mass, strict=True) if p > 1e-9)


def share_of_draws(chance):
    return About(chance, ERRORS * (chance * (1 - chance) / DRAWS) ** 0.5)


def ranks():
    place = np.arange(1, J + 1)
    rows = []
    for school, chances, expected in zip(SCHOOLS, rank_chances(), r.expected_ranks(), strict=True):
        sd = (chances @ (place - expected) ** 2) ** 0.5
        rows.append([school, *map(share_of_draws, chances), About(expected, ERRORS * sd / DRAWS**0.5)])
    return [["P(rank)", *map(str, place), "expected rank"], *rows]


def replicated():
    pairs = Y[:, np.newaxis] - Y
    which = (False, True)  # new schools?
    return [
        ["", "observed", "same schools", "new schools"],
        ["largest", Y.max(), *(share_of_draws(r.some_replicate(28, 1, new)) for new in which)],
        ["smallest", Y.min(), *(share_of_draws(1 - r.some_replicate(-3, -1, new)) for new in which)],
        [
            "standard deviation",
            ((pairs**2).sum() / (2 * J * (J - 1))) ** 0.5,
            *(share_of_draws(r.replicates_vary_more(new)) for new in which),
        ],
    ]


def single():
    estimates = [
        simulated.moments_of_tau(Y[np.newaxis])[0],
        *map(r.best_tau, (r.log_likelihood, r.restricted_log_likelihood)),
    ]
    heading = ["", "moments", "maximum likelihood", "restricted maximum likelihood"]
    return [heading, ["estimate of tau", *map(float, estimates)]]


@cache
def coverage(true_tau):
    """Coverage of the two intervals, and how both vary from data set to data set."""
    sets = simulated.study(true_tau)
    shares = np.stack([sets.plugged, sets.averaged]).mean(axis=2)
    return shares.mean(axis=1), shares.std(axis=1), len(sets.zero)


def honest(replicates=500):
    rows = []
    for true_tau in (0, 2, 5, 10, 20):
        means, sds, own = coverage(true_tau)
        sets = simulated.study(true_tau)
        widths = np.stack([sets.plugged_sd, sets.averaged_sd]).mean(axis=2)
        cells = zip([*means, *widths.mean(axis=1)], [*sds, *widths.std(axis=1)], strict=True)
        error = ERRORS * (1 / replicates + 1 / own) ** 0.5
        rows.append([str(true_tau), *(About(mean, error * sd) for mean, sd in cells)])
    return [["", "plug-in", "averaged", "sd, plug-in", "sd, averaged"], ["true tau", *[""] * 4], *rows]


def integral_from(epsilon, power):
    """Integral of tau**-power times the likelihood, relative to its value at epsilon, by SciPy's quad on log tau."""
    cuts = np.log([epsilon, *(cut for cut in (1e-5, 1e-3, 0.1, 1, 10, 100, 1e5) if cut > epsilon)])
    pieces = [
        integrate.quad(lambda u: np.exp(u * (1 - power)) * likelihood(np.exp(u)), low, high)[0]
        for low, high in zip(cuts, cuts[1:], strict=False)
    ]
    return sum(pieces) / likelihood(epsilon)


def totals():
    epsilons = (1e-2, 1e-4, 1e-6, 1e-8)
    rows = [[f"{power:.1f}", *(integral_from(e, power) for e in epsilons)] for power in (-1, 0, 0.5, 1, 2)]
    return [["", "from 1e-02", "from 1e-04", "from 1e-06", "from 1e-08"], ["k", "", "", "", ""], *rows]


TABLES = [schools, priors, cut, alarms, quiet, forms, interwoven, ranks, replicated, single, honest, totals]
