"""Sentences of the chapter `asthma-counties` whose deciding words are computed."""

from functools import cache

import numpy as np
import references
import references_asthma as asthma
import tables_asthma_counties as counties
from scipy import optimize, special, stats
from wording import NUMBERS, judged_right

from lib.exercises import asthma_counties

NEIGHBOURS = ("Fresno", "Madera", "Merced", "Stanislaus")
PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "sixth": 1 / 6, "seventh": 1 / 7}


@cache
def data():
    """Names, people, least and greatest counts, exposure, whether hidden."""
    exposure, least, greatest = asthma.california()
    return np.array(counties.names()), exposure / 3e-6, least, greatest, exposure, least < greatest


def state_rate():
    """Shown deaths, and the total of the hidden ones as the state says it."""
    _, _, least, _, exposure, hidden = data()
    return (least[~hidden].sum() + 66) / exposure.sum()


@cache
def means():
    return np.array([counties.rate(name)[0] for name in data()[0]])


def lead(one, other):
    return asthma.california_scores(one) - asthma.california_scores(other)


def sizes_of_ends():
    """The four highest and the six lowest raw rates, a hidden count taken for one."""
    _, people, least, _, exposure, _ = data()
    order = np.argsort(least / exposure, kind="stable")
    ends = people[[*order[:6], *order[-4:]]]
    small = ends.max() < np.median(people)
    return ("small" if small else "large",)


def ends_of_the_estimates():
    names, *_ = data()
    return names[means().argmax()], names[means().argmin()]


def sizes_of_extreme_estimates():
    """People of the five highest and the five lowest posterior means, and of those of the raw rates."""
    _, people, least, _, exposure, _ = data()
    sizes = []
    for values in (least / exposure, means()):
        order = np.argsort(values, kind="stable")
        sizes.append(np.median(people[[*order[:5], *order[-5:]]]))
    few, many = ("*few*", "*many*") if sizes[0] < np.median(people) < sizes[1] else ("*many*", "*few*")
    return few, many


@cache
def sure():
    """Counties above, and below, the state's rate with 39 in 40, and whether all are large."""
    names, people, *_ = data()
    above = asthma.california_above(state_rate())
    clear = np.abs(above - 0.5) > 0.475
    size = "large" if (people.argsort().argsort()[clear] >= people.size - 10).all() else "of any size"
    return sorted(names[above > 0.975]), sorted(names[above < 0.025]), size


def sides_of_the_sure():
    (first, second, third), (fourth, fifth), _ = sure()
    return first, second, third, "above", fourth, fifth, "below"


def likeliest_first():
    names, *_ = data()
    first = asthma.california_ends()[0]
    assert first.max() > 2 * np.sort(first)[-2]
    return names[first.argmax()], "large" if sure()[2] == "large" else "small"


def likeliest_ends():
    names, _, _, _, _, hidden = data()
    first, last = asthma.california_ends()
    return (
        names[first.argmax()],
        names[means().argmin()],
        names[last.argmax()],
        "hidden" if hidden[last.argmax()] else "shown",
    )


def worst_of_six():
    """Distances of the hidden totals and of the numbers of hidden counts from what is expected, in their sds."""
    off = {}
    for period, total in counties.TOTALS.items():
        expected, sd = asthma.california_hidden_total(period)
        off["total", period] = abs(total - expected) / sd
        _, low, high = asthma.california(period)
        expected, sd, _ = asthma.california_numbers_hidden(period)
        off["number", period] = abs((low < high).sum() - expected) / sd
    what, period = max(off, key=off.get)
    return what, period.replace("_20", "–")


def most_of_the_way():
    """What the state's total does to the mean, as a share of what dropping does."""
    modelled, dropped = (asthma.california_best(treatment)[1] for treatment in ("modelled", "dropped"))
    share = (asthma.california_with_total("2017_2019", 66)[1] - modelled) / (dropped - modelled)
    return ("most" if 0.5 < share < 1 else "little",)


