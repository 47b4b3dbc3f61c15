"""Sentences of the chapter `shrinkage` whose deciding words are computed."""

import numpy as np
import references
from references import SIGMA, Y
from scipy import stats
from wording import SCHOOLS


def narrower_for_a_variance():
    """Posterior means if 5 is the variance, the standard deviation, and for 20: the ends, in whole points."""
    ends = {}
    for words, tau in (("tau squared 5", 5**0.5), ("tau 5", 5.0), ("tau 20", 20.0)):
        means = np.array([references.posterior_mean(school, tau) for school in "ABCDEFGH"])
        between = np.floor(means.min()), np.ceil(means.max())
        ends[words] = [int(end) for end in (between if tau < 20 else np.round([means.min(), means.max()]))]
    order = sorted(ends, key=lambda words: ends[words][1] - ends[words][0])
    return tuple(part for words in order for part in (words, *ends[words]))


def means(tau, y=Y, sigma=SIGMA):
    return references.given_tau(tau, y, sigma)[0][:-1]


def deviations(tau):
    return np.diag(references.given_tau(tau)[1])[:-1] ** 0.5


def kept(tau, school):
    """What a posterior mean keeps of a change of its own estimate while the population mean stands still."""
    precision = np.array([1 / SIGMA[school] ** 2, 1 / tau**2])
    return precision[0] / precision.sum()


def too_large_and_too_small():
    """Simulated schools: variances, errors of the largest and smallest estimates, and what pulling together does."""
    rng = np.random.default_rng(2)
    effects = rng.normal(8, 5, (20_000, 8))
    estimates = effects + 10 * rng.standard_normal(effects.shape)
    error = estimates - effects
    rows = np.arange(len(error))
    high, low = error[rows, estimates.argmax(axis=1)], error[rows, estimates.argmin(axis=1)]
    centre = estimates.mean(axis=1, keepdims=True)
    scale = {"together": 0.8, "apart": 1.25}
    loss = {way: np.mean((centre + by * (estimates - centre) - effects) ** 2) for way, by in scale.items()}
    return (
        "more" if estimates.var() > effects.var() else "less",
        "large" if np.mean(high > 0) > 0.5 else "small",
        "small" if np.mean(low < 0) > 0.5 else "large",
        min(loss, key=loss.get),
    )


def less_than_their_noise():
    """The sample variance from all pairs, against the mean sampling variance."""
    signal = np.subtract.outer(Y, Y).ravel() @ np.subtract.outer(Y, Y).ravel() / (2 * 8 * 7) - np.mean(SIGMA**2)
    return "less" if signal < 0 else "more", "negative" if signal < 0 else "positive"


def share_that_is_kept():
    """The share of its distance from the population mean that each school loses, ordered by its standard error."""
    mean, _ = references.given_tau(5.0)
    lost = (Y - mean[:-1]) / (Y - mean[-1])
    order = np.argsort(SIGMA, kind="stable")
    assert (np.diff(lost[order]) > -1e-9).all() or (np.diff(lost[order]) < 1e-9).all()
    return "large", "smaller" if lost[order[-1]] > lost[order[0]] else "larger"


def point_and_uncertainty():
    """At a spread of 5: the population mean against the pooled one, and school A's deviation against its error."""
    mean, _ = references.given_tau(5.0)
    return (
        "above" if mean[-1] > references.pooled()[0] else "below",
        "less" if deviations(5.0)[0] < SIGMA[0] / 2 else "more",
    )


def limits():
    """Where the population mean goes at both ends of the spread, and what the effects are there."""
    plain, precise = Y.mean(), references.pooled()[0]
    words = []
    for tau in (1e-3, 1e4):
        mean, _ = references.given_tau(tau)
        words.append("precision-weighted" if abs(mean[-1] - precise) < abs(mean[-1] - plain) else "plain")
        words.append("no pooling" if np.allclose(mean[:-1], Y, atol=0.01) else "complete pooling")
    assert np.ptp(means(1e-3)) < 1e-3
    return tuple(words)


