"""Sentences of the chapter `checking` whose deciding words are computed."""

from functools import cache
from itertools import pairwise

import curves_checking as curves
import numpy as np
import references
import tables_checking as tables
from exercise_rules import ask
from references import SIGMA, J
from scipy import stats
from wording import NUMBERS, judged_right

from lib.checks import RIGHT
from lib.exercises import checking
from lib.exercises import checking as checks

TAU, PRIOR_SD = 10.0, 5.0

QUANTITIES = ["mu", "effect in A", "log likelihood", "log prior"]


def bars_of_both():
    """Expected bars of both samplers against the band; how often the truth lies outside all draws of each."""
    low, high = curves.band()
    bars = {"first": curves.DATA_SETS * curves.EVEN, "second": curves.DATA_SETS * curves.slip_chances()}
    [right], [wrong] = (
        [name for name, heights in bars.items() if all((low <= heights) & (heights <= high)) == inside]
        for inside in (True, False)
    )
    assert tables.chance_of_middle_ranks("right", 48) > 0.95 and tables.chance_of_middle_ranks("slip", 48) < 0.7
    return right, wrong


def bars_of_the_slip():
    low, high = curves.band()
    bars = curves.DATA_SETS * curves.slip_chances()
    outer, middle = bars[[0, -1]], bars[3:7]
    assert outer.min() > 2.5 * high and not (low / 1.5 < middle.mean() < 1.5 * high)
    return ("higher" if outer.min() > high else "lower", "below" if middle.max() < low else "above")


def trust_in_the_slip():
    covered = references.checking_slip_coverage()
    return ("wrong", "right") if covered < 0.45 else ("right", "wrong")


def chains_agree():
    """R-hat's square of the wrong chain, from its autocorrelations, and how far off in standard errors its mean is."""
    rho = tables.autocorrelations("slip")
    (mean_of_y, covariance, _), (right_mean, _) = tables.chain("slip"), references.checking_posterior_of_a()
    error = (covariance[1, 1] * (1 + 2 * rho.sum()) / 20_000) ** 0.5
    assert (1 + 2 * rho.sum()) / 2_500 < 0.01  # what the means of half chains vary beyond the variance within
    return ("wrong" if abs(mean_of_y[1] @ references.Y - right_mean) > 10 * error else "right",)


def ranks_of_dependent_draws():
    """Ranks of a truth among 49 draws that resemble each other: in the outer bars too often, or too rarely."""
    rng = np.random.default_rng(1)
    truth, at, rank = rng.standard_normal(8_000), rng.standard_normal(8_000), np.zeros(8_000)
    for _ in range(49):
        at = 0.9 * at + 0.19**0.5 * rng.standard_normal(at.size)
        rank += at < truth
    outside, outer = np.mean((rank == 0) | (rank == 49)), np.mean((rank < 5) | (rank >= 45))
    assert (outside > 0.04) == (outer > 0.2)
    return ("often", "a U") if outer > 0.25 else ("rarely", "a hump")