def totals_raise_the_mean():
    """Mean with the total and without, in the two later periods."""
    rises = [
        asthma.california_with_total(period, counties.TOTALS[period])[1] > asthma.california_best(period=period)[1]
        for period in ("2017_2019", "2020_2022")
    ]
    return ("more", "rises") if all(rises) else ("fewer", "falls")


def who_says_more():
    """The chance of a rate above the state's in the last chapter's county, by a sum over rates."""
    (mass,) = asthma.gamma_masses(10.8, 10.8 / 1.015)
    rates = np.exp(asthma.LOG_RATES)
    weight = mass * stats.poisson.pmf(3, 0.1 * rates)
    return ("above", "below") if weight[rates > state_rate()].sum() > weight.sum() / 2 else ("below", "above")


def one_death_beats():
    """Hidden counties whose rate with one death beats every rate that is shown."""
    names, _, least, _, exposure, hidden = data()
    raw = least / exposure
    first, second = [j for j in np.argsort(-raw) if hidden[j] and raw[j] > raw[~hidden].max()]
    zeros = int((raw == 0).sum())
    return names[first], names[second], NUMBERS[zeros]


def noise_and_exposure():
    """Standard deviation of a raw rate in exposures of one and of four, by the chances of the counts."""
    count = np.arange(400)
    sd = []
    for exposure in (1.0, 4.0):
        chance = stats.poisson.pmf(count, 10 * exposure)
        sd.append(np.sqrt(chance @ (count / exposure - 10) ** 2))
    assert np.isclose(max(sd) / min(sd), 2)
    return ("falls" if sd[1] < sd[0] else "rises",)


def outside():
    names, people, least, _, exposure, hidden = data()
    low, high = stats.poisson.ppf([[0.025], [0.975]], exposure * state_rate())
    beyond = ~hidden & ((least < low) | (least > high))
    return people[beyond], people


def funnel_caption():
    """Where on the axis the extremes and the widest part of the band are, and which counties leave it."""
    _, people, least, _, exposure, _ = data()
    order = np.argsort(least / exposure, kind="stable")
    ends = people[[order[0], order[-1]]]
    low, high = stats.poisson.ppf([[0.025], [0.975]], exposure * state_rate()) / exposure
    left, right = people < 1e5, people >= 1e5
    widest = np.median((high - low)[left]) > np.median((high - low)[right])
    beyond, everyone = outside()
    large = (beyond > np.median(everyone)).sum() >= 3
    return "left" if (ends < 1e5).all() else "right", "widest" if widest else "narrowest", "large" if large else "small"


def funnel_alternative():
    """Halves of a logarithmic axis from a thousand to ten million; zeros and bars of more than ten per million."""
    _, people, least, greatest, exposure, hidden = data()
    low, high = stats.poisson.ppf([[0.025], [0.975]], exposure * state_rate()) / exposure
    left, right = people < 1e5, people >= 1e5
    width = {"left": np.median((high - low)[left]), "right": np.median((high - low)[right])}
    long = hidden & ((greatest - least) / exposure > 10) | (greatest == 0)
    share = left[long].mean()
    assert np.isclose(state_rate(), 10, atol=0.5)
    wide = max(width, key=width.get)
    return wide, min(width, key=width.get), "left" if share > 0.9 else "right"


def most_are_large():
    beyond, people = outside()
    large = beyond > np.median(people)
    return "most" if large.mean() > 0.6 else "few", "large" if large.mean() > 0.5 else "small"


def what_harms_more():
    """Distance of mean and spread from those with hidden counts modelled."""
    fits = {}
    for treatment in ("modelled", "dropped", "zeroed"):
        shape, mean = asthma.california_best(treatment)
        fits[treatment] = np.array([mean, mean / np.sqrt(shape)])
    harm = {name: np.abs(fits[name] - fits["modelled"]).sum() for name in ("dropped", "zeroed")}
    assert max(harm.values()) > 5 * min(harm.values())
    worst, best = max(harm, key=harm.get), min(harm, key=harm.get)
    words = {"dropped": "Dropping", "zeroed": "Zeroing"}
    rises = "rises" if fits["zeroed"][1] > fits["modelled"][1] else "falls"
    return words[worst], rises, words[best]