def a_and_g():
    """The highest posterior mean on both sides of the crossing, and the more precise of the two."""
    at = references.crossing("A", "G")
    below, above = (SCHOOLS[means(tau).argmax()] for tau in (0.9 * at, 1.1 * at))
    error = dict(zip(SCHOOLS, SIGMA, strict=True))
    precise = error[below] < error[above]
    words = ("A precise", "an imprecise") if precise else ("An imprecise", "a precise")
    estimate = dict(zip(SCHOOLS, Y, strict=True))
    large = [stats.norm.sf(estimate[below], references.given_tau(tau)[0][-1], tau) for tau in (0.9 * at, 1.1 * at)]
    effects = "rare" if large[0] < large[1] else "common"
    return below, above, words[0], int(estimate[below]), words[1], int(estimate[above]), effects


def lowest_schools():
    """The school that is lowest for a large spread, and which ones it falls behind, in order."""
    low = SCHOOLS[means(100.0).argmin()]
    order = {tau: list(SCHOOLS[np.argsort(means(tau))]) for tau in (2.0, 60.0)}
    passed = [other for other in SCHOOLS if order[2.0].index(other) < order[2.0].index(low)]
    assert order[60.0][0] == low and SCHOOLS[Y.argmin()] == low and SIGMA[Y.argmin()] > np.median(SIGMA)
    first, last = sorted(passed, key=lambda other: references.crossing(low, other))
    before = SCHOOLS[means(0.95 * references.crossing(low, last)).argmin()]
    return low, low, first, last, before


def crossing_lines():
    """All pairs that change places up to a spread of 40, and where; the first leads by too little to be seen."""
    grid = np.arange(0.25, 40, 0.25)
    along = np.array([means(tau) for tau in grid])
    found = {}
    for one in range(8):
        for other in range(one + 1, 8):
            sign = np.sign(along[:, one] - along[:, other])
            if sign[0] != sign[-1]:
                found[SCHOOLS[one], SCHOOLS[other]] = references.crossing(SCHOOLS[one], SCHOOLS[other])
    first, middle, last = sorted(found, key=found.get)
    before = np.abs(np.subtract(*along[grid < found[first]].T[[SCHOOLS.tolist().index(one) for one in first]]))
    assert before.max() < 0.1
    return *middle, round(found[middle]), *last, round(found[last]), *first, round(found[first])


def edges_of_paths():
    """Where the schools agree and where they come near their own numbers; the population mean along the axis."""
    spread = {"left": np.ptp(means(1e-3)), "far to the right": np.ptp(means(1e3))}
    agree, own = sorted(spread, key=spread.get)
    assert np.allclose(means(1e3), Y, atol=0.05)
    return agree, own


def dashed_mean():
    along = [references.given_tau(tau)[0][-1] for tau in np.linspace(0.1, 40, 60)]
    assert np.ptp(along) < np.ptp(means(40.0)) / 10
    return ("rises" if (np.diff(along) > 0).all() else "falls",)


def slide_of_the_marker():
    """The curve up to the largest spread of the slider, and the part of its fall before a spread of 5."""
    fall = [references.restricted_log_likelihood(tau) - references.restricted_log_likelihood(0) for tau in (5, 60)]
    early, late = ("hardly at all" if abs(value) < 0.5 else "a long way" for value in fall)
    return "down" if fall[1] < 0 else "up", early, late


def dots_and_bars():
    """At a spread of 5, with 95% intervals; the curve below them."""
    low, high = stats.norm.interval(0.95, means(5.0), deviations(5.0))
    curve = [references.restricted_log_likelihood(tau) for tau in np.linspace(0, 60, 61)]
    falling = (np.diff(curve) < 0).all()
    return (
        int(np.floor(means(5.0).min())),
        int(np.ceil(means(5.0).max())),
        -round(low.min()),
        round(high.max()),
        "highest" if falling else "lowest",
        "falling" if falling else "rising",
    )


def ends_of_the_slider():
    """Intervals with no spread, and estimates at a spread of 60."""
    equal = np.ptp(means(1e-3)) < 1e-3 and np.ptp(deviations(1e-3)) < 1e-3
    near = np.abs(means(60.0) - Y).max() < 1.5 and (np.abs(deviations(60.0) / SIGMA - 1) < 0.05).all()
    return "identical" if equal else "different", "no pooling" if near else "complete pooling"


