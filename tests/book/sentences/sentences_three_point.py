"""Sentences of the chapter `three-point` whose deciding words are computed."""

from math import sqrt

import numpy as np
import references_three_point as three_point
from scipy import stats
from tables_three_point import leaders as table_of_leaders
from tables_three_point import winners as table_of_winners
from wording import NUMBERS

PARTS = {2: "half", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
HISTORY = (167 + 170 + 137, 446 + 482 + 412)  # Covington's three earlier seasons
MADE, ATTEMPTS = three_point.counts("first")
LEAGUE = MADE.sum() / ATTEMPTS.sum()


def covington():
    """His later makes and attempts."""
    made, attempts = three_point.counts("rest", three_point.REGULARS)
    return int(made[three_point.PLACE]), int(attempts[three_point.PLACE])


def least_error():
    """Root mean squared errors: the kind with the least, behind which the others are."""
    errors = {kind: three_point.root_error(kind) for kind in ("own", "partial", "bayes", "pooled")}
    names = {"pooled": "complete pooling", "partial": "Partial pooling", "bayes": "full Bayes", "own": "own"}
    place = sorted(errors.values()).index(errors["pooled"])
    assert errors["partial"] < 2 / 3 * errors["own"] and errors["bayes"] < errors["partial"]
    return names[min(errors, key=errors.get)], {0: "least", len(errors) - 1: "most"}[place]


def fit_to_the_regulars():
    """Whether both kinds of pooling miss by more or by less if the 77 alone are fitted."""
    worse = {three_point.root_error(kind, True) > three_point.root_error(kind) for kind in ("partial", "pooled")}
    assert len(worse) == 1
    assert all(three_point.difference_of_roots(kind, kind, True)[0] < 2 for kind in ("partial", "pooled"))
    return ("worse" if worse.pop() else "better",)


def curves_of_worth():
    """Expected rates at a worth of 1 and of 3000 shots, by the prior's mean."""
    y, n = three_point.COVINGTON
    later, of = covington()
    means = {"his own history": HISTORY[0] / HISTORY[1], "the league": LEAGUE}
    ends = {name: [(mean * worth + y) / (worth + n) for worth in (1, 3000)] for name, mean in means.items()}
    start, afterwards = [first for first, _ in ends.values()], later / of
    low, high = sorted(ends, key=lambda name: ends[name][1])
    assert all(0.485 < first < 0.515 and (first < 0.5) == (start[0] < 0.5) for first in start)
    return (
        "falling" if all(last < first for first, last in ends.values()) else "rising",
        "below" if start[0] < 0.5 else "above",
        low,
        round(100 * ends[low][1]),
        high,
        round(100 * ends[high][1]),
        PARTS[round(1 / afterwards)],
        "below" if afterwards < ends[low][1] else "above",
    )


def way_of_worth():
    """From which mean, and where to: as the weight of his own shots goes down from one."""
    y, n = three_point.COVINGTON
    mean, worth = HISTORY[0] / HISTORY[1], np.geomspace(1e-3, 1e6, 40)
    rate = (mean * worth + y) / (worth + n)
    ends = {"his own percentage": y / n, "the prior's mean": mean}
    start, end = (min(ends, key=lambda name, rate=one: abs(ends[name] - rate)) for one in rate[[0, -1]])
    return start, "fall" if (np.diff(rate) < 0).all() else "rise", end


def season():
    """Makes, attempts and posterior means of the half season."""
    made, attempts = three_point.counts("season")
    mean, kappa, weight = three_point.spread_grid("season")
    expected = [(weight * (mean * kappa + y) / (kappa + n)).sum() for y, n in zip(made, attempts, strict=True)]
    return made / attempts, attempts, np.array(expected)


def funnel():
    """How percentages scatter among those with fewer and with more attempts than the median."""
    share, attempts, _ = season()
    few = attempts < np.median(attempts)
    return ("few",) if share[few].std() > share[~few].std() else ("many",)


def drawn_in():
    """Share of their distance from the league that players lose, and how far they move, by their attempts."""
    share, attempts, expected = season()
    few = attempts < np.median(attempts)
    moved = np.abs(expected - share)
    lost = [moved[part].sum() / np.abs(share - share.mean())[part].sum() for part in (few, ~few)]
    assert (lost[0] > lost[1]) == (moved[few].mean() > moved[~few].mean())
    return ("few" if lost[0] > lost[1] else "many",)


def overtaking():
    """Among the six leaders by posterior mean: those whom one with a lower percentage passes."""
    leaders = table_of_leaders()[2:]
    passes = [(man[1] - other[1], man[2] - other[2]) for i, man in enumerate(leaders) for other in leaders[i + 1 :]]
    passes = np.array([pair for pair in passes if pair[1] < 0])
    assert len(passes) and (np.sign(passes[:, 0]) == np.sign(passes[0, 0])).all()
    more = passes[0, 0] > 0
    return ("many", "fewer") if more else ("few", "more")


def densities_of_spread():
    """Medians of the standard deviation from first shots, and where the later shots' level density ends."""
    first = [three_point.spread_quantile(0.5, "first", few) for few in (False, True)]
    spreads, below = three_point.spread_between("rest", True)
    density = np.diff(np.interp([0, 0.002, 0.01, 0.012], spreads, below))[[0, 2]]
    assert 0.8 < density[0] / density[1] < 1.2
    low, high = int(min(first)), int(max(first)) + 1
    return NUMBERS[low], NUMBERS[high], "none", NUMBERS[round(three_point.spread_quantile(0.9, "rest", True))]


def humps_of_spread():
    """Modes and heights of the two densities from first shots, in cells of 0.15; where the third is low."""
    edges = np.arange(41) * 0.0015
    cells = [
        np.diff(np.interp(edges, *three_point.spread_between(*kind)))
        for kind in (("first", False), ("first", True), ("rest", True))
    ]
    modes = [100 * (edges[cell.argmax()] + 0.00075) for cell in cells[:2]]
    between = {(int(mode), int(mode) + 1) for mode in modes}
    assert len(between) == 1
    [(low, high)] = between
    level = 100 * edges[1:][cells[2] > 0.75 * cells[2].max()].max()
    gone = 100 * edges[:-1][cells[2] > 0.05 * cells[2].max()].max()
    return low, high, "wider" if cells[1].max() < cells[0].max() else "narrower", int(level), round(gone)


def pools_by_itself():
    """Share of the distance that the best fit takes away after 100 shots."""
    _, kappa = three_point.best_beta_binomial()
    return (NUMBERS[round(5 * kappa / (kappa + 100))],)


def preferred_by_log_score():
    gain, error = three_point.log_score_gain()
    assert abs(gain) < error
    return ("complete" if gain > 0 else "partial",)


def humps_of_winners():
    """Means and widths of all abilities and of the winner's; his first percentages' mode and tail."""
    mean, kappa = three_point.best_beta_binomial()
    first, ability = three_point.winner()
    widths = [sqrt(mean * (1 - mean) / (kappa + 1)), table_of_winners()[2][1].error * sqrt(10_000) / 5]
    assert abs(widths[0] / widths[1] - 1) < 0.15
    names = {"All abilities in the league": mean, "The true ability of the winner": ability}
    names["The first percentage of the winner"] = first
    low, middle, high = sorted(names, key=names.get)
    shares, chance, _ = three_point.winners()
    in_bins = np.bincount(np.floor(100 * shares + 0.5).astype(int), chance)
    tail = shares[np.searchsorted(chance.cumsum(), 0.997)]
    return low, round(100 * names[low]), middle, round(100 * names[middle]), high, in_bins.argmax(), round(100 * tail)


def best_and_worst():
    """Which ten went down, and which went up."""
    moves = {
        name: three_point.ten(best, "rest") - three_point.ten(best, "first")
        for name, best in (("best", True), ("worst", False))
    }
    down, up = sorted(moves, key=moves.get)
    assert moves[down] < -0.09 and moves[up] > 0.09
    return down, up


def past_what_was_expected():
    """How far the ten best and the ten worst went beyond the model's expectation, in its standard deviations."""
    beyond = {}
    for best in (True, False):
        past = three_point.ten(best, "expected") - three_point.ten(best, "rest")
        beyond[best] = (past if best else -past) / three_point.ten(best, "stray")
    assert min(beyond.values()) > 0 and max(beyond.values()) < 2
    return ("farther",)


def best_starts():
    """Who had the highest first percentages, before Covington."""
    place = sorted(three_point.SHOTS, key=lambda row: -int(row["first_made"]) / int(row["first_attempts"]))[:2]
    assert all(row["player"] != "Robert Covington" for row in place)
    words = [word for row in place for word in (row["player"], int(row["first_made"]), int(row["first_attempts"]))]
    return "best", *words


def who_has_taken_so_many():
    """How many have as many attempts as each of the two medians."""
    _, attempts = three_point.counts("season")
    counted = [int((attempts >= three_point.kappa_quantile(0.5, part)).sum()) for part in ("first", "season")]
    return NUMBERS[counted[0]].capitalize(), {0: "nobody"}[counted[1]]


def one_prior_for_twins():
    """By how much the league's prior is off for two players with 50 of 101 first."""
    expected = three_point.covington_posterior()[0]
    off = [expected - 78 / 200, expected - np.divide(*covington())]
    return "within" if abs(off[0]) < 0.01 else "beyond", "high" if off[1] > 0.05 else "low"


def two_priors():
    """Medians under (1 + kappa)^-3/2 and kappa^-3/2, and which of the two is finite from zero to one."""
    _, kappa, weight = three_point.spread_grid("first")
    other = weight.sum(axis=0) * (1 + 1 / kappa[0]) ** 1.5
    median = 1 / three_point.grid_quantile(-np.sqrt(1 / (kappa[0] + 1)), other / other.sum(), 0.5) ** 2 - 1
    off = abs(median / three_point.kappa_quantile(0.5, "first") - 1)
    integrals = {"ours": lambda e: 2 / sqrt(1 + e), "theirs": lambda e: 2 / sqrt(e)}
    return "almost" if off < 0.01 else "not", min(integrals, key=lambda name: integrals[name](1e-9))


def seasons():
    """Chi-squared of his three seasons against its mean, and whether their likelihood rises with the concentration."""
    made, attempts = np.array([167, 170, 137]), np.array([446, 482, 412])
    rate = HISTORY[0] / HISTORY[1]
    chi = ((made - attempts * rate) ** 2 / (attempts * rate * (1 - rate))).sum()
    climb = [three_point.log_beta_binomial(made, attempts, rate, 10.0**power) for power in range(8)]
    steps = np.diff(climb)
    assert (steps > 0).all() or (steps < 0).all()
    return "less" if chi < 2 else "more", "larger" if steps[0] > 0 else "smaller"


def allowed():
    """Posterior chances that kappa is below the number that 750 attempts mean, from first and from all shots."""
    first, season = (three_point.below(2250 / 7, part) for part in ("first", "season"))
    assert 0.2 < first < 0.4
    return "below", "hardly" if season < 0.05 else "too"


def given_the_ball():
    """First percentages of the 77 and of the others."""
    others = [row for row in three_point.SHOTS if row not in three_point.REGULARS]
    made, attempts = three_point.counts("first", three_point.REGULARS)
    other_made, other_attempts = three_point.counts("first", others)
    return ("well" if made.sum() / attempts.sum() > other_made.sum() / other_attempts.sum() else "badly",)


def predictions_of_the_regulars():
    """Mean prediction from a fit to the 77 alone, against what they made, in percentage points."""
    later = np.divide(*three_point.counts("rest", three_point.REGULARS)).mean()
    off = {100 * (three_point.predictions(kind, True).mean() - later) for kind in ("partial", "pooled")}
    assert all(0.5 < abs(points) < 1.5 for points in off) and abs(LEAGUE - later) < 0.003
    return ("high" if min(off) > 0 else "low",)


def fate_of_the_others():
    """How many are not among the 77, what became of their percentage, and whether the 77 are far ahead of them."""
    others = [row for row in three_point.SHOTS if row not in three_point.REGULARS]
    (first, of), (later, later_of) = three_point.counts("first", others), three_point.counts("rest", others)
    fell = later.sum() / later_of.sum() < first.sum() / of.sum()
    expected, stray = three_point.expected_later(others)
    assert expected - later.sum() / later_of.sum() > 2.5 * stray
    ahead = np.divide(*map(np.sum, three_point.counts("rest", three_point.REGULARS))) - later.sum() / later_of.sum()
    return len(others), "fell" if fell else "rose", "better" if ahead > 0.02 else "worse"


def later_for_the_alike():
    """Attempts until the best line through percentages has slope one half: for two spreads of ability."""
    need = []
    for spread in (0.01, 0.03):
        noise = 0.37 * 0.63 - spread**2
        attempts = np.arange(1, 20_000)
        need.append(attempts[spread**2 / (spread**2 + noise / attempts) >= 0.5][0])
    return ("later" if need[0] > need[1] else "sooner",)


def curves_of_weight():
    """Where the weights pass one half, and how far the wider band reaches at 500 attempts."""
    halves = {f"from {part} shots": three_point.kappa_quantile(0.5, part) for part in ("first", "season")}
    halves = {name.replace("season", "all"): attempts for name, attempts in halves.items()}
    soon, late = sorted(halves, key=halves.get)
    bands = [
        [500 / (500 + three_point.kappa_quantile(level, part)) for level in (0.95, 0.05)]
        for part in ("first", "season")
    ]
    low, high = max(bands, key=lambda band: band[1] - band[0])
    common, apart = sorted(
        ("lower", "upper"), key=lambda end: abs(np.diff([band[end == "upper"] for band in bands]))[0]
    )
    assert abs(bands[0][0] - bands[1][0]) < 0.02 < 0.05 < abs(bands[0][1] - bands[1][1])
    return (
        soon,
        int(round(halves[soon], -1)),
        late,
        int(round(halves[late], -1)),
        ["first", "all"][bands.index([low, high])],
        PARTS[round(1 / low)],
        NUMBERS[round(10 * high)],
        common,
        apart,
        "all",
        "lower" if bands[1][1] < bands[0][1] else "higher",
    )


def better_prior():
    """His rate by his career and by the league, and what he made."""
    rates = {"career": (HISTORY[0] + 50) / (HISTORY[1] + 101), "league": three_point.covington_posterior()[0]}
    later = covington()[0] / covington()[1]
    side = "against" if rates["career"] < rates["league"] else "for"
    return side, min(rates, key=lambda name: abs(rates[name] - later))


def actual_slope():
    """Slope of the later percentage on the first, by least squares, and the one expected."""
    made, attempts = three_point.counts("first", three_point.REGULARS)
    line = stats.linregress(made / attempts, np.divide(*three_point.counts("rest", three_point.REGULARS)))
    _, kappa = three_point.best_beta_binomial()
    away = (line.slope - attempts.mean() / (attempts.mean() + kappa)) / line.stderr
    return (
        "lower" if away < 0 else "higher",
        "less" if abs(away) < 2 else "more",
        NUMBERS[round(abs(away))],
    )


def four_times_as_often():
    """Mean squared errors by the law of total variance, simulated: 450 first shots, and what is left of the spread."""
    rng = np.random.default_rng(450)
    ability = rng.beta(0.373 * 400, 0.627 * 400, 200_000)
    partial = (0.373 * 400 + rng.binomial(450, ability)) / 850
    spread = ability.var()
    kept = {"complete pooling": np.mean((ability - 0.373) ** 2), "partial pooling": np.mean((ability - partial) ** 2)}
    whole = max(kept, key=kept.get)
    part = min(kept, key=kept.get)
    assert abs(kept[whole] / spread - 1) < 0.01
    fewer = (0.373 * 400 + rng.binomial(103, ability)) / 503
    now, before = (1 - np.mean((ability - prediction) ** 2) / spread for prediction in (partial, fewer))
    return "more" if now > before else "less", whole, part, "less" if kept[part] < spread / 2 else "more"


def steeper_prior():
    """Quantiles of the concentration under (1 + kappa)^-2: the ends that move by more than half, and by less."""
    _, kappa, weight = three_point.spread_grid("first")
    steeper = weight.sum(axis=0) / np.sqrt(kappa[0] + 1)
    root = -np.sqrt(1 / (kappa[0] + 1))
    move = {}
    for name, level in (("lower", 0.05), ("median", 0.5), ("upper", 0.95)):
        old = three_point.kappa_quantile(level, "first")
        new = 1 / three_point.grid_quantile(root, steeper / steeper.sum(), level) ** 2 - 1
        move[name] = 1 - new / old
    firm, little, soft = sorted(move, key=move.get)
    assert 0 < move[firm] < 0.1 < move[little] < 0.2 and move[soft] > 0.5
    return little, round(100 * move[little]), soft, firm, soft


def side_of_his_makes():
    """Distribution of his makes of the next 231 after 50 of 101, by log gammas."""
    made, later = covington()
    pmf = three_point.predictive_pmf(later, 0.373 * 400 + 50, 0.627 * 400 + 51)
    below = pmf[: made + 1].sum()
    assert min(below, 1 - below) > 0.025
    return made, "low" if below < 0.3 else "high"


def kind_seasons():
    """Of the seasons in which complete pooling wins, those in which it wins by as much as it did."""
    by = three_point.root_error("partial") ** 2 - three_point.root_error("pooled") ** 2
    return ("more" if three_point.pooling_ahead(by) > three_point.pooling_ahead(0.0) / 2 else "less",)


SENTENCES = [
    ("of such seasons, and in {} than half of those by as much as here.", kind_seasons),
    ("And {} misses by {{glue:text}}`rmse_pooled:.4f`, **the {} of all**.", least_error),
    ("Fitted to the 77 alone, partial and complete pooling did somewhat {}, by", fit_to_the_regulars),
    (
        "Two {} curves against the worth of the prior from 1 to 3000 shots on a logarithmic axis. Both start just {} "
        "one half. At 3000 shots the one for {} has fallen to about {} per cent and the one for {} to about {}. A "
        "dotted line at one {} marks what he made afterwards, {} both.",
        curves_of_worth,
    ),
    ("Both curves start near {} and {} towards {}.", way_of_worth),
    ("form a funnel, wide where attempts are {}.", funnel),
    ("Those with {} attempts are drawn in the most.", drawn_in),
    ("a man with {} attempts passes others with higher percentages and {} shots.", overtaking),
    (
        "The first shots point to {} or {} percentage points; the later shots of the 77 regulars allow anything from "
        "{} to about {}.",
        densities_of_spread,
    ),
    (
        "For the first shots of all 176 players a hump between {} and {}, for the first shots of the 77 a {} hump in "
        "the same place, for the later shots of the 77 a density that is about level from 0 to beyond {} and has faded "
        "out beyond {}.",
        humps_of_spread,
    ),
    ("Partial pooling found out for itself that it should pool {} fifths of the way.", pools_by_itself),
    ("prefers {} pooling by {{glue:text}}`log_score_gain:.1f`,", preferred_by_log_score),
    (
        "{}: a hump around {} per cent, from 30 to 45. {}: a hump of about the same width, shifted to {}. {}: a "
        "separate hump, highest at {}, with a tail to {}.",
        humps_of_winners,
    ),
    (
        "The ten {} fall from {{glue:text}}`best_first:.1%` to {{glue:text}}`best_later:.1%`, where the model expected "
        "{{glue:text}}`best_expected:.1%`. The ten {} rise from",
        best_and_worst,
    ),
    ("Both moved {} than expected, by", past_what_was_expected),
    ("it was not even the {}: {} had made {} of {}, and {} {} of {} as well.", best_starts),
    ("{} players had taken the first number by February, and {} the second.", who_has_taken_so_many),
    ("For one the league's prior was {} a percentage point, for the other far too {}.", one_prior_for_twins),
    (
        "the two are {} equal, and here the posterior medians of $\\kappa$ agree; only {} has a finite integral at "
        "zero.",
        two_priors,
    ),
    (
        "Covington's three earlier seasons, which differ {} than chance would make them, are the more likely the {}",
        seasons,
    ),
    ("The first shots do: {{glue:text}}`below_first:.0%` of the posterior lies {} it. All shots {} do,", allowed),
    ("Those who start {} tend to get the ball again,", given_the_ball),
    (
        "takes that luck for ability, and its predictions were too {} by about a percentage point;",
        predictions_of_the_regulars,
    ),
    (
        "The other {} {} too, to {{glue:text}}`later_others:.1%`, where the model expected "
        "{{glue:text}}`expected_others:.1%`, {{glue:text}}`others_off:.1f` standard deviations more. So the 77 are "
        "probably {} as well, unless later misses cost the others the ball.",
        fate_of_the_others,
    ),
    ("the more alike the players, the {} their percentages mean anything.", later_for_the_alike),
    (
        "The curve {} passes one half near {} attempts, the one {} near {}. Both bands are wide: at 500 attempts the "
        "wider one, from {} shots, runs from about one {} to {} tenths. The two have the {} edge in common; the {} "
        "edge of the one from {} shots is {}.",
        curves_of_weight,
    ),
    ("Covington's career spoke {} even that, and this time the {}'s prediction came nearer:", better_prior),
    ("The actual slope is {}, by somewhat {} than {} of its standard errors.", actual_slope),
    ("Far {} clearly: {} keeps all of $s^2$ as error, {} {} than half of it,", four_times_as_often),
    (
        'The {} falls by about {} per cent, the {} end of the interval by more than half. What the data say about "how '
        'different" has a firm {} end for $\\kappa$ and a soft {} one:',
        steeper_prior,
    ),
    ("His {} is on the {} side and not out of bounds.", side_of_his_makes),
]