def spread_with_zeros():
    return (what_harms_more()[1],)


def disaster_and_less_harm():
    return (what_harms_more()[0],)


def less_harm():
    """Also the county's chance of a count below six, at two rates; and what is left if the small counts go."""
    below = [stats.poisson.cdf(5, 3 * rate) for rate in (1.0, 3.0)]
    count = np.arange(60)
    chance = stats.poisson.pmf(count, [[3.0], [9.0]]).mean(axis=0)
    stays = (chance * count)[6:].sum() / chance[6:].sum()
    return (
        what_harms_more()[2],
        "some" if asthma.california_best("dropped")[1] - asthma.california_best()[1] > 0.1 else "none",
        "low" if below[0] > below[1] else "high",
        "high" if stays > chance @ count else "low",
    )


@cache
def limit_without_zeros():
    """Mean that dropping tends to if the counties without a death are dropped too, on the exact chances."""
    exposure = asthma.california()[0]
    chance, k = asthma.california_pmf(*asthma.california_best(), size=801), np.arange(801)
    chance = chance * (k > 5)

    def cost(logs):
        shape, mean = np.exp(logs)
        odds = mean * exposure[:, np.newaxis] / shape
        log_p = special.gammaln(shape + k) - special.gammaln(shape) - (shape + k) * np.log1p(odds) + k * np.log(odds)
        return -(chance * log_p).sum()

    return float(np.exp(optimize.minimize(cost, np.log([5, 10]), method="Nelder-Mead").x[1]))


def the_zeros_pull():
    """Whether counties without a death, if kept, make dropping too high by less."""
    truth = asthma.california_best()[1]
    with_zeros, without = asthma.california_limit("dropped"), limit_without_zeros()
    return "small" if abs(with_zeros - truth) < abs(without - truth) / 2 else "large", (
        "the other" if (with_zeros - without) * (without - truth) < 0 else "the same"
    )


def too_much_too_little():
    truth = asthma.california_best()[1]
    return tuple(
        "much" if asthma.california_limit(treatment) > truth else "little" for treatment in ("dropped", "zeroed")
    )


def misses_of_the_totals():
    sides = set()
    for period, total in counties.TOTALS.items():
        expected, sd = asthma.california_hidden_total(period)
        assert abs(total - expected) < 2 * sd
        sides.add(np.sign(total - expected))
    return ("both sides" if len(sides) == 2 else "one side",)


@cache
def cloud():
    """Mean and covariance of the mean and the standard deviation of the rates, and how far each estimate is from it."""
    shape, mean, mass = asthma.california_posterior()
    drawn = np.array([mean, mean / np.sqrt(shape)])
    centre = drawn @ mass
    covariance = (drawn - centre[:, np.newaxis]) * mass @ (drawn - centre[:, np.newaxis]).T
    places = {}
    for treatment in ("modelled", "dropped", "zeroed"):
        a, m = asthma.california_best(treatment)
        off = np.array([m, m / np.sqrt(a)]) - centre
        places[treatment] = off, float(np.sqrt(off @ np.linalg.solve(covariance, off)))
    return centre, places


def within_and_far():
    words = {"dropped": "Dropping", "zeroed": "Zeroing"}
    away = {word: cloud()[1][treatment][1] for treatment, word in words.items()}
    near, far = sorted(away, key=away.get)
    assert away[near] < 1.5 and away[far] > 4
    return near, far


def marks_in_the_cloud():
    centre, places = cloud()
    assert 10 < centre[0] < 11 and 2.5 < centre[1] < 3.5
    inside = [name for name, (_, away) in places.items() if away < 1.5]
    [far] = [name for name in places if name not in inside]
    off = places[far][0]
    return *inside, far, "upper" if off[1] > 0 else "lower", "left" if off[0] < 0 else "right"


def widths_of_plugging_in():
    """Posterior sd over the sd with the best hyperparameters plugged in: Alpine, and schools without spread."""
    shape, mean = asthma.california_best()
    exposure = asthma.california()[0][asthma.california_place("Alpine")]
    alpine = asthma.california_rate_sd("Alpine") / (np.sqrt(shape) / (shape / mean + exposure))
    assert references.best_tau(references.restricted_log_likelihood) == 0
    schools = np.sqrt(np.diag(references.moments()[1])[:8]) / references.pooled()[1]
    return "small" if alpine < 1.2 else "large", "not" if schools.min() > 1.2 else "either"


