"""Sentences of the chapter `asthma-county` whose deciding words are computed."""

from functools import cache

import numpy as np
import references_asthma as asthma
from scipy import stats

RATES = np.linspace(1e-3, 12, 12_000)
STEP = RATES[1] - RATES[0]
NAMES = ("prior", "likelihood", "posterior")
PEOPLE = {"ten thousand": 0.1, "100,000": 1.0, "a million": 10.0}  # exposure in 100,000 person-years


def normalised(values):
    return values / (values.sum() * STEP)


@cache
def curves():
    """Prior, likelihood and posterior of three deaths in one unit of exposure, each with an area of one."""
    prior, likelihood = RATES**2 * np.exp(-5 * RATES), RATES**3 * np.exp(-RATES)
    return {name: normalised(f) for name, f in zip(NAMES, (prior, likelihood, prior * likelihood), strict=True)}


def peak(name):
    return RATES[curves()[name].argmax()]


def apart(first, second):
    """Area between two densities."""
    return np.abs(curves()[first] - curves()[second]).sum() * STEP / 2


def moments(density):
    mean = (RATES * density).sum() * STEP
    return mean, np.sqrt(((RATES - mean) ** 2 * density).sum() * STEP)


@cache
def after(exposure):
    return normalised(RATES**5 * np.exp(-(5 + exposure) * RATES))


def a_third_outside():
    low, high = (asthma.county_quantile(p, 6, 6) for p in (0.025, 0.975))
    share = {"a third": 1 / 3, "half": 1 / 2, "a quarter": 1 / 4}
    mean, _ = moments(after(1.0))
    return min(share, key=lambda word: abs(share[word] - mean / 3)), "outside" if not low < 3 < high else "inside"


def near_and_far():
    """What the posterior lies near; the exposure of the prior over that of the data, by the weight of the raw rate."""
    near, far = sorted(("prior", "likelihood"), key=lambda name: apart("posterior", name))
    weight = (moments(curves()["posterior"])[0] - 0.6) / (3 - 0.6)
    return near, far, {5: "five", 6: "six"}[round((1 - weight) / weight)]


def three_peaks():
    density = curves()
    assert abs(peak("prior") - 0.5) < 0.11 and density["prior"][RATES > 2].max() < 0.01 * density["prior"].max()
    assert density["likelihood"].max() < density["prior"].max() / 4
    assert moments(density["likelihood"])[1] > 4 * moments(density["prior"])[1]
    assert peak("prior") < peak("posterior") < peak("likelihood")
    away = {name: abs(peak("posterior") - peak(name)) for name in ("prior", "likelihood")}
    side = "below" if 0.75 < peak("posterior") < 1 else "above"
    return round(peak("likelihood")), side, min(away, key=away.get)


def what_adds_to_what():
    """Shape and rate of the posterior by its mean and variance, less those of the prior: 3 deaths, 2 exposures."""
    mean, sd = moments(normalised(RATES**5 * np.exp(-7 * RATES)))
    added = {"the shape": mean**2 / sd**2 - 3, "the rate": mean / sd**2 - 5}
    words = {"Deaths": 3, "exposure": 2}
    return tuple(min(words, key=lambda word: abs(words[word] - added[name])) for name in ("the shape", "the rate"))


def most_counties():
    """The prior's chances to lie below one and above two."""
    below_one, above_two = (curves()["prior"][part].sum() * STEP for part in (RATES < 1, RATES > 2))
    return "less" if below_one > 0.75 else "more", "hardly any" if above_two < 0.01 else "one in ten"


def typical_county():
    """The middle of the counties with three deaths: its place among all, and how rare three deaths are at its rate."""
    middle = RATES[np.searchsorted(np.cumsum(curves()["posterior"]) * STEP, 0.5)]
    lower = curves()["prior"][middle > RATES].sum() * STEP
    chance = 1 - np.exp(-middle) * (1 + middle + middle**2 / 2)
    assert abs(lower - 0.5) > 0.2 and abs(chance - 0.5) > 0.4
    return "below" if lower > 0.5 else "above", "high" if lower > 0.5 else "low", "bad" if chance < 0.1 else "usual"


def sentence_for_a_report():
    """Chances of a rate above one, after three deaths in 100,000 and in 200,000 people and before them."""
    county, city, before = (
        normalised(RATES**power * np.exp(-rate * RATES))[RATES > 1].sum() * STEP
        for power, rate in ((5, 6), (5, 7), (2, 5))
    )
    assert max(county, city) < 0.5
    return "below", "above", "likelier" if min(county, city) > 1.5 * before else "less likely"


def worth_in_deaths():
    """With which number of deaths the pooled raw rate is the posterior's mean, and with which its mode."""
    deaths = {"$a$": 3, "$a - 1$": 2}
    of = {"mean": moments(after(1.0))[0], "mode": RATES[after(1.0).argmax()]}
    words = [min(deaths, key=lambda name: abs((deaths[name] + 3) / 6 - of[what])) for what in ("mean", "mode")]
    assert np.isclose(of["mode"], 5 / 6, atol=1e-3)
    return tuple(words)


