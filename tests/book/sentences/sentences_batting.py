"""Sentences of the chapter `batting` whose deciding words are computed."""

import csv
import re

import curves_batting
import curves_batting as curves
import numpy as np
import references_batting as batting
from paths import ROOT
from scipy import integrate, special, stats
from tables_batting import AFTER, FIRST, james_stein_averages, james_stein_share, roster
from wording import NUMBERS

ORDINALS = {2: "half", 3: "third", 8: "eighth", 9: "ninth", 10: "tenth"}


def surnames():
    return np.array([name.split()[-1] for name, _ in roster()])


def squared(predictions, truth):
    return float(((predictions - truth) ** 2).sum())


def share_on_averages():
    """Share of the distance that James-Stein keeps on the scale of averages."""
    return james_stein_share(FIRST, 215 / 810 * 595 / 810 / 45)


def dome_and_plateau():
    """Standard deviations on both scales; in the band they are within a few per cent of one on the right."""
    chance = np.linspace(0.02, 0.98, 97)
    left = np.sqrt(chance * (1 - chance) / 45)
    right = np.array([batting.sd_on_arcsine(p) for p in chance])
    flat, edges = right[(chance > 0.15) & (chance < 0.85)], right[(chance < 0.1) | (chance > 0.9)]
    assert np.abs(flat - 1).max() < 0.04 < 0.2 < np.abs(edges - 1).max()
    top = 48 if left[48] == left.max() else int(left.argmin())
    return (
        "highest" if left[top] == left.max() else "lowest",
        ORDINALS[round(1 / chance[top])],
        "above" if flat.min() > 1 else "below",
        "upwards" if edges.max() > flat.max() else "downwards",
    )


def gain_without_individuals():
    """Squared errors on both scales, in order: what the second saves of what the third saves."""
    orders, shares = [], []
    x, theta = batting.arcsine(FIRST), batting.arcsine(AFTER)
    for first, rest, kept in ((x, theta, james_stein_share(x, 1)), (FIRST, AFTER, share_on_averages())):
        error = {
            name: squared(batting.shrunk(share, first), rest)
            for name, share in {"own": 1, "grand mean": 0, "James-Stein": kept}.items()
        }
        order = sorted(error, key=error.get, reverse=True)
        own, alone, best = (error[name] for name in order)
        orders.append(order)
        shares.append((own - alone) / (own - best))
    assert orders[0] == orders[1] and orders[0][0] == "own"
    return "Most" if min(shares) > 0.5 else "Little", *orders[0][1:]


def most_and_hardly_helped():
    """Gains in squared error; and whose truth is nearest to the middle between the ring and the dot."""
    predicted = james_stein_averages()
    gain = (FIRST - AFTER) ** 2 - (predicted - AFTER) ** 2
    middle = np.abs((AFTER - predicted) / (FIRST - predicted) - 0.5).argmin()
    assert 0 < gain[middle] < gain.max() / 50
    return surnames()[gain.argmax()], surnames()[middle]


def largest_gain():
    gain = (FIRST - AFTER) ** 2 - (james_stein_averages() - AFTER) ** 2
    return (roster()[gain.argmax()][0],)


def scales_of_clemente():
    """On which scale the prediction of the first player is nearer than his own average."""
    x, theta = batting.arcsine(FIRST), batting.arcsine(AFTER)
    lead = {}
    for scale, first, rest, kept in (
        ("averages", FIRST, AFTER, share_on_averages()),
        ("arcsine", x, theta, james_stein_share(x, 1)),
    ):
        own, shrunk = np.abs(first - rest)[0], np.abs(batting.shrunk(kept, first) - rest)[0]
        lead[scale] = (own - shrunk) / own
    [nearer] = [scale for scale in lead if lead[scale] > 0]
    [further] = [scale for scale in lead if lead[scale] < 0]
    assert lead[nearer] < 0.05
    return nearer, further


def lowest_of_the_parabola():
    """The best share in hindsight, and that of James-Stein."""
    share, error = batting.best_share()
    ends = [squared(batting.shrunk(end, FIRST), AFTER) for end in (0, 1)]
    kept = share_on_averages()
    assert abs(kept - share) < 0.04 and squared(batting.shrunk(kept, FIRST), AFTER) < 1.01 * error
    return (
        "lowest" if error < min(ends) else "highest",
        NUMBERS[round(10 * share)],
        "right" if kept > share else "left",
    )