def who_moves():
    """Share of the way to the population mean, among the counties that show a count that differs from it."""
    _, people, least, _, exposure, hidden = data()
    _, mean, mass = asthma.california_posterior()
    raw, centre = least / exposure, float(mean @ mass)
    kept = ~hidden & (np.abs(raw - centre) > 1)
    share = ((means() - raw) / (centre - raw))[kept][np.argsort(people[kept])]
    by_size = {"Small": share[: (people[kept] < 1e5).sum()], "largest": share[-5:]}
    most = min(by_size["Small"]) > 0.7 and max(by_size["largest"]) < 0.2
    return ("Small", "most", "largest") if most else ("Large", "least", "smallest")


def left_of_the_estimates():
    """Posterior means of the counties without a death, and of hidden ones from the smallest to the largest."""
    _, people, _, greatest, _, hidden = data()
    zeros, order = means()[greatest == 0], np.argsort(people)
    diamonds = means()[order][hidden[order]]
    assert np.abs(zeros - 10).max() < 1 and (np.diff(diamonds) < 0.02).all()
    left = "left" if people[greatest == 0].max() < 1e5 else "right"
    return left, NUMBERS[int(diamonds[0])], NUMBERS[int(diamonds[0]) + 1], NUMBERS[round(diamonds[-1])]


def fresno():
    """Its estimate and its raw rate, and the counties that are sure to stand before it in the raw list."""
    names, people, least, _, exposure, _ = data()
    j = int(means().argmax())
    raw = least / exposure
    before = np.flatnonzero(raw > raw[j])
    assert names[j] == "Fresno" and 0.95e6 < people[j] < 1e6
    part = min((p for p in PARTS if PARTS[p] >= people[before].max() / people[j]), key=PARTS.get)
    size = "smaller" if people[before].max() < people[j] else "larger"
    return "down" if means()[j] < raw[j] else "up", NUMBERS[before.size], size, part


def impossible():
    """Counties without a death, and those of them in which somebody died in the next period."""
    names, _, _, greatest, _, _ = data()
    _, later, _ = asthma.california("2020_2022")
    [county] = names[(greatest == 0) & (later > 0)]
    return NUMBERS[(greatest == 0).sum()], "one", county


def who_is_behind():
    """By exact log scores: which lead of full Bayes is within its standard error, which is not, and who makes it."""
    near, far = sorted(("dropped", "zeroed"), key=lambda name: lead("full", name).sum())
    within = {name: lead("full", name).sum() < error_of(lead("full", name)) for name in (near, far)}
    assert lead("full", near).sum() > 0 and not within[far]
    names, *_, hidden = data()
    most = lead("full", far).argsort()[:-4:-1]
    assert hidden[most].all()
    words = {"dropped": "Dropping", "zeroed": "Zeroing"}
    return words[near], "does not" if within[near] else "does", words[far], *names[most]


def error_of(differences):
    """Standard error of their sum, if counties are independent."""
    return np.sqrt(differences.size * differences.var(ddof=1))


def what_is_left():
    left = [lead("zeroed", name) for name in ("half", "common")]
    assert min(each.sum() for each in left) > 0
    return ("within" if all(each.sum() < error_of(each) for each in left) else "beyond",)


def which_lead_is_won_where():
    """How many large counties add more than one to the first lead, and all of it; who makes the second."""
    names, people, *_ = data()
    over_one, over_raw = lead("full", "common"), lead("full", "half")
    winners = (people > 2e5) & (over_one > 1)
    assert over_one[winners].sum() > over_one.sum()
    parts = {"small": people < np.median(people), "large": people > np.median(people)}
    who = [size for size, part in parts.items() if over_raw[part].sum() > over_raw.sum() / 3]
    assert abs(over_raw.max() / over_raw.sum() - 1 / 4) < 0.03
    return NUMBERS[winners.sum()].capitalize(), "large", *who, names[over_raw.argmax()]