def nearer_to():
    """The range for a variance of 5; distances from the estimates and from the mean for a deviation of 20."""
    mean, _ = references.given_tau(20.0)
    own, middle = np.abs(mean[:-1] - Y), np.abs(mean[:-1] - mean[-1])
    words = ("their own estimates", "the mean")
    assert (own < middle).all() or (own > middle).all()
    within = {1: "a point", 2: "two points"}[round(np.ptp(means(5**0.5)))]
    return within, *(words if (own < middle).all() else words[::-1])


def variances():
    """Of estimates, effects and posterior means with a spread of 5 and errors of 10, from their joint normal law."""
    joint = np.array([[25.0, 25.0], [25.0, 125.0]])
    slope = joint[0, 1] / joint[1, 1]
    return {"estimates": joint[1, 1], "true effects": joint[0, 0], "posterior means": slope**2 * joint[1, 1]}


def too_much_and_too_little():
    found = variances()
    words = {True: "much", False: "little"}
    names = ("estimates", "posterior means")
    assert sorted(found, key=found.get)[1] == "true effects"
    return tuple(words[found[name] > found["true effects"]] for name in names)


def widest_and_narrowest():
    return tuple(sorted(variances(), key=variances().get, reverse=True))


def extremes_and_the_best():
    """How many exceed 15 at a spread of 10; the highest posterior mean and the likeliest best at a spread of 5."""
    fewer = np.sum(means(10.0) > 15) < references.expected_above(15, 10.0)
    best = {school: references.chance_of_being_best(school, 5.0) for school in "AG"}
    little = variances()["posterior means"] < variances()["true effects"]
    return (
        "little" if little else "much",
        "few" if fewer else "many",
        SCHOOLS[means(5.0).argmax()],
        max(best, key=best.get),
    )


def best_guesses():
    """The best spread by both likelihoods; Q against seven, and the pooling that goes with the best spread."""
    best = {references.best_tau(curve) for curve in (references.log_likelihood, references.restricted_log_likelihood)}
    zero = best == {0.0}
    low = references.pooled()[2] < 7
    return (
        "zero" if zero else "ten",
        "complete" if zero else "no",
        "less" if low else "more",
        "below" if low else "above",
        "zero" if low else "ten",
    )


def outlier_under_a_heavy_tail():
    """How far 58 and 28 move towards 8: a normal population and a t with 4 degrees, both of spread 5."""
    theta = np.linspace(-150, 200, 35_001)
    laws, less = (stats.norm(8, 5), stats.t(4, 8, 5 / 2**0.5)), []
    for estimate in (58, 28):
        moved = []
        for law in laws:
            assert np.isclose(law.std(), 5)
            weight = law.pdf(theta) * stats.norm.pdf(estimate, theta, 15)
            moved.append(estimate - weight @ theta / weight.sum())
        less.append(moved[1] < moved[0])
    tail = "heavier" if laws[1].sf(58) > laws[0].sf(58) else "lighter"
    return tail, "less" if less[0] else "more", "does" if less[1] else "does not"


def better_on_average():
    """Expected squared errors at a spread of 5 of effects drawn from the population, and of an effect of 28."""
    total = sum(variance for variance in deviations(5.0) ** 2)
    weight = kept(5.0, 0)
    of_a = (weight * SIGMA[0]) ** 2 + ((1 - weight) * (28 - 8)) ** 2
    wrong = sum((kept(5.0, j) * SIGMA[j]) ** 2 + ((1 - kept(5.0, j)) * 20) ** 2 for j in range(8))
    words = ["smaller" if error < (SIGMA**2).sum() else "larger" for error in (total, wrong)]
    return *words, "worse" if of_a > SIGMA[0] ** 2 else "better"


def less_than_a_third():
    """Regression of the effect on the estimate with a spread of 8 and errors of 12."""
    share = (64 / 208) ** 2 * 208 / 64
    return ("Less" if share < 1 / 3 else "More",)


def larger_school():
    """Posterior means and the share of its own number that A keeps, when its error is halved."""
    sharper = np.where(SCHOOLS == "A", SIGMA / 2, SIGMA)
    change = means(5.0, sigma=sharper) - means(5.0)
    own, pull = (
        [means(5.0, Y + (SCHOOLS == "A"), sigma)[school] - means(5.0, Y, sigma)[school] for sigma in (SIGMA, sharper)]
        for school in (0, 4)
    )
    assert (change[1:] > 0).all() or (change[1:] < 0).all()
    assert (np.round(np.abs(change[1:])) >= 2).all() and (np.round(np.abs(change[1:])) <= 3).all()
    return (
        "more" if own[1] > own[0] else "less",
        "more" if pull[1] > pull[0] else "less",
        "rises" if change[1] > 0 else "falls",
    )