def gains_in_dimensions():
    """Risks per dimension of four rules over the spread of the true values, by quadrature."""
    spread = [0.0, 0.5, 1.0, 2.0, 4.0]

    def over_spread(k, noncentrality):
        return np.array([curves.stein_risk(k, noncentrality(s)) / k for s in spread])

    own = {k: over_spread(k, lambda s, k=k: k * s**2) for k in (2, 3, 10, 50)}
    wrong = {k: over_spread(k, lambda s, k=k: k * (s**2 + 4)) for k in (2, 3, 10, 50)}
    mean = {k: (1 + over_spread(k - 1, lambda s, k=k: k * s**2) * (k - 1)) / k for k in (3, 10, 50)}
    [empty] = [k for k in own if np.allclose(own[k], 1)]
    helped = [k for k in own if k != empty]
    sides = {"below" if (own[k] < 1).all() else "above" for k in helped}
    falls = all((own[few] > own[many]).all() for few, many in ((3, 10), (10, 50)))
    less = all((wrong[k] > own[k]).all() for k in helped)
    free = all((wrong[k] <= 1 + 1e-12).all() for k in own)
    [used] = [k for k in mean if np.allclose(mean[k], 1)]
    [rule] = [name for name, risk in {"grand mean": mean, "wrong point": wrong}.items() if np.allclose(risk[used], 1)]
    return (
        empty,
        min(helped),
        *sides,
        "more" if falls else "fewer",
        "less" if less else "more",
        "nothing" if free else "something",
        used,
        rule,
    )


def best_factor():
    """Risk of 1 - c / |X|^2 in five dimensions, one true value at 1.5, by quadrature, against c up to 6, and at 7."""
    k, eta = 5, 1.5
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    x, weight = (eta + z)[:, np.newaxis], (weight / weight.sum())[:, np.newaxis]
    square = np.linspace(1e-6, 80, 6001)
    density = stats.chi2.pdf(square, k - 1)

    def risk(c):
        factor = 1 - c / (x**2 + square)
        total = (weight * ((factor * x - eta) ** 2 + factor**2 * square)).sum(axis=0)
        return integrate.simpson(density * total, x=square)

    factors = np.arange(0.5, 2 * (k - 2), 0.5)
    less = k - np.array([risk(c) for c in factors])
    turn = np.abs(less).argmax()
    assert (np.sign(less) == np.sign(less[turn])).all() and np.sign(k - risk(2 * (k - 2) + 1)) == -np.sign(less[turn])
    return (
        "positive" if less[turn] > 0 else "negative",
        "below" if less[turn] > 0 else "above",
        "largest" if less[turn] == less.max() else "smallest",
        round(k - factors[turn]),
    )


def odd_one_out():
    """Risks of eighteen coordinates, of which one is away from zero: the average of all, and its own."""
    eta = np.linspace(0, 12, 25)
    one, other = np.array([batting.coordinate_risks(18, value) for value in eta]).T
    risk = {"average risk": (one + 17 * other) / 18, "risk of the odd one out": one}
    [stays] = [name for name, values in risk.items() if values.max() < 1]
    [rises] = [name for name in risk if name != stays]
    assert (np.diff(risk[stays]) > 0).all() and risk[stays][-1] > 0.85
    crossing = np.interp(1, risk[rises][:8], eta[:8])
    peak, height, _ = batting.worst_odd_one()
    assert crossing % 1 < 0.3 and height / risk[rises][-1] < 2.5
    return (
        stays,
        ORDINALS[round(1 / risk[stays][0])],
        rises,
        ORDINALS[round(1 / risk[rises][0])],
        NUMBERS[int(crossing)],
        NUMBERS[round(height)],
        NUMBERS[int(peak)],
        NUMBERS[int(peak) + 1],
    )


def one_factor_for_all():
    """Highest risk with one noisy observation of ten, relative to no shrinkage."""
    return ("more" if batting.worst_unequal() > 1 else "less",)


def scores():
    """Log scores of three models, each player's: complete pooling, none, and the hierarchy."""
    return {
        "Complete pooling": batting.score_by_integration(216, 596),
        "No pooling": batting.score_by_integration(1 + batting.HITS, 46 - batting.HITS),
        "Partial pooling": batting.beta_scores(batting.REST_HITS, batting.REST)[0],
    }