def who_knows_better():
    """Log scores of raw rates with half a death added less those of one rate: more than a million people, and few."""
    names, people, *_ = data()
    own = lead("half", "common")
    many, few = own[people > 1e6].sum(), own[people < 2e5].sum()
    sure = [abs(own[part].sum()) > 2 * error_of(own[part]) for part in (people > 1e6, people < 2e5)]
    knew = int((own[people > 1e6] > 0).sum())
    return (
        "more" if many > 0 else "fewer",
        NUMBERS[knew],
        NUMBERS[(people > 1e6).sum()],
        "fewer" if few < 0 else "more",
        "both are" if all(sure) else "one is" if any(sure) else "neither is",
    )


def four_neighbours():
    _, mean, mass = asthma.california_posterior()
    estimates = np.array([means()[list(data()[0]).index(name)] for name in NEIGHBOURS])
    return ("above" if (estimates > mean @ mass).all() else "below",)


def three_for_yuba():
    """Expected hidden count at shape 10 and mean 10, by a grid of rates."""
    rates = np.linspace(0.01, 60, 6000)
    prior = stats.gamma.pdf(rates, 10)
    words = []
    for people in (77_031, 200_000):
        chance = np.array([stats.poisson.pmf(k, 3e-6 * people * rates) @ prior for k in range(1, 6)])
        expected = np.arange(1, 6) @ chance / chance.sum()
        words.append("high" if expected < 3 else "low")
    return tuple(words)


def better_than_extremes():
    return ("better" if min(lead("full", "half").sum(), lead("full", "common").sum()) > 0 else "worse",)


def counties_outside_the_band():
    exposure, least, greatest = asthma.california()
    expected = exposure * asthma.california_common()
    where = {}
    for county in ("Fresno", "Sacramento", "San Diego"):
        place = asthma.california_place(county)
        assert least[place] == greatest[place]
        low, high = stats.poisson.interval(0.95, expected[place])
        where[county] = "above" if least[place] > high else "below" if least[place] < low else "in"
    assert where["Fresno"] == where["Sacramento"]
    return where["Fresno"], where["San Diego"]


def highest_and_lowest_county():
    rates = {name: counties.rate(name)[0] for name in counties.names()}
    high, low = max(rates, key=rates.get), min(rates, key=rates.get)
    return high, NUMBERS[round(rates[high])], low, NUMBERS[round(rates[low])]


def mean_of_counties():
    """The state's rate: shown deaths, and the total of the hidden ones as the state says it."""
    exposure, least, greatest = asthma.california()
    rate = (least[least == greatest].sum() + 66) / exposure.sum()
    larger = asthma.california_best()[1] > rate
    return ("larger", "higher") if larger else ("smaller", "lower")


def leads_of_full_bayes():
    """By exact log scores: the county that is worst over raw rates, and over one rate; what the description says."""
    full = asthma.california_scores("full")
    over = {method: full - asthma.california_scores(method) for method in ("half", "common")}
    names = np.array(counties.names())
    assert names[over["common"].argmax()] == "Fresno" and names[over["half"].argmax()] == "Shasta"
    people = np.array([int(row["population_2017"]) for row in counties.counties()])
    assert names[people > 200_000][over["half"][people > 200_000].argmax()] == "Stanislaus"
    few, many = (over["half"][part].sum() for part in (people < 1_000_000, people >= 1_000_000))
    assert few > 4 * many and over["common"][people > 200_000].sum() > 4 * over["common"][people < 200_000].sum()
    return names[over["common"].argmin()], names[over["half"].argmin()]


def crosses_of_leads():
    over = asthma.california_scores("full") - asthma.california_scores("half")
    names = np.array(counties.names())
    assert over.min() < -2 and over.max() > 6
    return names[over.argmin()], names[over.argmax()]