def second_look():
    """The chance that a second experiment in school A stays below the first."""
    spread = (deviations(5.0)[0] ** 2 + SIGMA[0] ** 2) ** 0.5
    return ("less" if references.phi((28 - means(5.0)[0]) / spread) > 0.5 else "more",)


def starts_and_ends_of_paths():
    """Posterior means for a spread near zero and for one of 40, as the figure goes."""
    start, end = (np.array([references.posterior_mean(j, tau) for j in SCHOOLS]) for tau in (0.5, 40.0))
    over = [(g, a) for g in range(8) for a in range(8) if start[g] > start[a] and end[g] < end[a]]
    top = [(g, a) for g, a in over if end[a] == end.max()]
    low = [(c, e) for c, e in over if end[c] == end.min()]
    assert len(top) == 1 and len({c for c, _ in low}) == 1
    return (SCHOOLS[low[0][0]], *SCHOOLS[sorted(e for _, e in low)])


def towards_no_spread():
    """The chance that A is better than C for a spread near zero, and with one effect for all."""
    near = references.a_beats_c(1e-3)
    return {0.5: "one half", 0.0: "zero"}[round(near, 2)], "zero"


def odds_of_a():
    odds = references.a_beats_c(5.0) / (1 - references.a_beats_c(5.0))
    return {1: "one", 2: "two", 3: "three"}[round(odds)], "one"


def skewed_variance():
    """The noise alone, simulated: how often a sample variance of eight lies below its own mean."""
    noise = np.random.default_rng(4).normal(0, SIGMA, (50_000, 8)).var(axis=1, ddof=1)
    assert (noise < np.mean(SIGMA**2)).mean() > 0.55
    third = ((noise - noise.mean()) ** 3).mean()
    return ("skewed" if third > 0 else "symmetric",)


def close_and_far():
    """Which of the three spreads are near each other, in the order of the sentence before; schools that do not tell."""
    given = np.array([means(tau) for tau in (20.0, 5**0.5, 5.0)])
    apart = np.abs(given[:, np.newaxis] - given)
    near = {(one, other) for one in range(3) for other in range(one) if apart[one, other].max() < 2}
    assert near == {(2, 1)}
    except_in = SCHOOLS[apart[0, 1:].min(axis=0) < 2]
    assert sorted(except_in) == sorted(SCHOOLS[np.argsort(np.abs(Y - references.given_tau(5.0)[0][-1]))[:2]])
    return "last", "first", *except_in


def chances_of_an_effect():
    chance = dict(zip(SCHOOLS, stats.norm.sf(0, means(5.0), deviations(5.0)), strict=True))
    return min(chance, key=chance.get), max(chance, key=chance.get)


def error_of_each_school():
    """Posterior variances, which are expected squared errors when effects come from the population, and the others."""
    less = deviations(5.0) ** 2 < SIGMA**2
    return ("smaller" if less.all() else "larger",)


