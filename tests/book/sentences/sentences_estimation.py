"""Sentences of the chapter `estimation` whose deciding words are computed."""

from functools import cache

import arviz as az
import curves_estimation as curves
import numpy as np
import references
import tables_estimation as tables
from references import SIGMA, J, Y
from scipy import optimize, stats

TAU = 5.0
MEAN, COVARIANCE = references.given_tau(TAU)
PRECISION = np.linalg.inv(COVARIANCE)


def conditional(k, position, precision=PRECISION, mean=MEAN):
    """Mean and standard deviation of one of the nine parameters, given the others."""
    others = np.arange(J + 1) != k
    pull = precision[k, others] @ (position - mean)[others] / precision[k, k]
    return mean[k] - pull, precision[k, k] ** -0.5


def slices():
    """Centres of the five slices, in whole points; those along the effect are wider than those along mu."""
    position = np.append(Y, 8.0)
    others, effects = np.append([0], np.ones(J - 1)), np.ones(J)
    along_effect = [
        conditional(0, position + 20 * move)[0] for move in (np.zeros(J + 1), np.append(others, 0), np.eye(J + 1)[J])
    ]
    along_mu = [conditional(J, position + 20 * move)[0] for move in (np.zeros(J + 1), np.append(effects, 0))]
    assert np.isclose(along_effect[0], along_effect[1])
    narrow = conditional(J, position)[1] < conditional(0, position)[1] / 2
    first, second, third, fourth = (round(float(at)) for at in (along_effect[0], along_effect[2], *along_mu))
    return first, second, "narrow" if narrow else "wide", third, fourth


def what_moves_a_slice():
    """How far two slices move when others move by 20: by nothing, by almost as much, or by as much."""
    position = np.append(Y, 8.0)

    def moved(k, move):
        return float(conditional(k, position + 20 * move)[0] - conditional(k, position)[0])

    others, mu, effects = np.append([0], np.ones(J)), np.eye(J + 1)[J], np.append(np.ones(J), 0)
    by_others, by_mu, by_effects = moved(0, others - mu), moved(0, mu), moved(J, effects)
    words = [
        "nothing" if np.isclose(by, 0) else "as much" if np.isclose(by, 20) else "less"
        for by in (by_others, by_effects)
    ]
    assert by_mu > 10
    return tuple(words)


def staircase():
    """The path from the seed's normal values, without the first move along the effect, which is not drawn."""
    path = curves.gibbs(-8, np.random.default_rng(26).standard_normal((12, 1, J + 1)))[:, 0, [0, -1]]
    sideways, upright = np.abs(np.diff(path[:, 0])), np.abs(np.diff(np.append(-8, path[:, 1])))
    assert sideways.max() > 3 * upright.max()
    return path, {"horizontal": sideways, "vertical": upright}


def long_moves():
    """The moves of which a quarter are above ten points."""
    _, moves = staircase()
    return tuple(name for name, sizes in moves.items() if np.mean(sizes > 10) > 0.25)


def short_moves():
    _, moves = staircase()
    return tuple(name for name, sizes in moves.items() if np.mean(sizes < 4) > 0.8)


def tilt_of_ellipses():
    return ("upwards" if COVARIANCE[0, J] > 0 else "downwards",)


def start_of_the_path():
    """The start against the outer ellipse, the lowest point of which lies a radius below the mean of mu."""
    radius = (-2 * np.log(0.05)) ** 0.5 * COVARIANCE[J, J] ** 0.5
    path, _ = staircase()
    assert path[-1, 1] > MEAN[J] - radius
    climbs = path[-1, 1] > -8
    return (
        "below" if MEAN[J] - radius > -8 else "above" if MEAN[J] + radius < -8 else "in",
        "climbs" if climbs else "falls",
    )


def moves_of_mu():
    """A move's standard deviation against the way from minus eight to the mean."""
    step, way = PRECISION[J, J] ** -0.5, MEAN[J] + 8
    return ("short", "far") if step < way / 5 else ("long", "little")


