"""Sentences of the chapter `pooling` whose deciding words are computed."""

from fractions import Fraction

import numpy as np
import references
from exercise_rules import ask
from references import SIGMA, Y
from scipy import optimize, stats
from wording import NUMBERS, SCHOOLS, listed

from lib.checks import RIGHT
from lib.exercises import pooling

PRECISION = 1 / SIGMA**2
LEVEL = 0.05


def best_and_worst():
    """The two schools that the chapter starts with: the highest estimate and the lowest, below zero."""
    high, low = Y.argmax(), Y.argmin()
    return SCHOOLS[high], int(Y[high]), SCHOOLS[low], int(abs(Y[low])), "behind" if Y[low] < 0 else "ahead"


def where_bars_overlap():
    """From the highest lower end to the lowest upper end of the 95% intervals."""
    low, high = stats.norm.interval(0.95, Y, SIGMA)
    pairs = (low[:, np.newaxis] < high).sum(axis=1) == 8
    width = high - low
    words = "all eight" if pairs.all() else "some"
    return round(width.min()), round(width.max()), words, -round(low.max()), round(high.min())


def weights_of_e_and_h():
    """What a small change of one estimate moves the pooled mean: the largest share, the smallest."""
    shares = np.array([references.pooled(Y + row)[0] for row in np.eye(8)]) - references.pooled()[0]
    heavy, light = shares.argmax(), shares.argmin()
    order = {SIGMA.min(): "smallest", SIGMA.max(): "largest"}
    return SCHOOLS[heavy], order[SIGMA[heavy]], SCHOOLS[light]


def extremes_of_eight():
    """Distributions of the largest and the smallest of eight: where they are steepest, and the chance of the range."""
    edges = np.arange(-150, 150, 0.01)
    below = stats.norm.cdf((edges[:, np.newaxis] - references.pooled()[0]) / SIGMA)
    laws = {"largest": below.prod(axis=1), "smallest": 1 - (1 - below).prod(axis=1)}
    words = []
    for name in sorted(laws, key=lambda name: laws[name].mean()):
        peak = edges[np.diff(laws[name]).argmax()]
        seen = Y.max() if name == "largest" else Y.min()
        low, high = (10, 45) if name == "largest" else (-30, 5)
        chance = np.diff(np.interp([low, high], edges, laws[name]))[0]
        assert 0.9 < chance < 0.98
        assert 0.1 < np.interp(seen, edges, laws[name]) < 0.9
        words += [name, abs(round(peak)), "right" if seen > peak else "left"]
    return tuple(words)


def this_and_some():
    """Chance that school A reaches 28, and that some school does; how many times as large the larger one is."""
    chances = {
        "this": 1 - references.phi((28 - references.pooled()[0]) / SIGMA[0]),
        "some": references.some_at_least(28),
    }
    small, large = sorted(chances, key=chances.get)
    return small, large, NUMBERS[round(chances[large] / chances[small])]


def surprise_with_an_uncertain_mean():
    """Chances of a 28 and of a -3, before and after the mean is known only with an error."""
    before = np.array([references.some_at_least(28), references.some_at_most(-3)])
    after = np.array([references.some_averaged(28.0, 1), references.some_averaged(-3.0, -1)])
    before, after = np.append(before, references.some_at_both()), np.append(after, references.both_averaged())
    change = np.abs(after - before)
    return "a little" if change.max() < 0.05 else "a lot", "nothing special" if after.min() > LEVEL else "a surprise"


def imprecise_experiments():
    """The widths at half height of the densities of the schools, and the weights that the pooled mean gives them."""
    x = np.arange(-100, 100, 0.01)
    heights = stats.norm.pdf(x[:, np.newaxis], 0, SIGMA)
    width = (heights > heights.max(axis=0) / 2).sum(axis=0)
    weight = np.array([references.pooled(Y + row)[0] for row in np.eye(8)]) - references.pooled()[0]
    return ("an imprecise" if weight[width.argmax()] < weight[width.argmin()] else "a precise",)


def farthest_dot():
    """By its own standard errors and by points alike."""
    distance = Y - references.pooled()[0]
    far = np.abs(distance / SIGMA)
    assert np.abs(distance).argmax() == far.argmax()
    return "No" if far.max() < stats.norm.ppf(0.975) else "One", SCHOOLS[far.argmax()]


def less_than_chance():
    """Q and its mean under one common effect, from the trace of its form."""
    form = np.diag(PRECISION) - np.outer(PRECISION, PRECISION) / PRECISION.sum()
    low = Y @ form @ Y < np.trace(form @ np.diag(SIGMA**2))
    return ("below", "less") if low else ("above", "more")