SENTENCES = [
    ("shrinking makes every school's expected squared error {}.", error_of_each_school),
    ("it falls to {}, and not to the {} of complete pooling", towards_no_spread),
    ("it is {} to {}, {{glue:text}}`a_beats_c_5:.2f`", odds_of_a),
    ("and not in one half, since a sample variance is {}.", skewed_variance),
    (
        "The {} two differ by less than two points in every school; the {} is more than two points from both, "
        "except in {} and {}, which lie near the mean anyway",
        close_and_far,
    ),
    ("`positive_least:.2f` in {} to {{glue:text}}`positive_most:.2f` in {}.", chances_of_an_effect),
    (
        "School {}, which starts above {} and {}, drops below both.",
        starts_and_ends_of_paths,
    ),
    (
        "For {} all markers stand between {} and {}, for {} between {} and {}, and for {} they spread from {} to {},",
        narrower_for_a_variance,
    ),
    (
        "So the estimates vary {} than the effects do. That is why the largest estimate is usually too {} and the "
        "smallest too {}, and why it pays to pull them {}.",
        too_large_and_too_small,
    ),
    (
        "The eight estimates vary *{}* than their own noise should make them vary: "
        "{{glue:text}}`sample_variance:.1f` against {{glue:text}}`mean_noise_variance:.0f`. Subtract, and the variance "
        "of the signal comes out {}.",
        less_than_their_noise,
    ),
    ("Schools with {} standard errors keep a {} share of their distance from the mean.", share_that_is_kept),
    (
        "a little {} the pooled mean of the last chapter. Given that $\\tau$ is 5, borrowing strength from seven other "
        "schools has cut the uncertainty to {} than half;",
        point_and_uncertainty,
    ),
    ("becomes the {} mean: **{}**.", lambda: limits()[:2]),
    (
        "every $w_j \\to 1$: **{}**. The mean $\\hat\\mu(\\tau)$ becomes the {} average,",
        lambda: limits()[:1:-1],
    ),
    (
        "the highest posterior mean is {}'s, not {}'s.** {} {} outranks {} {} when large effects are {}.",
        a_and_g,
    ),
    (
        "At the other end, {}'s −3 is the lowest estimate but also a very uncertain one. {} falls behind {} at "
        "{{glue:text}}`crossing_cf:.1f` points and behind {} only at {{glue:text}}`crossing_ce:.1f`; between 0 and "
        "there, {}'s posterior mean is the lowest.",
        lowest_schools,
    ),
    (
        "At the {} edge all schools agree; {} each will return to its own number.",
        edges_of_paths,
    ),
    (
        "Because weights differ, lines cross: {} and {} near {}, {} and {} near {}, and {} and {} near {}, which only",
        crossing_lines,
    ),
    ("The dashed population mean {} only slightly.", dashed_mean),
    (
        "how far the marker slides {} the curve below, which says how well each $\\tau$ fits the data "
        "(a later section explains it): {} up to $\\tau = 5$, {} by 60.",
        slide_of_the_marker,
    ),
    (
        'all eight dots lie between {} and {}, and " "the bars run from about minus {} to {}. Below: the log marginal '
        'likelihood " "of the spread, {} at zero and {} slowly,',
        dots_and_bars,
    ),
    (
        "At $\\tau = 0$ the eight intervals are {}. By $\\tau = 60$ each "
        "estimate is nearly its school's own number, and the intervals are nearly those of {}.",
        ends_of_the_slider,
    ),
    (
        "A variance of 5 leaves the schools within about {} of each other; a standard deviation of 20 leaves them "
        "nearer to {} than to {}.",
        nearer_to,
    ),
    (
        "The estimates vary too {}, and the posterior means too {}: the truth lies in between.",
        too_much_and_too_little,
    ),
    (
        "The {} are the widest, from about minus 25 to 40. The {} are narrower, from about minus 7 to 23. The {} are "
        "the narrowest,",
        widest_and_narrowest,
    ),
    (
        "The means vary too {}, too {} of them are extreme, and the school with the highest mean need not be the one "
        "most likely to be best: at $\\tau = 5$ {} has the higher mean, but {} is the best school",
        extremes_and_the_best,
    ),
    (
        'All say **{}**: {} pooling, after all that. The companion of the "always" has failed again: the estimates '
        "differ {} than noise alone would on average make them differ ($Q$ is {} $J - 1$). That forces "
        "the moment estimate to {};",
        best_guesses,
    ),
    (
        "A {} tail with the same standard deviation shrinks an estimate {} only once it lies far out for its standard "
        "error; a 28 with a standard error of 15 {}.",
        outlier_under_a_heavy_tail,
    ),
    (
        "and averaged over the population, shrinkage makes the expected total squared error {}; with $\\tau = 5$ "
        "where 20 is true it makes it {}. School A, if its effect is really 28, is {} off.",
        better_on_average,
    ),
    ("{} than a third of the variance of the effects is left.", less_than_a_third),
    (
        "so A keeps {} of its own number. And since it counts for {} in $\\hat\\mu$, *every other school {} too*, by "
        "two to three points.",
        larger_school,
    ),
    ("The second look at a remarkable result is usually {} remarkable.", second_look),
]