def points_of_larger_counties():
    """Those of more than two hundred thousand people: over one rate, and the crosses over raw rates."""
    large = np.array([int(row["population_2017"]) > 200_000 for row in counties.counties()])
    names = np.array(counties.names())[large]
    one, raw = (
        (asthma.california_scores("full") - asthma.california_scores(method))[large] for method in ("common", "half")
    )
    half = "half" if abs((one < 0).sum() - one.size / 2) < 3 else "few"
    return names[one.argmax()], half, *names[one.argsort()[:2]], names[raw.argmax()], NUMBERS[round(raw.max())]


def counties_that_fall():
    """Raw rates above twenty with posterior means that round to fourteen, in the middle of the axis."""
    exposure, least, greatest = asthma.california()
    high = (least / exposure > 20) & (least == greatest)
    names = np.array(counties.names())[high]
    assert all(round(counties.rate(name)[0]) == 14 for name in names)
    return tuple(sorted(names))


def beyond_twenty():
    """Raw rates of 20 per million over three years, at a rate of 10: 3 deaths in 50,000 people, 60 in a million."""
    laws = stats.poisson(1.5), stats.poisson(30)
    return judged_right(
        asthma_counties.twice_the_rate,
        {
            "*above 20*": [law.sf(edge) for law, edge in zip(laws, (3, 60), strict=True)],
            "*at 20 or above*": [law.sf(edge - 1) for law, edge in zip(laws, (3, 60), strict=True)],
        },
    )