def average_of_effects():
    """What one effect, a point higher, adds to the mean of mu given all else."""
    weights = np.array([conditional(J, MEAN + np.eye(J + 1)[j])[0] for j in range(J)]) - MEAN[J]
    return ("plain", "weighted") if np.allclose(weights, 1 / J) else ("weighted", "plain")


def where_mu_moves_little():
    """A move of mu against its posterior standard deviation, for a small spread and a large one."""
    share = {}
    for word, tau in (("small", 1.0), ("large", 50.0)):
        covariance = references.given_tau(tau)[1]
        assert np.isclose(np.linalg.inv(covariance)[J, J] ** -0.5, tau / J**0.5)
        share[word] = tau / J**0.5 / covariance[J, J] ** 0.5
    word = min(share, key=share.get)
    assert share[word] < 0.1 and max(share.values()) > 0.9
    return (word,)


def where_mu_is_stuck():
    """The autocorrelation of mu at both ends of tau."""
    ends = {"0": references.gibbs_autocorrelation(1e-2), "\\infty": references.gibbs_autocorrelation(1e4)}
    stuck = max(ends, key=ends.get)
    return {0: "zero", 1: "one"}[round(ends[stuck], 3)], stuck


def where_a_walker_goes():
    """On a ring of three points, exactly: whether higher or lower points must always be accepted."""
    density = np.array([0.2, 0.3, 0.5])
    ratio = density / density[:, np.newaxis]
    leaves_it = []
    for words, chance in {
        ("higher", "lower"): np.where(ratio > 1, 1, ratio),
        ("lower", "higher"): np.where(ratio < 1, 1, 1 / ratio),
    }.items():
        move = 0.5 * chance * (1 - np.eye(3))
        if np.allclose(density @ (move + np.diag(1 - move.sum(axis=1))), density):
            leaves_it.append(words)
    [words] = leaves_it
    return words


def sizes_of_steps():
    """By exact acceptance rates at the ends of the axis."""
    rates = {"small": curves.acceptance(0.1), "large": curves.acceptance(30.0)}
    always, never = max(rates, key=rates.get), min(rates, key=rates.get)
    assert rates[always] > 0.95 and rates[never] < 0.01
    return always, never


def best_steps():
    """Acceptance at the size of a step with the largest expected squared move of mu."""
    rng = np.random.default_rng(1)
    at = rng.standard_normal((40_000, J + 1)) @ np.linalg.cholesky(COVARIANCE).T
    energy, normal, luck = (
        ((at @ PRECISION) * at).sum(axis=1) / 2,
        rng.standard_normal(at.shape),
        rng.exponential(size=len(at)),
    )
    moved = {}
    for size in np.geomspace(0.1, 30, 9):
        new = at + size * normal
        accepted = luck > ((new @ PRECISION) * new).sum(axis=1) / 2 - energy
        moved[size] = ((size * normal[:, J]) ** 2 * accepted).mean()
    best = max(moved, key=moved.get)
    rate = curves.acceptance(best)
    assert 2 < best < 8 and not 1 / 3 < rate < 2 / 3
    return ("refused", "accepted") if rate < 0.5 else ("accepted", "refused")


def rivers_and_jumps():
    """Of steps of 0.1 and of 10 points: which are accepted and lead nowhere, and which are hardly ever accepted."""
    rate = {"small": curves.acceptance(0.1), "large": curves.acceptance(10.0)}
    path = {"small": 0.1, "large": 10.0}
    [river] = [word for word in rate if rate[word] > 0.9 and path[word] * 300**0.5 < COVARIANCE[0, 0] ** 0.5]
    [still] = [word for word in rate if rate[word] < 0.05]
    return river, still


@cache
def order_of_r_hats():
    """The three sizes by their median R-hat in many runs, the best first."""
    names = {"small": 0.1, "right": 2.5, "large": 10.0}
    r_hat = {name: np.median(tables.r_hat(tables.walks(size)[1])) for name, size in names.items()}
    order = sorted(r_hat, key=r_hat.get)
    excess = [r_hat[name] - 1 for name in order]
    assert excess[0] > 0.01 and excess[1] > 2 * excess[0] and excess[2] > 2 * excess[1]
    return order