def last_of_models():
    total = {name: score.sum() for name, score in scores().items()}
    out = min(total, key=total.get)
    behind = [round(score - total[out]) for name, score in total.items() if name != out]
    assert behind[0] == behind[1]
    return out, NUMBERS[behind[0]]


def worse_sin():
    """What plugging the averages in costs, against what not pooling does."""
    total = {name: score.sum() for name, score in scores().items()}
    certain = total["No pooling"] - batting.score_of_own_averages()
    return ("worse" if certain > total["Complete pooling"] - total["No pooling"] else "lesser",)


def who_speaks_for_which():
    """Lead of the hierarchy over complete pooling: the leader in total, the longest bar, and the others' side."""
    each = scores()
    lead = each["Partial pooling"] - each["Complete pooling"]
    alone = np.abs(lead).argmax()
    others = np.delete(lead, alone)
    against = np.sign(others) == -np.sign(lead[alone])
    assert np.abs(others).max() < 0.5 and np.abs(lead.sum()) < 0.2
    return (
        surnames()[alone],
        "partial" if lead[alone] > 0 else "complete",
        "most" if against.mean() > 0.5 else "few",
        "against" if np.median(others) < 0 else "for",
    )


def brings_and_costs():
    alone, kind, most, side = who_speaks_for_which()
    model = {"partial": "beta-binomial", "complete": "complete pooling"}[kind]
    return alone, model, most, {"against": "cost", "for": "bring"}[side]


def ahead_jointly():
    """Joint log scores; evidence begins where one probability is three times the other."""
    joint = batting.beta_scores(batting.REST_HITS, batting.REST)[1] - batting.joint_score_of_one_rate()
    return "partial" if joint > 0 else "complete", "next to no" if abs(joint) < np.log(3) else "some"


def leads_of(power, version):
    """Lead of the hierarchy over complete pooling, one by one and jointly, and Williams's part of the first."""
    single, joint = batting.beta_scores(*version, power)
    lead = single - batting.score_by_integration(216, 596, *version)
    return lead.sum(), joint - batting.joint_score_of_one_rate(*version), lead[batting.WILLIAMS]


def bars_of_williams():
    right, copied = (
        leads_of(-2.5, version)[2] for version in ((batting.REST_HITS, batting.REST), batting.with_copied_williams())
    )
    assert abs(right) < 0.3 and abs(copied) < 1
    return (
        surnames()[batting.WILLIAMS],
        "left" if right < 0 else "right",
        NUMBERS[round(abs(copied))],
        "left" if copied < 0 else "right",
    )


def other_prior():
    """With kappa to the power -2: weight on populations of a concentration above 1000, and the leads on both files."""
    alike = []
    for power in (-2.5, -3):
        alpha, beta, log_weight = batting.beta_population(power)
        alike.append(np.exp(special.logsumexp(log_weight[alpha + beta > 1000])))
    leads = [leads_of(-3, version) for version in ((batting.REST_HITS, batting.REST), batting.with_copied_williams())]
    single, joint = ([lead[part] for lead in leads] for part in (0, 1))
    assert np.sign(single[0]) == np.sign(single[1])
    ahead = sum(lead > 0 for lead in joint)
    return (
        "less" if alike[1] < alike[0] else "more",
        "trails" if single[0] < 0 else "leads",
        "leads" if ahead else "trails",
        "both" if ahead in (0, 2) else "one",
    )


def copies_without_pooling():
    """Expected lowest and highest number of hits in copies, and their expected variance, without and with pooling."""
    number, found = np.arange(46), []
    for alpha, beta, weight in curves.populations():
        chances = np.array([curves.chances(alpha, beta, 45, hits) for hits in batting.HITS])
        below = chances.cumsum(axis=2)
        highest = (1 - weight @ below.prod(axis=0)).sum()
        lowest = (weight @ (1 - below).prod(axis=0)).sum()
        means = chances @ number
        noise = (chances @ number**2 - means**2).mean(axis=0)
        found.append((lowest, highest, weight @ (noise + means.var(axis=0, ddof=1))))
    (lowest, highest, variance), pooled = found
    assert abs(pooled[0] - batting.HITS.min()) < 1 and abs(pooled[1] - batting.HITS.max()) < 1.5
    return (
        "lower" if lowest < pooled[0] else "higher",
        "higher" if highest > pooled[1] else "lower",
        "larger" if variance > max(pooled[2], batting.HITS.var(ddof=1)) else "smaller",
    )