SENTENCES = [
    ("over three years comes out {}, if it has 50,000 people?", beyond_twenty),
    ("scatter from below minus two, for {}, to above six, for {}.", crosses_of_leads),
    (
        "highest for {}, {} fall a little below zero, lowest for {} and {}, and most crosses lie near zero, with that "
        "of {} the highest at {}.",
        points_of_larger_counties,
    ),
    ("In the middle, {} and {} fall from above twenty to fourteen.", counties_that_fall),
    ("{} goes most against the first, {}, where the count jumped, against the second.", leads_of_full_bayes),
    ("Fresno and Sacramento lie {} the band, San Diego {}.", counties_outside_the_band),
    ("with {} highest at {} and {} lowest at {}.", highest_and_lowest_county),
    ("That $m$ is {} says that small counties have, if anything, slightly {} rates.", mean_of_counties),
    ("**Why are the highest and the lowest rates all in {} counties,", sizes_of_ends),
    ("and call {} the highest and {} the lowest.", ends_of_the_estimates),
    (
        "Raw rates are extreme where people are {}; posterior means can be extreme only where people are {},",
        sizes_of_extreme_estimates,
    ),
    ("{} is the likeliest to have the highest rate,", lambda: likeliest_first()[:1]),
    (
        "counties, all of them {}, can we say with a probability of more than 39 in 40 on which side",
        lambda: likeliest_first()[1:],
    ),
    (
        "{}, {} and {} are {} the state's rate with a probability of more than 39 in 40, {} and {} {} it:",
        sides_of_the_sure,
    ),
    (
        "{} has the highest rate with a probability of {{glue:text}}`fresno_first:.0%`, more than any other "
        "county, and its rank is from {{glue:text}}`fresno_rank_low:.0f` to {{glue:text}}`fresno_rank_high:.0f` with a "
        "probability of {{glue:text}}`fresno_rank_sure:.0%`. {}, last in the list of means, has the lowest rate with a "
        "probability of "
        "{{glue:text}}`diego_last:.1%`; {}, whose count is {}, has it with {{glue:text}}`likeliest_last:.0%`.",
        likeliest_ends,
    ),
    ("The worst of the six checks is the {} of hidden counts in {}:", worst_of_six),
    (
        "with the state's total of 66 in the likelihood the mean is {{glue:text}}`mean_with_total:.2f`, {} of the way "
        "from {{glue:text}}`eb_mean:.2f` to {{glue:text}}`dropped_mean:.2f`.",
        most_of_the_way,
    ),
    (
        "In both periods the counts behind the mask are {} than the fit without the total expects, and so the mean {}.",
        totals_raise_the_mean,
    ),
    ("\"Our rate is more likely {} the state's than {} it,", who_says_more),
    (
        "In {} and in {} a single death beats every rate that is shown. At the other end stand the {} zeros.",
        one_death_beats,
    ),
    ("The noise {} with the root of the exposure.", noise_and_exposure),
    (
        "Both extremes are on the {}, where the band is {}; but several {} counties leave the band.",
        funnel_caption,
    ),
    (
        "The band around the dashed line at about ten is very wide on the {} and narrow on the {}. Zeros and long "
        "vertical bars fill the {} half;",
        funnel_alternative,
    ),
    ("are to be expected if rates are equal, and {} of those counties are {}.", most_are_large),
    ("{} is the disaster.", disaster_and_less_harm),
    ("suddenly has many with no asthma at all: its spread {} from", spread_with_zeros),
    (
        "{} does less harm (the spread is {{glue:text}}`dropped_sd:.1f`), but it does {}, for a reason that is easy "
        "to miss. A county is dropped *because of its count*, and a count below six is likelier where the rate "
        "is {}. So what stays is too {}.",
        less_harm,
    ),
    (
        "That the damage is {} is due to the zeros, which are shown and pull {} way,",
        the_zeros_pull,
    ),
    (
        "which is {{glue:text}}`dropped_excess:.1%` too {}, and zeroing {{glue:text}}`limit_zeroed:.2f`, which is "
        "{{glue:text}}`zeroed_deficit:.0%` too {}.",
        too_much_too_little,
    ),
    ("That is consistent, with misses on {}.", misses_of_the_totals),
    ("{} lies within the cloud. {} is far from anything that the published data allow.", within_and_far),
    (
        "A circle for {} and a square for {} lie in the cloud; a cross for {} lies far away from it, at the {} {}.",
        marks_in_the_cloud,
    ),
    ("With 58 counties the difference is {}. With eight schools it was {}.", widths_of_plugging_in),
    (
        "{} counties move {} of the way to the population mean (dashed); the {} hardly move.",
        who_moves,
    ),
    (
        "On the {}, circles at zero rise to about ten. Diamonds start at between {} and {} and sink, as counties grow, "
        "to {}.",
        left_of_the_estimates,
    ),
    (
        "{} a little from a raw {{glue:text}}`fresno_raw:.1f`. It has almost a million people, and so high a "
        "count is not easily put down to chance. In the raw list it stands behind at least {} {} counties, none of "
        "which has more than a {} of its people.",
        fresno,
    ),
    (
        "In {} counties nobody had died, and the raw rate says that nobody ever will; in {} of them, {}, somebody did.",
        impossible,
    ),
    (
        "**{}** is behind full Bayes by {{glue:text}}`behind_dropped:.0f`, with a standard error of "
        "{{glue:text}}`behind_dropped_error:.0f`: this {} decide. **{}** is behind by "
        "{{glue:text}}`behind_zeroed:.0f`, with a standard error of "
        "{{glue:text}}`behind_zeroed_error:.0f`; three hidden counties, {}, {} and {}, make "
        "{{glue:text}}`behind_three:.0f` of it.",
        who_is_behind,
    ),
    (
        "What zeroing keeps of the lead over raw rates ({{glue:text}}`left_half:.0f`) and over one rate "
        "({{glue:text}}`left_common:.0f`) is {} its standard error",
        what_is_left,
    ),
    (
        "{} {} counties win the whole of the first lead; the second comes from {} counties and {}, with {} a quarter "
        "of it.",
        which_lead_is_won_where,
    ),
    (
        "In sum, counties of {} than a million people knew themselves better than the state did (by "
        "{{glue:text}}`knows_many:.0f`, standard error {{glue:text}}`knows_many_error:.0f`; {} of {} did), and those "
        "of {} than 200,000 were better known by the state (by {{glue:text}}`knows_few:.0f`, standard error "
        "{{glue:text}}`knows_few_error:.0f`): {} certain.",
        who_knows_better,
    ),
    ("these distributions predicted the next three years {} than either extreme.", better_than_extremes),
    ("{{glue:text}}`stanislaus_mean:.1f`, are all {} the population's", four_neighbours),
    ("would be too {} for Yuba and too {} for a county of 200,000.", three_for_yuba),
]