def curve_of_power():
    """By Imhof's formula; in steps of five per cent, since the text says "about"."""
    chances = [references.power_of_q(tau) for tau in (1e-6, 10.0, 20.0)]
    rising = np.all(np.diff([references.power_of_q(tau) for tau in np.arange(2.5, 26, 2.5)]) > 0)
    return "Rising" if rising else "Falling", *(5 * round(20 * chance) for chance in chances)


def silent_at_the_pooled_effect():
    return ("silent" if references.power_of_q(references.pooled()[0]) < 1 / 2 else "alarmed",)


def notices_five_points():
    """A spread of 5 points against half of the pooled effect, and the chance to notice it against a false alarm."""
    times = references.power_of_q(5.0) / LEVEL
    return "more" if references.pooled()[0] / 2 < 5 else "less", {1: "once", 2: "twice", 3: "thrice"}[round(times)]


def ends_of_pooling():
    """How much of the differences a spread near zero and a very large one leave, and where the figure has them."""
    kept = {}
    for name, tau in (("complete pooling", 1e-2), ("no pooling", 1e4)):
        means = references.given_tau(tau)[0][:-1]
        kept[name] = np.ptp(means) / np.ptp(Y)
    none, every = sorted(kept, key=kept.get)
    assert kept[none] < 1e-3 and kept[every] > 0.999
    return every.capitalize(), none


def sides_of_the_compromise():
    """On an axis from weight 0 to 1: the end where the schools agree, and the one where each has its estimate."""
    spread = {side: np.ptp(w * Y + (1 - w) * references.pooled()[0]) for side, w in (("left", 0), ("right", 1))}
    return min(spread, key=spread.get), max(spread, key=spread.get)


def tail_with_a_dozen_pupils():
    """Q of equal means whose standard errors are estimated from twelve pupils each."""
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(8000, 8, 12))
    mean, weight = scores.mean(axis=2), 12 / scores.var(axis=2, ddof=1)
    centre = (weight * mean).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    q = (weight * (mean - centre) ** 2).sum(axis=1)
    return ("heavier" if np.mean(q > stats.chi2.ppf(1 - LEVEL, 7)) > LEVEL else "lighter",)


def with_a_shared_control_group():
    """The error of the pooled mean, simulated, when the schools B and E subtract the mean of the same pupils."""
    rng = np.random.default_rng(5)
    coached, control = rng.normal(0, SIGMA, (400_000, 8)), rng.normal(0, 6, 400_000)
    errors = coached.copy()
    for school in (1, 4):
        errors[:, school] = coached[:, school] * (1 - (6 / SIGMA[school]) ** 2) ** 0.5 - control
    assert np.allclose(errors.std(axis=0), SIGMA, rtol=0.01)
    together = np.corrcoef(errors[:, 1], errors[:, 4])[0, 1] > 0.1
    true = (errors @ PRECISION / PRECISION.sum()).std()
    return "together" if together else "apart", "larger" if true > 1.03 * references.pooled()[1] else "smaller"


def what_the_chance_of_a_allows_for():
    """School A's chance beside one that allows for the picking, and one in whose mean A itself has no part."""
    mean, _, _ = references.pooled(Y[1:], SIGMA[1:])
    one, other = (1 - references.phi((28 - center) / SIGMA[0]) for center in (references.pooled()[0], mean))
    allows = [references.some_at_least(28) < 1.5 * one, other > 0.95 * one]
    return (["none", "one", "all"][sum(allows)],)


def with_any_mean():
    """Q of the eight estimates and of the same ones moved together."""
    q = [references.pooled(Y + by)[2] for by in (0, 8, -300)]
    return ("does not change" if np.allclose(q, q[0]) else "changes",)


def two_schools():
    """A and B only, by least squares: how many times as much B counts."""
    pair = {school: references.pooled(Y[:2] + row, SIGMA[:2])[0] for school, row in zip("AB", np.eye(2), strict=True)}
    share = {school: mean - references.pooled(Y[:2], SIGMA[:2])[0] for school, mean in pair.items()}
    light, heavy = sorted(share, key=share.get)
    return heavy, f"{Fraction(share[heavy] / share[light]).limit_denominator(20)}", light


def answer_of_two_schools():
    mean, error, _ = references.pooled(Y[:2], SIGMA[:2])
    near, far = sorted(Y[:2], key=lambda y: abs(y - mean))
    return int(near), int(far), "more" if error < SIGMA[:2].min() else "less"