def densities_of_the_walk():
    """Where multiplicative steps lead, by the stationary distribution of a walk on a fine grid of log tau.

    The target is a Gamma density of shape 3 and scale 2.
    """
    u, step = np.linspace(-6, 4.5, 300, retstep=True)
    tau = np.exp(u)
    target = stats.gamma(3, scale=2).pdf(tau)
    ratio = target / target[:, np.newaxis]
    found = {}
    for name, factor in {"corrected": tau / tau[:, np.newaxis], "not": 1.0}.items():
        move = stats.norm.pdf(u - u[:, np.newaxis]) * step * np.minimum(1, ratio * factor)
        np.fill_diagonal(move, 0)
        move[np.diag_indices(u.size)] = 1 - move.sum(axis=1)
        vector = np.linalg.solve(np.vstack([(move.T - np.eye(u.size))[1:], np.ones(u.size)]), np.eye(u.size)[-1])
        found[name] = vector / tau
    return tau, target, found


def settles_at():
    """The density of tau on the grid, without the correction and with it."""
    tau, target, found = densities_of_the_walk()
    candidates = {
        r"p(\tau \mid y) / \tau": target / tau,
        r"p(\tau \mid y)": target,
        r"\tau p(\tau \mid y)": tau * target,
    }
    names = []
    for name in ("not", "corrected"):
        fits = [words for words, density in candidates.items() if proportional(found[name], density)]
        assert len(fits) == 1
        names += fits
    return tuple(names)


def proportional(one, other):
    return np.allclose(one / one.sum(), other / other.sum(), atol=1e-6)


def shape_without_correction():
    tau, _, found = densities_of_the_walk()
    fits = [shape for shape in (1, 2, 3, 4) if proportional(found["not"], stats.gamma(shape, scale=2).pdf(tau))]
    assert len(fits) == 1
    return tuple(fits)


def where_walks_get_lost():
    """The integral of the likelihood over tau, with the prior 1 / tau, grows without end at one end alone."""

    def mass(low, high):
        u = np.linspace(np.log(low), np.log(high), 200)
        heights = np.exp([references.restricted_log_likelihood(tau) for tau in np.exp(u)])
        return heights.mean() * (u[-1] - u[0])

    middle = mass(0.1, 100)
    further = {"small": mass(1e-9, 1e-6) / middle, "large": mass(1e6, 1e9) / middle}
    assert np.isclose(further["small"], mass(1e-12, 1e-9) / middle)
    [word] = [name for name, share in further.items() if share > 0.1]
    return (word,)


def units_for_an_effective_draw():
    """Units of work for an effective draw of the worst parameter: independent, by sweeps, by trajectories, by a walk.

    Walk and trajectories run in the posterior's own coordinates, where it is nine independent normals.
    """
    rng = np.random.default_rng(7)
    work = {"independent": 1.0, "Gibbs": (tables.gibbs_errors(1) ** 2 / np.diag(COVARIANCE)).max()}

    def worst(kept):
        return (kept.mean(axis=0) ** 2).mean(axis=0).max() * len(kept)

    step = optimize.brentq(lambda s: tables.acceptance(s, np.eye(J + 1)) - 0.25, 0.1, 5)
    at, kept = rng.standard_normal((200, J + 1)), []
    for _ in range(1_500):
        new = at + step * rng.standard_normal(at.shape)
        accepted = 2 * rng.exponential(size=len(at)) > (new**2 - at**2).sum(axis=1)
        at = np.where(accepted[:, np.newaxis], new, at)
        kept.append(at)
    work["random walk"] = worst(np.array(kept))
    at, kept, gradients = rng.standard_normal((200, J + 1)), [], 7
    for _ in range(300):
        push = rng.standard_normal(at.shape)
        new, speed, pace = at, push, rng.uniform(0.1, 0.45, size=(len(at), 1))
        for _ in range(gradients):
            speed = speed - pace / 2 * new
            new = new + pace * speed
            speed = speed - pace / 2 * new
        loss = (new**2 + speed**2 - at**2 - push**2).sum(axis=1) / 2
        at = np.where((rng.exponential(size=len(at)) > loss)[:, np.newaxis], new, at)
        kept.append(at)
    work["NUTS"] = gradients * worst(np.array(kept))
    return work