def four_in_ten():
    """Chances that somebody bats four in ten; if all share one ability, whose part of it is the largest."""
    chance = {
        "Without": batting.reaches_four_in_ten(1 + batting.HITS, 46 - batting.HITS),
        "partial": batting.beta_average(batting.reaches_four_in_ten),
        "complete": batting.reaches_four_in_ten_at_one_rate(216, 596),
    }
    order = sorted(chance, key=chance.get, reverse=True)
    each = stats.betabinom.sf(-(-4 * batting.REST // 10) - 1, batting.REST, 216, 596)
    who = each.argmax()
    assert each[who] > 0.9 * chance["complete"]
    few = batting.REST[who] == batting.REST.min()
    return (
        *order,
        {60: "sixty", 70: "seventy", 80: "eighty"}[round(1 / chance[order[-1]], -1)],
        surnames()[who],
        batting.REST[who],
        "small" if few else "large",
    )


def mean_of_the_logs():
    """Petrocelli's 142 of 538 after 10 of 45, flat prior: log of the mean probability, and mean of its logarithm."""
    score = np.log(integrate.quad(lambda p: stats.beta.pdf(p, 11, 36) * stats.binom.pmf(142, 538, p), 0, 1)[0])
    mean = integrate.quad(lambda p: stats.beta.pdf(p, 11, 36) * stats.binom.logpmf(142, 538, p), 0.01, 0.9)[0]
    return ("lower" if mean < score else "higher",)


def gain_in_two_dimensions():
    """Risk of max(0, 1 - 2 / |X|^2) X in the plane, by quadrature over its length, at growing distances."""

    def gain(distance):
        def loss(length):
            """Stein's estimate of the risk, which has a jump where the factor becomes positive."""
            return length**2 - 2 if length**2 < 2 else 2 + 4 / length**2

        def density(length):
            return length * np.exp(-((length - distance) ** 2) / 2) * special.i0e(length * distance)

        parts = [(0, 2**0.5), (2**0.5, distance + 10)]
        return 2 - sum(integrate.quad(lambda r: density(r) * loss(r), *part)[0] for part in parts)

    near, far = gain(0), gain(3)
    assert max(near, far) > 0 > min(near, far)
    return ("near", "further out") if near > far else ("far from", "nearby")


def not_improved():
    """Players whose own first average was nearer, on the scale of averages; they began low, and stayed within 0.02."""
    with (ROOT / "lib" / "data" / "batting_1970.csv").open(encoding="utf-8") as file:
        names = [row["player"].split()[-1] for row in csv.DictReader(file)]
    first, rest = batting.HITS / 45, batting.REST_HITS / batting.REST
    variance = first.mean() * (1 - first.mean()) / 45
    kept = 1 - (batting.PLAYERS - 3) * variance / ((first - first.mean()) ** 2).sum()
    worse = np.abs(batting.shrunk(kept, first) - rest) >= np.abs(first - rest)
    assert (first[worse] < first.mean() - 0.02).all() and (np.abs(rest - first)[worse] < 0.02).all()
    assert (np.diff((rest - first)[worse]) > 0).all() and np.abs(rest - first)[worse].min() < 0.005
    return tuple(np.array(names)[worse])


def between_ring_and_dot():
    """How many players' averages over the rest lie between their first and what James-Stein predicts."""
    predicted = james_stein_averages()
    inside = (AFTER - FIRST) * (AFTER - predicted) < 0
    return NUMBERS[int(inside.sum())], surnames()[((FIRST - AFTER) ** 2 - (predicted - AFTER) ** 2).argmax()]


def gains_most_in_distance():
    gain = np.abs(FIRST - AFTER) - np.abs(james_stein_averages() - AFTER)
    return (roster()[gain.argmax()][0],)


def spread_of_diamonds():
    rings, dots, diamonds = (np.ptp(values) for values in (FIRST, james_stein_averages(), AFTER))
    return "less" if diamonds < rings else "more", "more" if diamonds > dots else "less"


def one_dimension():
    """Means over |x| > e of Stein's estimate and of the loss of X + 1/X at one half, for a small e and a smaller."""
    log_x = np.linspace(np.log(1e-4), np.log(9), 200_001)
    x = np.exp(log_x)
    weight = np.array([stats.norm.pdf(sign * x, 0.5) * x for sign in (1, -1)])
    estimate = np.array([1 - x**-2, 1 - x**-2])
    loss = np.array([(sign * (x + 1 / x) - 0.5) ** 2 for sign in (1, -1)])
    beyond, all_of_it = (
        [integrate.simpson((weight * value).sum(axis=0)[part], x=log_x[part]) for value in (estimate, loss)]
        for part in (x > 1e-2, x > 0)
    )
    return (
        "below" if all_of_it[0] < 0 else "above",
        "above" if all_of_it[1] > 1 else "below",
        "infinite" if min(all_of_it[0] / beyond[0], all_of_it[1] / beyond[1]) > 50 else "finite",
    )


def misses_of_the_estimate():
    """Its own estimate of the error of James-Stein in seasons whose abilities spread as the 18 seem to; and in 1970."""
    x, theta = batting.arcsine(FIRST), batting.arcsine(AFTER)
    share, noise = james_stein_share(x, 1), 45 / batting.REST
    rng = np.random.default_rng(70)
    abilities = batting.shrunk(share**0.5, x)
    early = abilities + rng.standard_normal((10_000, x.size))
    late = abilities + rng.standard_normal(early.shape) * noise**0.5
    distance = early - early.mean(axis=1, keepdims=True)
    taken = 15 / (distance**2).sum(axis=1, keepdims=True)
    missed = ((early - taken * distance - late) ** 2).sum(axis=1) - (18 - 15 * taken[:, 0] + noise.sum())
    then = squared(batting.shrunk(share, x), theta) - (18 - 15 * (1 - share) + noise.sum())
    number = max(whole for whole in range(13) if (np.abs(missed) >= whole).mean() > 0.2)
    return NUMBERS[number], "agree" if (np.abs(missed) >= abs(then)).mean() > 0.05 else "disagree"


def error_of_the_noisy_one():
    return (NUMBERS[round(4 * 5**2 / (5**2 + 9))],)


def marks_of_averages():
    """From the code of the figure: a hollow marker is a ring; `plots.forest` draws dots."""
    code = (ROOT / "book" / "batting.md").read_text(encoding="utf-8")
    call = re.search(r"ax\.plot\(\s*first, range\(k\), (.*?label=\"first 45\")", code, re.DOTALL)[1]
    dots = re.search(r"plots\.forest\(js_raw, .*?label=\"James-Stein\"", code)
    assert dots and re.search(r"ax\.plot\(rest, range\(k\), \"D\"", code)
    return ("ring", "dot", "diamond") if 'mfc="none"' in call else ("dot", "ring", "diamond")


def furthest_diamonds():
    names = surnames()
    first, second = np.argsort(-batting.REST_HITS / batting.REST)[:2]
    assert second > 12  # near the bottom
    return names[first], names[second]


def widest_and_outside():
    """90% predictive intervals of the hierarchy, for the average over the rest of the season."""
    alpha, beta, weight = list(curves_batting.populations())[1]
    ends = []
    for hits, at_bats in zip(batting.HITS, batting.REST, strict=True):
        below = (weight @ curves_batting.chances(alpha, beta, at_bats, hits)).cumsum()
        ends.append(np.searchsorted(below, [0.05, 0.95]) / at_bats)
    low, high = np.array(ends).T
    after, names = batting.REST_HITS / batting.REST, surnames()
    [outside] = names[(after < low) | (after > high)]
    return (
        names[(high - low).argmax()],
        outside,
        "right" if after[names == outside] > high[names == outside] else "left",
    )


def the_longest_bar():
    """Log score of the hierarchy less that of complete pooling."""
    complete = batting.log_ways(batting.REST_HITS, batting.REST) - special.betaln(216, 596)
    complete += special.betaln(216 + batting.REST_HITS, 596 + batting.REST - batting.REST_HITS)
    lead = batting.beta_scores(batting.REST_HITS, batting.REST)[0] - complete
    assert 2.3 < lead.max() < 2.7 and np.sort(lead)[0] > -0.45
    return (surnames()[lead.argmax()],)


def copies_of_the_hierarchy():
    return ("more" if batting.copies_spread_more(True) > 1 / 2 else "less",)


SENTENCES = [
    ("Partial pooling passes: {} than half spread as much,", copies_of_the_hierarchy),
    ("with {}'s the furthest right and {}'s, near the bottom, second.", furthest_diamonds),
    (
        "with {}'s the widest. All diamonds lie within the blue bars but {}'s, which is to the {} of his.",
        widest_and_outside,
    ),
    ("{}'s reaches about two and a half to the right;", the_longest_bar),
    (
        "in his first 45 at bats ({}), the James-Stein prediction ({}) and his average in the rest of the season ({}).",
        marks_of_averages,
    ),
    ("The two others began low: {} batted lower still, and {} stayed where he was,", not_improved),
    ("Only {} of them lie between their own ring and dot. In squared error {} gains most;", between_ring_and_dot),
    ("In distance it is {}'s, by a hair.", gains_most_in_distance),
    (
        "the diamonds spread {} than the rings and {} than the dots.",
        spread_of_diamonds,
    ),
    (
        "The estimate that should be unbiased is far {} zero, and the squared error far {} one: both means are {}.",
        one_dimension,
    ),
    (
        "It was {{glue:text}}`sse_arcsine_js:.2f`; such an estimate easily misses by {} or more, so the two {}.",
        misses_of_the_estimate,
    ),
    ("The noisy one has nearly {} quarters of the error,", error_of_the_noisy_one),
    (
        "is a dome that rises to its {} point at one {}. Right, on the arcsine scale, it is a plateau just {} one that "
        "bulges {} only near zero and one.",
        dome_and_plateau,
    ),
    (
        "*{}* of the gain is had by ignoring the individuals: the {} alone has {{glue:text}}`sse_arcsine_mean:.2f`, "
        "and {{glue:text}}`sse_mean:.4f` on averages. {} adds a little to that.",
        gain_without_individuals,
    ),
    (
        "{} gains most; {} is hardly helped, since his truth is about as far from the dot as from the ring.",
        most_and_hardly_helped,
    ),
    ("In squared error the largest gain is {}'s:", largest_gain),
    ("On the scale of {} James-Stein is nearer by a hair; on the {} scale his own number is,", scales_of_clemente),
    (
        "a parabola whose {} point lies near {} tenths, with James-Stein's choice marked just to the {} of it.",
        lowest_of_the_parabola,
    ),
    (
        "In dimension {} there is nothing to gain. From {} on, James-Stein lies {} the observations' risk of one "
        "everywhere, and the {} dimensions the more so. A wrong point gains {}, and costs {}. In dimension {} the {} "
        "uses up the last degree of freedom.",
        gains_in_dimensions,
    ),
    (
        "The numerator is {} for every $c$ between 0 and $2 (k - 2)$, *whatever the data*, so the risk is {} $k$ "
        "whatever $\\theta$ is. The numerator is {} at $c = k - {}$,",
        best_factor,
    ),
    (
        "Left, the {} climbs slowly from one {} towards one and never reaches it, while the {} starts near one {}, "
        "passes one soon after distance {}, peaks near {} between distances {} and {}, and falls slowly.",
        odd_one_out,
    ),
    ("from standardised observations, can have *{}* risk than no shrinkage.", one_factor_for_all),
    ("{} is out: {{glue:text}}`score_none:.1f`, {} below the rest.", last_of_models),
    ("Leaving out what you do not know is a {} sin than not pooling.", worse_sin),
    ("{} alone brings the {} {{glue:text}}`gap_clemente:.2f`; {} others {} it a little each.", brings_and_costs),
    ("{} speaks for {} pooling, and {} others, mildly, {} it.", who_speaks_for_which),
    (
        "Here {} pooling is ahead: it gave the season {{glue:text}}`joint_times:.1f` times the probability, which "
        "is {} evidence.",
        ahead_jointly,
    ),
    (
        "For {} a short solid bar to the {} is joined by an outlined bar of nearly {} to the {}.",
        bars_of_williams,
    ),
    (
        "which has {} weight on batters who are all alike, the beta-binomial {} by {{glue:text}}`other_lead:.2f` and "
        "{{glue:text}}`other_wrong:.2f` on the two versions of the file; scored jointly it {} on {}.",
        other_prior,
    ),
    (
        "The grey ones are shifted: to {} minima, {} maxima and {} standard deviations.",
        copies_without_pooling,
    ),
    (
        "{} pooling, it is very likely that somebody does: {{glue:text}}`some_none:.0%`. With {} pooling the chance is "
        "{{glue:text}}`some_partial:.0%`, and with {} pooling about one in {}, nearly all of it {}'s, who had only "
        "{} more at bats: *{} numbers reach extremes most easily*.",
        four_in_ten,
    ),
    ("by Jensen's inequality the mean of the logs is *{}*,", mean_of_the_logs),
    ("The rule gains much {} its point and pays for it {}.", gain_in_two_dimensions),
]