def for_a_fifth_of_the_error():
    """Standard errors of the pooled mean of eight schools, and of so many times as many with the same errors."""
    error = {times: references.pooled(np.tile(Y, times), np.tile(SIGMA, times))[1] for times in range(1, 40)}
    return ([times for times in error if np.isclose(error[times], error[1] / 5)][0],)


def pulls():
    """Change of the pooled mean without each school; weights and distances in points."""
    change = np.array([references.pooled(np.delete(Y, j), np.delete(SIGMA, j))[0] for j in range(8)])
    change -= references.pooled()[0]
    weight, distance = PRECISION / PRECISION.sum(), np.abs(Y - references.pooled()[0])
    first, second, third = np.argsort(-np.abs(change))[:3]
    assert change[first] * change[second] < 0 and abs(change[second]) > 0.9 * abs(change[first])
    assert np.allclose(np.abs(change), weight * distance / (1 - weight))
    assert weight[first] == weight.max() and distance[third] == distance.max()
    more = weight[second] > weight.mean() and distance[second] > distance.mean()
    return (
        *SCHOOLS[[first, second, first]],
        SCHOOLS[second],
        "more" if more else "less",
        SCHOOLS[third],
        "small" if weight[third] < weight.mean() else "large",
    )


def eight_schools_like_a():
    """Chance of one school, and of some of eight."""
    one = 1 - references.phi((28 - references.pooled()[0]) / 15)
    some = 1 - (1 - one) ** 8
    return "more" if some > 1 / 2 else "less", "less" if one < 1 / 11 else "more"


def with_half_the_errors():
    """Q, its p-value and the pooled mean with errors half as large."""
    mean, _, q = references.pooled(Y, SIGMA / 2)
    before = references.pooled()
    return (
        NUMBERS[round(q / before[2])],
        "does not move" if np.isclose(mean, before[0]) else "moves",
        "rejects" if stats.chi2.sf(q, 7) < LEVEL / 5 else "keeps",
    )


def reliable_from():
    """The spread at which the test notices four times in five, against the middle of the standard errors."""
    enough = optimize.brentq(lambda tau: references.power_of_q(tau) - 0.8, 1, 60, xtol=0.01)
    return NUMBERS[round(5 * references.power_of_q(20.0))], "more" if enough > 1.3 * np.median(SIGMA) else "less"


def standard_error_of_the_exercise():
    """Which of the whole numbers has, at 10 points a school, the number of schools that the check takes."""
    takes = [error for error in range(1, 11) if ask(pooling.how_many, ((10 / error) ** 2,))[0] == [RIGHT]]
    return tuple(takes)


def schools_by_error():
    order = SCHOOLS[np.argsort(references.SIGMA, kind="stable")]
    return listed(order[:3]), listed(order[:-4:-1])


def ends_of_eight(data=references.Y):
    return -data.min(), SCHOOLS[data.argmin()], data.max(), SCHOOLS[data.argmax()]


def on_their_shoulders():
    """A dot on a bell curve around the pooled effect: by its distance in standard errors."""
    z = (references.Y - references.pooled()[0]) / references.SIGMA
    near = np.abs(z) < 0.3
    assert (np.abs(z)[~near] > 0.5).all()
    right, left = SCHOOLS[~near & (z > 0)], SCHOOLS[~near & (z < 0)]
    by_value = [SCHOOLS[j] for j in np.argsort(references.Y) if SCHOOLS[j] in left]
    return listed(right), f"{', '.join(by_value[:-1])} and {by_value[-1]}", listed(SCHOOLS[near])


def heavier_counts_less():
    """What the compromise keeps of a school's distance, by the size of its standard error."""
    kept = [references.given_tau(10.0, references.Y + row)[0][j] for j, row in enumerate(np.eye(8))]
    kept = np.array(kept) - references.given_tau(10.0)[0][:-1]
    precise, imprecise = SIGMA.argmin(), SIGMA.argmax()
    return "smaller" if kept[imprecise] < kept[precise] else "larger", "larger"


def without_its_own_28():
    """The chance of a 28 in school A when the pooled mean is that of the others, and that of all."""
    others, every = (references.phi((mean - 28) / 15) for mean in (references.pooled(Y[1:], SIGMA[1:])[0], 7.685617))
    return ("falls" if others < every else "rises",)