def order_of_costs():
    work = units_for_an_effective_draw()
    order = sorted(work, key=work.get)
    costs = [work[name] for name in order]
    assert costs[1] < 2 and costs[2] > 3 and costs[3] > 3 * costs[2]
    return tuple(order)


def what_diagnostics_say():
    """R-hat of chains of independent draws: never large if they agree, and good on the wrong distribution as well."""
    rng = np.random.default_rng(1)
    right = tables.r_hat(stats.gamma(3, scale=2).rvs(size=(50, 4, 1_000), random_state=rng))
    wrong = tables.r_hat(stats.gamma(2, scale=2).rvs(size=(50, 4, 1_000), random_state=rng))
    apart = tables.r_hat(rng.normal(np.arange(4)[:, np.newaxis], size=(50, 4, 1_000)))
    proof = {"no": right.max() < 1.05 < apart.min(), "yes": wrong.min() > 1.01}
    assert sum(proof.values()) == 1
    return max(proof, key=proof.get), min(proof, key=proof.get)


def for_and_against_the_move():
    gain = {
        "data are": stats.norm(28, 15).logpdf(20) - stats.norm(28, 15).logpdf(10),
        "population is": stats.norm(8, 5).logpdf(20) - stats.norm(8, 5).logpdf(10),
    }
    favours, against = max(gain, key=gain.get), min(gain, key=gain.get)
    assert gain[favours] > 0 > gain[against]
    return favours, against


def autocorrelation(tau, sigma, centred=True):
    """Of mu, when it and the effects, or their standardised deviations, are drawn in turn."""
    covariance = references.given_tau(tau, sigma=sigma)[1]
    if not centred:
        change = np.eye(J + 1) / tau
        change[:-1, -1], change[-1, -1] = -1 / tau, 1
        covariance = change @ covariance @ change.T
    effects, link = covariance[:-1, :-1], covariance[:-1, -1]
    return link @ np.linalg.solve(effects, link) / covariance[-1, -1]


def with_more_pupils():
    more, as_it_was = autocorrelation(TAU, SIGMA / 2), references.gibbs_autocorrelation(TAU)
    return ("less", "better") if more < as_it_was else ("more", "worse")


def forms_and_data():
    """The autocorrelation of mu in both forms, with errors a tenth and ten times as large."""
    better = {}
    for words, errors in (("plenty of data", SIGMA / 10), ("little", SIGMA * 10)):
        better[words] = autocorrelation(TAU, errors) < autocorrelation(TAU, errors, centred=False)
    assert sum(better.values()) == 1
    return max(better, key=better.get), min(better, key=better.get)


def decimals():
    """Iterations for one more decimal of the mean of mu: as the square of the standard error."""
    phi, sd = references.gibbs_autocorrelation(TAU), COVARIANCE[J, J] ** 0.5
    tenth, hundredth = ((sd / error) ** 2 * (1 + phi) / (1 - phi) for error in (0.1, 0.01))
    return ({10: "ten", 100: "hundred"}[round(hundredth / tenth)],)


def the_variance_of_means():
    """Which of B and B / n is the variance of the chains' means, if R-hat is what the page says it is."""
    m, n = 4, 500
    draws = np.random.default_rng(1).normal(np.arange(m)[:, np.newaxis] / 2, size=(m, n))
    within, of_means = draws.var(axis=1, ddof=1).mean(), draws.mean(axis=1).var(ddof=1)
    rhat = float(az.rhat(draws, method="identity"))
    between = {"B / n": n * of_means, "B": of_means}
    return (
        [name for name, b in between.items() if np.isclose(rhat, np.sqrt(((n - 1) * within + b) / (n * within)))][0],
    )