def three_sizes():
    """Where three deaths move the mean of the prior, and whether they make it narrow."""
    prior, prior_sd = moments(curves()["prior"])
    moved = {people: moments(after(exposure)) for people, exposure in PEOPLE.items()}
    way = {people: "right" if mean > prior else "left" for people, (mean, _) in moved.items()}
    assert moved["ten thousand"][1] > prior_sd
    return way["ten thousand"], way["a million"], "narrow" if moved["a million"][1] < 0.6 * prior_sd else "wide"


def peaks_by_size():
    names = {"a million people": 10.0, "100,000": 1.0, "10,000": 0.1}
    tall = max(names, key=lambda name: after(names[name]).max())
    others = [name for name in ("100,000", "10,000") if name != tall]
    at = {name: RATES[after(names[name]).argmax()] for name in names}
    assert abs(at[tall] - 1 / 3) < 0.01
    assert min(moments(after(names[name]))[1] for name in others) > 2 * moments(after(names[tall]))[1]
    where = ["at" if abs(at[name] - 1) < 0.05 else "below" if at[name] < 1 else "above" for name in others]
    furthest = max(names, key=at.get)
    return tall, *others, *where, {others[0]: "former", others[1]: "latter"}[furthest]


def what_counts_against_the_prior():
    """Exposure of the prior over the county's, by the shares of raw rate and prior mean in the posterior mean."""
    raw_share = {}
    for people, exposure in PEOPLE.items():
        raw = 3 / exposure
        raw_share[people] = (moments(after(exposure))[0] - 0.6) / (raw - 0.6)
    times = {people: share / (1 - share) for people, share in raw_share.items()}
    least, most = min(times, key=times.get), max(times, key=times.get)
    size = {min(PEOPLE, key=PEOPLE.get): "smallest", max(PEOPLE, key=PEOPLE.get): "largest"}
    number = {50: "fifty", 2: "two"}
    doubled = moments(after(PEOPLE[least]))[0] / moments(curves()["prior"])[0]
    assert abs(doubled - round(doubled)) < 0.05
    twice = {2: "double", 3: "treble"}[round(doubled)]
    return size[least], number[round(1 / times[least])], twice, size[most], number[round(times[most])]


def unusual_and_common():
    """Chances under the prior of three or more deaths among 100,000, and of three or fewer in a million."""
    chances = 1 - asthma.county_count(1, range(3)), asthma.county_count(10, range(4))
    return tuple("unusual" if chance < 0.05 else "common" for chance in chances)


def next_years():
    counts = np.arange(9)
    bars = np.array([asthma.county_count(1, [k], shape=6, rate=6) for k in counts])
    return bars, stats.poisson.pmf(counts, 1), stats.poisson.pmf(counts, 3)


def rings_give():
    """Of the two Poisson distributions, the one near the bars; it lacks chances at zero and in the tail alone."""
    bars, rings, crosses = next_years()
    away = {"rings": np.abs(rings - bars).sum(), "crosses": np.abs(crosses - bars).sum()}
    lacks = np.flatnonzero(rings < bars)
    assert lacks.tolist() == [0, *range(3, 9)]
    assert away["crosses"] > 1
    return min(away, key=away.get), "little" if rings[0] < bars[0] else "much"


def bars_rings_and_crosses():
    bars, rings, crosses = next_years()
    assert abs(bars[0] - 2 / 5) < 0.01 and bars[5] < 0.01
    marks = {"Crosses": crosses, "Rings": rings}
    near, far = sorted(marks, key=lambda name: np.abs(marks[name] - bars).sum())
    side = ["lower" if rings[k] < bars[k] else "higher" for k in (0, 1)]
    assert np.isclose(crosses[2], crosses[3]) and crosses[0] < 0.06
    peaks = np.argsort(-crosses.round(9), kind="stable")[:2]
    above = np.flatnonzero(crosses > bars)
    way = "above" if above.size > 4 else "below"
    assert above.tolist() == list(range(2, 9))
    return near, *side, far, *sorted(peaks), way, {2: "two", 3: "three"}[above[0]]


def plug_in_in_the_tail():
    """Ratios of the chances of no death and of five or more: which is further from one."""
    none = asthma.county_count(1, [0], 6, 6) / np.exp(-1)
    tail = (1 - asthma.county_count(1, range(5), 6, 6)) / stats.poisson.sf(4, 1)
    assert tail > 1 and none > 1
    return ("more" if tail > none else "less",)


def second_argument():
    """What a second argument of 6 does to a Gamma of SciPy: where it begins, and its standard deviation."""
    plain, given = stats.gamma(6), stats.gamma(6, 6)
    moved, stretched = given.ppf(1e-9) - plain.ppf(1e-9), given.std() / plain.std()
    what = "location" if np.isclose(stretched, 1) and np.isclose(abs(moved), 6) else "scale"
    return what, "right" if moved > 0 else "left"