@cache
def ranks_of_samplers(size=8_000):
    """Tenths of the ranks of four quantities, a row each, under three wrong samplers, from independent draws.

    The last has a flat prior for mu.
    """
    rng = np.random.default_rng(3)
    mu = PRIOR_SD * rng.standard_normal((size, 1))
    theta = mu + TAU * rng.standard_normal((size, J))
    data = theta + SIGMA * rng.standard_normal((size, J))

    def quantities(mu, theta):
        likelihood = -(((data - theta) / SIGMA) ** 2).sum(axis=1)
        prior = -((theta - mu) ** 2).sum(axis=1) / TAU**2 - mu[:, 0] ** 2 / PRIOR_SD**2
        return np.array([mu[:, 0], theta[:, 0], likelihood, prior])

    truth, sd = quantities(mu, theta), (J / TAU**2 + 1 / PRIOR_SD**2) ** -0.5
    precision, own = 1 / (TAU**2 + SIGMA**2), TAU**2 / (TAU**2 + SIGMA**2)
    ranks = {name: np.zeros(truth.shape, dtype=int) for name in ("without data", "without population", "no prior")}
    for _ in range(49):
        other = PRIOR_SD * rng.standard_normal((size, 1))
        ranks["without data"] += quantities(other, other + TAU * rng.standard_normal((size, J))) < truth
        alone = data + SIGMA * rng.standard_normal((size, J))
        of_alone = alone.sum(axis=1, keepdims=True) / TAU**2 * sd**2 + sd * rng.standard_normal((size, 1))
        ranks["without population"] += quantities(of_alone, alone) < truth
        flat = (data @ precision / precision.sum())[:, np.newaxis]
        flat = flat + precision.sum() ** -0.5 * rng.standard_normal((size, 1))
        effects = own * data + (1 - own) * flat + np.sqrt(own) * SIGMA * rng.standard_normal((size, J))
        ranks["no prior"] += quantities(flat, effects) < truth
    return {
        name: np.array([np.bincount(row // 5, minlength=10) for row in rows]) / size for name, rows in ranks.items()
    }


def flat_and_not(name):
    """The quantities whose ranks are uniform, and the one whose ranks are not with the end at which they pile up."""
    shares = ranks_of_samplers()[name]
    error = (0.09 / 8_000) ** 0.5
    far = np.abs(shares - 0.1).max(axis=1) / error
    assert ((far < 4.5) | (far > 8)).all() and (far > 8).sum() == 1
    flat = [QUANTITIES[k] for k in range(4) if far[k] < 4.5]
    k = int(far.argmax())
    return flat, QUANTITIES[k], "highest" if shares[k, -1] > shares[k, 0] else "lowest", shares[k].max()


def without_data():
    flat, seen, end, share = flat_and_not("without data")
    assert share > 0.75
    return (*flat, end, seen)


def without_population():
    flat, seen, end, share = flat_and_not("without population")
    assert share > 0.75
    return (*flat, end, seen)


def what_shows_it():
    """The quantity that finds each sampler out: that which contains the data, that which contains the population."""
    _, data, _, _ = flat_and_not("without data")
    _, population, _, _ = flat_and_not("without population")
    return data, population


def what_sees_a_forgotten_prior():
    return (flat_and_not("no prior")[1],)


def no_pooling_is_calibrated():
    """Coverage of an interval of y +- 1.28 sigma for a truth that lies around y, and the width against pooling."""
    covered = tables.chance_of_middle_ranks("without population", 40)
    wide = tables.chain("without population")[1][1, 1] ** 0.5 > 1.5 * references.checking_posterior_of_a()[1]
    return ("calibrated" if np.isclose(covered, 0.8) else "not calibrated", "wasteful" if wide else "thrifty")


def where_one_looks():
    tenths = references.checking_ranks_looked_at("high"), references.checking_ranks_looked_at("best")
    assert all(abs(chances[:5].sum() - 0.5) > 0.2 for chances in tenths)
    return ({True: "below", False: "above"}[all(chances[:5].sum() > 0.5 for chances in tenths)],)


def bars_where_one_looks():
    words = []
    for which, size in (("high", 200), ("best", 2_000)):
        bars, (low, high) = size * references.checking_ranks_looked_at(which), curves.band(size)
        words.append(
            (
                "highest" if bars.argmax() == 0 else "lowest",
                "fall" if (np.diff(bars) < 0).all() else "rise",
                "above" if bars[0] > 1.5 * high else "below",
                "below" if bars[5:].max() < low else "above",
            )
        )
    assert words[0] == words[1]
    return words[0]


def what_is_held_fixed():
    """Uniform given the data, or given the truth: coverage of the right intervals, and of no pooling, for a bad luck.

    The right one covers for each y; given the truth it does not, if this is far from the population. No pooling is the
    other way round. One school with mu known: y ~ N(theta, 15^2), theta ~ N(0, 10^2).
    """
    own, z = 100 / 325, stats.norm.ppf(0.9)
    sd = np.sqrt(own) * 15
    at = np.linspace(-8, 8, 4001)
    mass = stats.norm.pdf(at) / stats.norm.pdf(at).sum()
    given_truth = {"right": 0.0, "none": 0.0}
    y = 30 + 15 * at
    given_truth["right"] = mass @ (np.abs(own * y - 30) < z * sd)
    given_truth["none"] = mass @ (np.abs(y - 30) < z * 15)
    theta = own * 40 + sd * at  # given y = 40
    given_data = {"right": mass @ (np.abs(theta - own * 40) < z * sd), "none": mass @ (np.abs(theta - 40) < z * 15)}
    fixed = {
        name: "data" if abs(given_data[name] - 0.8) < 0.01 < abs(given_truth[name] - 0.8) else "truth"
        for name in ("right", "none")
    }
    assert abs(given_truth["none"] - 0.8) < 0.01 < abs(given_data["none"] - 0.8)
    return fixed["right"], fixed["none"]


def ranks_that_tie():
    truth, draws = np.ones(5), np.ones((49, 5))
    rank = (draws < truth).sum(axis=0)
    assert len(set(rank)) == 1
    return "below", int(rank[0])


def highest_p_value():
    """A mean of Cauchy variables that are cut at zero is not negative, and its upper tail is a half or less."""
    at_least = np.mean(np.maximum(np.tan((0.5 - np.linspace(0.01, 0.99, 99)) * np.pi), 0))
    assert at_least > 0
    return ({0.5: "one half", 1.0: "one"}[stats.cauchy.sf(0)],)


@cache
def shares_of_small_p_values(size=100, repeats=20_000):
    """Of uniform values: tails of each sorted one in its Beta distribution, joined by Cauchy's law cut at zero."""
    values = np.sort(np.random.default_rng(1).random((repeats, size)), axis=1)
    place = np.arange(1, size + 1)
    lower = stats.beta.cdf(values, place, size + 1 - place)
    tails = 2 * np.minimum(lower, 1 - lower)
    joined = np.maximum(1 / np.tan(np.pi * tails), 0).mean(axis=1)
    return [float(np.mean(stats.cauchy.sf(joined) < level)) for level in (0.01, 0.05, 0.1)]


def p_values_of_a_right_sampler():
    """In 40, 100 and 300 data sets, as on the page."""
    by_size = [shares_of_small_p_values(size) for size in (40, 100, 300)]
    one, five, ten = (sorted({round(100 * share) for share in shares}) for shares in zip(*by_size, strict=True))
    return *one, *five, *ten


def smallest_of_sixteen():
    return (NUMBERS[round(10 * (1 - (1 - shares_of_small_p_values()[2]) ** 16))],)


def what_data_sets_find():
    """The error that is noticed with probability a half, from below: with a hundred data sets, and ten thousand."""
    found = {}
    for size in (100, 10_000):
        factors = np.linspace(0.8, 0.995, 40)
        chances = np.array([references.checking_power(size, factor) for factor in factors])
        found[size] = 1 - factors[np.argmin(np.abs(chances - 0.5))]
    names = {100: "hundred", 10_000: "ten thousand"}
    gross, few_per_cent = max(found, key=found.get), min(found, key=found.get)
    assert found[gross] > 0.15 and 0.01 < found[few_per_cent] < 0.04
    chances = [round(100 * references.checking_power(gross, factor)) for factor in (0.7, 1.3)]
    return names[gross], "small", chances[0], "large", chances[1], names[few_per_cent].capitalize()


def steeper_branch():
    sides = [
        [references.checking_power(size, 1 + sign * off) for sign in (-1, 1)]
        for size, off in ((100, 0.2), (1_000, 0.07), (10_000, 0.02))
    ]
    [left] = {one > other for one, other in sides}
    return ("left" if left else "right",)


def levels_of_whole_ranks(draws=49):
    """Shares of the ranks between as many at each end, in per cent, as multiples; 95% is none of them."""
    levels = {100 * (draws + 1 - 2 * cut) / (draws + 1) for cut in range(1, (draws + 1) // 2)}
    [step] = {round(high - low, 9) for low, high in pairwise(sorted(levels))}
    assert min(levels) == step and 95 not in levels
    return round(step), 95


def ranks_of_mu(size=8_000):
    """Uniform when mu comes from its prior (as `ranks_of_samplers` finds), and not from a wider population."""
    flat = flat_and_not("without population")[0]
    rng = np.random.default_rng(4)
    mu = 4 * PRIOR_SD * rng.standard_normal((size, 1))
    data = mu + np.hypot(TAU, SIGMA) * rng.standard_normal((size, J))
    sd = (J / TAU**2 + 1 / PRIOR_SD**2) ** -0.5
    draws = [
        (data + SIGMA * rng.standard_normal((size, J))).sum(axis=1) / TAU**2 * sd**2 + sd * rng.standard_normal(size)
        for _ in range(49)
    ]
    outside = np.isin((np.array(draws) < mu[:, 0]).sum(axis=0), [0, 49]).mean()
    assert outside > 0.1
    return ("uniform" if "mu" in flat else "not uniform",)


def what_a_left_out_step_changes():
    """Covariance of the joint and what a step for mu alone makes of it: nine normal parameters."""
    joint = np.full((J + 1, J + 1), PRIOR_SD**2)  # mu last
    joint[:J, :J] += TAU**2 * np.eye(J)
    of_mu = np.append(np.full(J, 1 / TAU**2 / (J / TAU**2 + 1 / PRIOR_SD**2)), 0)
    step = np.vstack([np.eye(J + 1)[:J], of_mu])  # mu drawn anew, the effects kept
    after = step @ joint @ step.T
    after[J, J] += 1 / (J / TAU**2 + 1 / PRIOR_SD**2)
    return ("changes" if np.allclose(after, joint) else "moves",)


def curves_of_power():
    """Widths of the notches where the chance is below a half, and how the curves go at factor one and at the ends."""
    factors, widths = np.linspace(0.7, 1.3, 31), {}
    for size in (100, 1_000, 10_000):
        chances = np.array([references.checking_power(size, factor) for factor in factors])
        assert chances[15] < 0.02 and chances.argmin() == 15
        assert min(chances[0], chances[-1]) > 0.5
        widths[size] = np.mean(chances < 0.5)
    first, second, third = sorted(widths, key=widths.get, reverse=True)
    return f"{first:,}", f"{second:,}", f"{third:,}"


def data_sets_for_half_the_mistake():
    """How many data sets notice a mistake of five per cent as often as two thousand notice one of ten."""
    wanted = references.checking_power(2_000, 0.9)
    off = {n: abs(references.checking_power(1_000 * n, 0.95) - wanted) for n in (4, 8, 16)}
    return (NUMBERS[min(off, key=off.get) // 2],)


def right_and_wrong_conditionals():
    """What joint less conditional varies by."""
    rows = tables.conditional_against_joint()[1:]
    constant = [name for name, varies in rows if getattr(varies, "high", varies) < 1e-9]
    assert all(varies > 1 for name, varies in rows if name not in constant)
    return ("constant", "off") if constant == ["right"] else ("off", "constant")


def what_one_step_finds():
    """Quantities whose mean change is far from zero, for each sampler: those of mu and A, or the joint ones."""
    found = {name: [] for name, *_ in tables.one_sweep()[1:]}
    for name, *cells in tables.one_sweep()[1:]:
        found[name] = [q for q, cell in zip(QUANTITIES, cells, strict=True) if abs(getattr(cell, "value", cell)) > 10]
    assert found.pop("right") == []
    every = [set(q) <= {"log likelihood", "log prior"} and bool(q) for q in found.values()]
    return (NUMBERS[sum(every)],)


def seven_below():
    """By counting the draws below the truth, and the ranks that are as high."""
    draws = [-3, 12, 7, 4, 19, 8, 1, 10, 6]
    below = sum(draw < 11 for draw in draws)
    return NUMBERS[below].capitalize(), len(draws), NUMBERS[sum(rank >= below for rank in range(10))], below


def test_for_continuous_values():
    """The distance of a perfect sampler's ranks, and how often two thousand of them would be rejected."""
    values = np.arange(10) / 9
    above, below = np.arange(1, 11) / 10 - values, values - np.arange(10) / 10
    assert np.isclose(above[0], 0.1) and max(above.max(), below.max()) < 0.1 + 1e-12
    return ("reject" if stats.kstwo.sf(above.max(), 2_000) < 1e-6 else "accept",)


@cache
def four_samplers():
    """Ranks of a truth in four ways of drawing: too low, too wide, right, too narrow; tenths of them."""
    rng = np.random.default_rng(2)
    truth = rng.standard_normal(20_000)
    ways = {"low": (-0.4, 1), "wide": (0, 1.4), "right": (0, 1), "narrow": (0, 0.7)}
    shares = {}
    for name, (shift, spread) in ways.items():
        rank = (shift + spread * rng.standard_normal((49, truth.size)) < truth).sum(axis=0)
        shares[name] = np.bincount(rank // 5, minlength=10) / truth.size
    return shares


def shapes():
    """The four pictures of the exercise, from its values: which way of drawing gives the same slopes and ends."""
    cuts = stats.norm.ppf(np.arange(11) / 10)
    z = np.random.default_rng(4).standard_normal((4, 2_000))
    pictures = [np.histogram(at, cuts)[0] / 2_000 for at in (z[0] + 0.3, z[1] / 1.4, z[2], z[3] / 0.7)]
    known = four_samplers()
    return [min(known, key=lambda name: np.abs(known[name] - picture).sum()) for picture in pictures]


def shapes_in_words():
    words = {
        "low": ("below it: the draws lie too low",),
        "wide": ("in the middle of the draws: they spread too far",),
        "narrow": ("outside: they do not spread enough",),
    }
    first, second, third, fourth = shapes()
    assert third == "right"
    return words[first] + words[second] + words[fourth]


def shapes_as_pictures():
    """Ends against the middle, of the tenths that the exercise's values fall into."""
    cuts = stats.norm.ppf(np.arange(11) / 10)
    z = np.random.default_rng(4).standard_normal((4, 2_000))
    first, second, third, fourth = (np.histogram(at, cuts)[0] for at in (z[0] + 0.3, z[1] / 1.4, z[2], z[3] / 0.7))
    low, high = curves.band()
    assert low <= third.min() and third.max() <= high

    def of(bars):
        ends, middle = bars[[0, -1]], bars[4:6]
        return "high" if ends.min() > middle.max() else "low" if ends.max() < middle.min() else "neither"

    assert of(first) == "neither" and of(second) != of(fourth)
    middle = {"low": "high", "high": "low"}
    return "rises" if first[-1] > first[0] else "falls", middle[of(second)], of(second), of(fourth)


def more_central():
    """Data sets for a standard error of a hundredth, at two shares."""
    needed = {share: share * (1 - share) / 0.01**2 for share in (0.5, 0.95)}
    return ("more" if needed[0.5] > needed[0.95] else "fewer", f"{round(needed[0.5]):,}")


def wider_world():
    """Coverage of the 80% intervals for mu when the truths spread more, from the covariance of mu and the data."""
    covariance = np.full((J, J), PRIOR_SD**2) + np.diag(SIGMA**2 + TAU**2)
    gain = np.linalg.solve(covariance, np.full(J, PRIOR_SD**2))
    believed = PRIOR_SD**2 - gain @ np.full(J, PRIOR_SD**2)
    real = (1 - gain.sum()) ** 2 * 10.0**2 + gain**2 @ (SIGMA**2 + TAU**2)
    expected = (1 - gain.sum()) ** 2 * PRIOR_SD**2 + gain**2 @ (SIGMA**2 + TAU**2)
    assert np.isclose(expected, believed) and abs(real / believed - 1) > 0.2
    return ("larger",) if real > expected else ("smaller",)


def wrong_by_a_fifth():
    """Which coverage of 80% intervals, for posteriors too wide or too narrow by a fifth, the check takes."""
    z = stats.norm.ppf(0.9)
    coverage = {word: 2 * stats.norm.cdf(z * (1 + sign * 0.2)) - 1 for word, sign in (("large", 1), ("small", -1))}
    return tuple(word for word, share in coverage.items() if ask(checks.too_wide, (share, ...))[0][0] == RIGHT)


def what_a_u_means():
    """Ranks of the truth among draws that spread too little or too much."""
    rng = np.random.default_rng(1)
    truth, draws = rng.normal(size=4000), rng.normal(size=(4000, 99))
    ends = {}
    for word, spread in {"narrow": 0.7, "wide": 1.4}.items():
        rank = (spread * draws < truth[:, np.newaxis]).sum(axis=1)
        ends[word] = np.mean((rank < 10) | (rank >= 90))
    return (max(ends, key=ends.get),)


def as_high():
    return judged_right(checking.rank_of_a_truth, {"at least as high": (7, 3 / 10), "higher": (7, 2 / 10)})


SENTENCES = [
    ("And how likely was a rank {}, if the sampler is right?", as_high),
    ("a **U** means that the posterior is too {}, so that the truth falls outside", what_a_u_means),
    ("A sampler's posterior standard deviations are 20% too {}; posteriors are normal", wrong_by_a_fifth),
    (
        "The {} sampler's do. The {} sampler's draws crowd together around the wrong place, so the truth often lies "
        "outside all of them.",
        bars_of_both,
    ),
    (
        "a deep U, with the two outer bars several times {} than the band and the middle bars well {} it.",
        bars_of_the_slip,
    ),
    ("whoever trusts them is {} more often than {}.", trust_in_the_slip),
    ("The second sampler's chains agree perfectly, on the {} answer.", chains_agree),
    (
        "the truth lies beyond all of them too {}, and the ranks of a right sampler make {}.",
        ranks_of_dependent_draws,
    ),
    (
        "The second row, without data, is flat for {}, the {} and the {}, and has nearly all ranks at the {} values "
        "for the {}.",
        without_data,
    ),
    (
        "The third row, without population, is flat for {}, the {} and the {}, and piles up at the {} ranks for "
        "the {}.",
        without_population,
    ),
    ("The {} contains the data, and the {} contains the population.", what_shows_it),
    ("The {} alone. The argument is that of the sampler without population:", what_sees_a_forgotten_prior),
    (
        "no pooling is {} *on average over data sets*.",
        lambda: no_pooling_is_calibrated()[:1],
    ),
    ("It is {} as well: the posterior standard deviation of A", lambda: no_pooling_is_calibrated()[1:]),
    (
        "Without population the truth lies {} most draws far too often: a large estimate is partly luck.",
        where_one_looks,
    ),
    (
        "The two of the lower row, without population, are {} at rank zero and {} to the right; their first bars stand "
        "far {} the bands, and their right halves lie {} them.",
        bars_where_one_looks,
    ),
    (
        "The proof that a right sampler's ranks are uniform holds the {} fixed. The argument just given for no pooling "
        "holds the {} fixed and averages over the noise",
        what_is_held_fixed,
    ),
    ("If $f$ is a constant, no draw is ever {} the truth, and every rank is {}.", ranks_that_tie),
    ("so its p-values **cannot exceed {}**.", highest_p_value),
    ("about {}% lie below 1%, but {} to {}% below 5% and {} to {}% below 10%.", p_values_of_a_right_sampler),
    (
        "of sixteen such p-values from right samplers, the smallest is below 10% about {} times in ten.",
        smallest_of_sixteen,
    ),
    (
        "A {} data sets find only gross mistakes, and not surely: one 30% too {} with a chance of {}%, one 30% "
        "too {} with {}%. {} find an error of a few per cent.",
        what_data_sets_find,
    ),
    ("rising on both sides, more steeply on the {}.", steeper_branch),
    (
        "intervals of *every* level that cuts off whole ranks (here the multiples of {}%) hold the truth as often as "
        "they say; with 49 draws none is one of exactly {}%.",
        levels_of_whole_ranks,
    ),
    ("The ranks of $\\mu$ are {} too, but only because these truths come from the population", ranks_of_mu),
    ("a step that is left out {} no average", what_a_left_out_step_changes),
    (
        "The curve for {} data sets is wide and shallow, that for {} narrower, and that for {} a narrow notch around "
        "one.",
        curves_of_power,
    ),
    ("Halve the mistake, and you need {} times as many data sets.", data_sets_for_half_the_mistake),
    (
        "The right one is {} to the last digits; each wrong one is {} by whole units,",
        right_and_wrong_conditionals,
    ),
    ("The joint quantities find all {} mistakes, and from one step each.", what_one_step_finds),
    ("{} draws lie below 11. The ranks 0 to {} are equally likely, and {} of the ten are {} or more.", seven_below),
    ("The test would {} every right sampler.", test_for_continuous_values),
    (
        "the truth has too many draws {}. In the second, the truth is too often {}. The third is flat. In the fourth, "
        "the truth is too often {}.",
        shapes_in_words,
    ),
    (
        "The first {}, with small dips, from left to right. The second is a hump, {} in the middle and {} at both "
        "ends. The third stays within the band. The fourth is a U, {} at both ends.",
        shapes_as_pictures,
    ),
    ("An interval for a more central share needs {}: {} for the 50% interval.", more_central),
    ("and the latter is now {} than the sampler thinks.", wider_world),
]