def what_a_refused_walker_does():
    """On a ring of three points, exactly: which rule has the density as its stationary distribution."""
    density = np.array([0.2, 0.3, 0.5])
    move = 0.5 * np.minimum(1, density / density[:, np.newaxis]) * (1 - np.eye(3))
    kept = {
        "stay, **counting the present point once more**": move + np.diag(1 - move.sum(axis=1)),
        "propose again, until a move is accepted": move / move.sum(axis=1, keepdims=True),
    }
    return tuple(words for words, chances in kept.items() if np.allclose(density @ chances, density))


SENTENCES = [
    ("go with probability equal to the ratio of the densities, and otherwise {}", what_a_refused_walker_does),
    ("within the chains and ${}$ the variance of the chains' means.", the_variance_of_means),
    (
        "two curves coincide near {}, one for the other effects where they were and one for the other effects 20 "
        "points higher; a third curve, for a population mean 20 points higher, stands near {}. Below, along mu, a {} "
        "curve near {} and another, for effects 20 points higher, near {}.",
        slices,
    ),
    (
        "moving all *other* effects up by 20 points changes {}, moving $\\mu$ up by 20 does. Below, along $\\mu$: "
        "moving the effects up by 20 moves the slice by {}.",
        what_moves_a_slice,
    ),
    ("The moves of $\\mu$ are {}, although $\\mu$ has {} to go.", moves_of_mu),
    ("Three nested ellipses, tilted {} to the right,", tilt_of_ellipses),
    ("A path of right-angled steps starts at mu minus 8, {} the ellipses, and {} into them.", start_of_the_path),
    ("Its {} moves are long,", long_moves),
    ("its {} moves are mostly less than 4.", short_moves),
    ("is the average of the effects: the {} average, not a {} one.", average_of_effects),
    (
        "$\\mu$ can move by about $\\tau / \\sqrt{{J}}$ only, and that is little when $\\tau$ is {}.",
        where_mu_moves_little,
    ),
    ("and plain Gibbs gets stuck there: {{eq}}`eq-phi` goes to {} as $\\tau \\to {}$.", where_mu_is_stuck),
    ("If the density there is {}, go. If it is {}, go with probability equal to the ratio", where_a_walker_goes),
    ("Above: {} steps are nearly always accepted, {} ones hardly ever.", sizes_of_steps),
    ("In our picture, too, the best steps are {} far more often than {}.", best_steps),
    (
        "Too {}: each chain is a slow river, which sees a part of the land. Just right: each chain goes up and down "
        "through most of the range several times. Too {}: the chains stand still, and jump rarely.",
        rivers_and_jumps,
    ),
    (
        "Steps of the {} size are the best of the three and still not good enough:",
        lambda: tuple(order_of_r_hats()[:1]),
    ),
    ("Steps that are too {} are in between.", lambda: tuple(order_of_r_hats()[1:2])),
    ("without it, the chain settles at the density ${}$ instead of ${}$,", settles_at),
    ("a Gamma distribution with shape {} and the same scale.", shape_without_correction),
    ("Without it they wander off to absurdly {} values, and never come to rest.", where_walks_get_lost),
    (
        "**An {} draw is an effective draw**; it needs no warm-up, and there is nothing to tune.",
        lambda: order_of_costs()[:1],
    ),
    ("{} comes close on this posterior:", lambda: order_of_costs()[1:2]),
    (
        "{} takes several gradients for an effective draw, and the {} several times as many evaluations of the ",
        lambda: order_of_costs()[2:],
    ),
    ("**Diagnostics can say {}; they can never say {}.**", what_diagnostics_say),
    ("The {} in favour of the move, the {} against it:", for_and_against_the_move),
    ("so the new $\\mu$ remembers {} of the old one. It gets {}:", with_more_pupils),
    ("The centred form likes {}, and the non-centred form likes {}.", forms_and_data),
    ("Each further decimal costs a {} times as many.", decimals),
]