def second_number_in_numpy():
    """By the mean of its draws: 3 times the number, or 3 over it."""
    mean = np.random.default_rng(1).gamma(3, 5, size=20_000).mean()
    return ("scale" if abs(mean - 15) < abs(mean - 3 / 5) else "rate",)


def cluster_of_deaths():
    """Poisson many events that kill one or several: variance of the count over its mean."""
    rng = np.random.default_rng(2)
    events = rng.poisson(2.0, size=40_000)
    count = events + rng.binomial(events, 0.5)  # every other event kills two
    return ("more" if count.var() > 1.2 * count.mean() else "less",)


def mean_in_the_book():
    book, lecture = (moments(after(exposure))[0] for exposure in (2.0, 1.0))
    assert abs(book - lecture) < 0.2
    return ("below" if book < lecture else "above",)


def outweighs():
    """The share of the raw rate 1.5 in the posterior mean of 30 deaths in an exposure of 20."""
    mean, _ = moments(normalised(np.exp(32 * np.log(RATES) - 25 * RATES)))
    share = (mean - 0.6) / (1.5 - 0.6)
    words = ("data", "prior") if share > 1 / 2 else ("prior", "data")
    return *words, {4: "four", 5: "five"}[round(max(share, 1 - share) / min(share, 1 - share))]


def second_quiet_year():
    first, both = asthma.county_count(1, [0], 6, 6), asthma.county_count(2, [0], 6, 6)
    return "not" if not np.isclose(both, first**2) else "indeed", "likelier" if both / first > first else "less likely"


SENTENCES = [
    ("{} of the raw rate, which lies {} the interval.", a_third_outside),
    (
        "The posterior (solid) lies near the {} (dashed), not near the {} (dotted), because the prior is worth {} "
        "times as much exposure as the data.",
        near_and_far,
    ),
    (
        "The prior peaks at two fifths and is gone by 2. The likelihood is low and wide, with its peak at {}. The "
        "posterior peaks a little {} 1, between the two and close to the {}.",
        three_peaks,
    ),
    ("**{} add to the shape, {} adds to the rate:**", what_adds_to_what),
    ("most counties have {} than one death per 100,000, and {} has two.", most_counties),
    (
        "of all counties lie {} it; yet at this rate three deaths or more come in {{glue:text}}`bad_year:.0%` of the "
        "years. So the typical one has a fairly {} rate *and* had a {} year.",
        typical_county,
    ),
    (
        "`below_one:.0%` the county's rate is {} one per 100,000; that it is {} has become {} by these deaths, from",
        sentence_for_a_report,
    ),
    (
        "`below_one_book:.0%` the rate is {} one per 100,000; that it is {} has become {} by these deaths, from",
        sentence_for_a_report,
    ),
    ("in deaths the answer is {} for the mean and {} for the mode.", worth_in_deaths),
    (
        "In ten thousand people the posterior lies to the {} of the prior, in a million to the {}, and it is {}.",
        three_sizes,
    ),
    (
        "The posterior for {} is tall and narrow with its peak near one third. Those for {} and for {} people are wide "
        "and peak {} and {} one, the {} furthest to the right.",
        peaks_by_size,
    ),
    (
        "The exposure of the {} county hardly counts: the prior is worth {} times as much. Its three deaths do count: "
        "they {} the mean, from {{glue:text}}`prior_mean:.2f` to {{glue:text}}`mean_small:.2f`. The {} county "
        "outweighs the prior by {} to one.",
        what_counts_against_the_prior,
    ),
    (
        "Three or more deaths among 100,000 people are {} under this prior, with a chance of "
        "{{glue:text}}`surprise_middle:.1%`; three or fewer in a million are {}",
        unusual_and_common,
    ),
    ("The {} give too {} to no death and to ", rings_give),
    (
        "{} lie near the bars, {} at zero and {} at one. {} start near zero, peak at {} and {} deaths and are {} the "
        "bars from {} deaths on.",
        bars_rings_and_crosses,
    ),
    ("In proportion the plug-in misses {} in the tail: five deaths or more", plug_in_in_the_tail),
    ("The *second* argument of `stats.gamma` is the {}, a shift to the {}.", second_argument),
    ("| `rng.gamma(a, s)` in NumPy | {} |", second_number_in_numpy),
    ("A heat wave or an epidemic kills several people at once, and the counts vary {}.", cluster_of_deaths),
    ("Its mean is a little {} the one for 100,000 people.", mean_in_the_book),
    ("but now the {} outweigh the {} by {} to one.", outweighs),
    (
        "It is *{}* the square of the chance of one quiet year. A quiet first year would be news about the rate, and "
        "make a second one {}.",
        second_quiet_year,
    ),
]