SENTENCES = [
    ("It comes out {} for a school with a {} standard error", heavier_counts_less),
    ("and the chance that A reaches 28 {} to", without_its_own_28),
    ("The estimates run from minus {:.0f} in school {} to {:.0f} in school {}.", ends_of_eight),
    (
        "The dots of {} lie on the right shoulder, those of {} on the left, those of {} near the centre.",
        on_their_shoulders,
    ),
    ("narrow for schools {} and wide for {}.", schools_by_error),
    (
        "every school has a standard error of 10 points. How many schools must be pooled before the standard error of "
        "the pooled mean is {} points?",
        standard_error_of_the_exercise,
    ),
    (
        "In school {} the coached pupils ended {} points ahead of the others; in school {} they ended {} points *{}*.",
        best_and_worst,
    ),
    (
        "Each has a bar about {} to {} points wide, and {} bars overlap from about minus {} to {}.",
        where_bars_overlap,
    ),
    (
        "School {}, with the {} standard error, has {{glue:text}}`weight_largest:.0%` of the weight; school {} has "
        "{{glue:text}}`weight_smallest:.0%`.",
        weights_of_e_and_h,
    ),
    (
        "The {} of eight simulated estimates peaks near {} and has most values from 10 to 45; the observed 28 lies {} "
        "of the peak. The {} peaks near minus {} and has most values from minus 30 to 5; the observed minus 3 lies {} "
        "of the peak.",
        extremes_of_eight,
    ),
    (
        "For {} school the chance is {{glue:text}}`this_a:.3f`; for *{}* school it is {{glue:text}}`some_max:.3f`, "
        "{} times as large.",
        this_and_some,
    ),
    (
        "The answers move {}, to {{glue:text}}`averaged_max:.4f`, {{glue:text}}`averaged_min:.4f` and "
        "{{glue:text}}`averaged_both:.4f`, and the conclusion does not move at all: a 28 and a −3 in one set are {} "
        "for eight schools",
        surprise_with_an_uncertain_mean,
    ),
    ("A wide density is {} experiment.", imprecise_experiments),
    ("{} dot is far out in a tail; school {}'s is the farthest.", farthest_dot),
    ("*{}* its mean: the eight schools differ {} than chance alone makes eight equal schools", less_than_chance),
    (
        "{} curve. The chance that the test rejects starts at {} percent when the effects do not differ, is about {} "
        "percent when their standard deviation is 10 points, and reaches about {} percent only near 20 points.",
        curve_of_power,
    ),
    ("For spreads as large as the pooled effect itself the test is usually {}.", silent_at_the_pooled_effect),
    (
        "If the true effects vary by 5 points, {} than half of the pooled effect, the test notices "
        "{{glue:text}}`power_at_5:.0%` of the time, only {} as often as it raises a false alarm.",
        notices_five_points,
    ),
    ("{} takes every difference for real; {} takes none.", ends_of_pooling),
    (
        "On the {} all schools have the pooled effect; on the {} each has its own number.",
        sides_of_the_compromise,
    ),
    ("and $Q$ would have a {} tail than chi-squared.", tail_with_a_dozen_pupils),
    (
        "If two schools had shared a control group, their errors would go {}, and the true standard error of the "
        "pooled mean would be {} than the one printed.",
        with_a_shared_control_group,
    ),
    ("the {{glue:text}}`this_a:.3f` for school A allows for {} of these.", what_the_chance_of_a_allows_for),
    ("$Q$ {} when all estimates move together", with_any_mean),
    ("so {} counts for $225/100 = {}$ times as much as {}.", two_schools),
    (
        "The answer lies nearer to {} than to {}, and it is {} precise than either school alone.",
        answer_of_two_schools,
    ),
    ("A fifth of the error takes {} times the data.", for_a_fifth_of_the_error),
    (
        "{} moves it most, and {} nearly as much the other way. The pull of a school is its weight times its distance "
        "in points from the pooled mean, divided by the weight of the others: {} has the largest weight, {} {} than "
        "the average of both. {} comes third: its distance is the largest, its weight {}.",
        pulls,
    ),
    (
        "It is {} likely than not, although each single school has {} than a one in eleven chance.",
        eight_schools_like_a,
    ),
    (
        "a quarter of the variance means {} times the term. The weights keep their proportions, so $\\hat\\mu$ {}.",
        lambda: with_half_the_errors()[:2],
    ),
    ("Now the test {} one common effect clearly.", lambda: with_half_the_errors()[2:]),
    (
        "About {} times in five. The test becomes reliable only when the effects vary clearly {} than a typical "
        "standard error.",
        reliable_from,
    ),
]
