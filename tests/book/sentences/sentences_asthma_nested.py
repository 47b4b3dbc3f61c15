"""Sentences of the chapter `asthma-nested` whose deciding words are computed.

The posterior of the nested model is that of `curves_asthma_nested`, by quadrature.
"""

import re
from functools import cache
from itertools import pairwise

import curves_asthma_nested as nested
import nested_reference
import numpy as np
import pandas as pd
import tables_asthma_nested as tables
from paths import ROOT
from scipy import special, stats

STATES = ("Utah", "West Virginia", "Florida")


@cache
def state_means():
    return nested.posterior()[0].sum(axis=2) @ nested.MEAN.ravel()


def place(state):
    return nested.counts().states.index(state)


def interval_of_mean(state):
    mass = nested.posterior()[0][place(state)].sum(axis=1)
    return [np.exp(nested.quantile_and_error(nested.LOG_MEAN, mass, p, 1)[0]) for p in (0.025, 0.975)]


def intervals_of_spread():
    """95% intervals of the states' coefficients of variation, in per cent."""
    mass = nested.posterior()[0].sum(axis=1)
    ends = [[nested.quantile_and_error(nested.LOG_SHAPE, row, p, 1)[0] for p in (0.975, 0.025)] for row in mass]
    return 100 * np.exp(-np.array(ends) / 2)


@cache
def estimates(state):
    """Posterior means of a state's county rates, and the raw rates."""
    data, s = nested.counts(), place(state)
    y, x = data.y[data.state == s], data.x[data.state == s]
    means = [
        (nested.posterior()[0][s] * (nested.SHAPE + k) / (nested.SHAPE / nested.MEAN + e)).sum()
        for k, e in zip(y, x, strict=True)
    ]
    return np.array(means), y / x


@cache
def judged():
    """Log score, expected deaths and place of each county's count of 1985-89 in the nested model."""
    data = nested.counts()
    e, uniform = data.later_x * data.growth, np.random.default_rng(3).uniform(size=data.y.size)
    score, expected, where = np.empty((3, data.y.size))
    for s, mass in enumerate(nested.posterior()[0]):
        rows = np.flatnonzero(data.state == s)
        kept = np.nonzero(mass > 0.005 * mass.max())
        weight = mass[kept] / mass[kept].sum()
        m, a = np.exp(nested.LOG_MEAN[kept[0]]), np.exp(nested.LOG_SHAPE[kept[1]])
        k, new, y, x = (v[rows, np.newaxis] for v in (data.later, e, data.y, data.x))
        shape, rate = a + y, a / m + x
        chance = stats.nbinom.pmf(k, shape, rate / (rate + new)) @ weight
        below = special.betainc(shape, k + 1, rate / (rate + new)) @ weight
        score[rows], expected[rows] = np.log(chance), (new * shape / rate) @ weight
        where[rows] = below - uniform[rows] * chance
    return score, expected, where


@cache
def all_judged():
    """Log score of each county, deviance and share within the middle 80%, for the six models."""
    data = nested.counts()
    groups = {"county": np.arange(data.y.size), "nation": np.zeros(data.y.size, int), "state": data.state}
    found = {name: tables.pooled(group) for name, group in groups.items()}
    for name in ("one population", "one spread"):
        of = tables.predicted(name)[1]
        found[name] = of.score, of.expected, of.place
    found["nested"] = judged()
    return {
        name: (score, tables.deviance(expected), float(((where > 0.1) & (where < 0.9)).mean()))
        for name, (score, expected, where) in found.items()
    }


def total(name):
    return all_judged()[name][0].sum()


def most_are_moved():
    """Exposure against four units, which a shape of 20 and a mean of 5 are worth; the weight of the raw rate."""
    x = nested.counts().x
    weight = x / (x + 20 / 5)
    assert (x < 4).mean() > 0.9
    return "less" if np.median(x) < 4 else "more", "more" if np.median(1 - weight) > 1 / 2 else "less"


@cache
def made_up():
    """Posterior of the simulated deaths, on axes of about half the resolution of the table's reference."""
    fine = tables.ASTHMA
    axes = tables.Axes(*(axis[::2] for axis in fine))
    return tables.solve(tables.made_up()[0], nested.counts().x, nested.counts().state, axes, 1)


def best_of_four():
    """Root mean squared errors of the simulated rates."""
    (y, rate), x, state = tables.made_up()[:2], nested.counts().x, nested.counts().state
    own = np.bincount(state, y) / np.bincount(state, x)
    estimates = {"raw rates": y / x, "one rate for all": y.sum() / x.sum(), "state": own[state], "nested": rate * 0}
    for s, table in enumerate(made_up().table):
        mass, m, a, _ = tables.nodes(table, made_up().axes, 1e-2)
        here = state == s
        estimates["nested"][here] = ((a + y[here, np.newaxis]) / (a / m + x[here, np.newaxis])) @ mass
    error = {name: np.sqrt(np.mean((estimate - rate) ** 2)) for name, estimate in estimates.items()}
    order = sorted(error, key=error.get)
    assert error[order[-1]] > 3 * error[order[-2]]
    return order[-1], "worse" if order[0] == "nested" else "better", order[-2], order[0]


def spread_of_shapes():
    """Mean of omega over the true one, and the spread of the estimated log shapes."""
    mean = tables.marginal(made_up(), "omega")[3]
    axis, table = made_up().axes.log_shape, made_up().table.sum(axis=1)
    estimated = table @ axis / table.sum(axis=1)
    close = estimated.std() < 0.5 * np.log(tables.made_up()[3]).std()
    share = {1 / 2: "half", 1 / 3: "a third", 1: "the whole", 2: "twice"}
    return share[min(share, key=lambda s: abs(s - mean / 0.6))], "too close together" if close else "too far apart"


def misses_by_kind():
    """Shares of 90% intervals of the states' means and shapes that hold the truth."""
    _, _, mean, shape = tables.made_up()
    axes, table = made_up().axes, made_up().table
    shares = []
    for axis, others, truth in ((axes.log_mean, 2, mean), (axes.log_shape, 1, shape)):
        below = tables.states_below(axis, table.sum(axis=others), truth)
        shares.append(np.mean((below > 0.05) & (below < 0.95)))
    assert abs(shares[0] - 0.9) < 0.06
    return ("fewer" if shares[1] < shares[0] - 0.05 else "as many",)


def more_within():
    """From the states' estimates: spread of the log means, and the median coefficient of variation within states."""
    means = np.log(state_means())
    within = np.median(intervals_of_spread().mean(axis=1)) / 100
    return ("more" if within > means.std() else "less",)


def largest_step():
    """Steps of the log score to ever larger models; and which models are better than which."""
    names = ["county", "nation", "one population", "one spread", "nested"]
    steps = list(pairwise(names))
    first, second = max(steps, key=lambda step: total(step[1]) - total(step[0]))
    beaten = [name for name in all_judged() if total(name) < total("nation")]
    assert beaten == ["county"] and total("state") > total("county")
    words = {"county": "the counties left alone", "nation": "the nation's rate"}
    words["one population"] = "one population of counties"
    return words[first], words[second], words[beaten[0]]


def standard_errors(ahead_of):
    """By how many standard errors the nested model's log score is ahead, the counties of a state taken together."""
    gain, state = all_judged()["nested"][0] - all_judged()[ahead_of][0], nested.counts().state
    of_state = np.array([gain[state == s].sum() for s in range(state.max() + 1)])
    return gain.sum() / (of_state.std(ddof=1) * np.sqrt(of_state.size))


def worth_of_nesting():
    ratio = standard_errors("one population")
    assert abs(ratio - round(ratio)) < 0.3
    return ({3: "three", 4: "four"}[round(ratio)],)


def best_and_lowest():
    """What the nested model is first of in the log scores, and in the deviances, of the six models."""
    scores, deviances = {name: total(name) for name in all_judged()}, {name: of[1] for name, of in all_judged().items()}
    ends = [{"best": max(scores, key=scores.get), "worst": min(scores, key=scores.get)}]
    ends.append({"highest": max(deviances, key=deviances.get), "lowest": min(deviances, key=deviances.get)})
    return tuple(word for end in ends for word, name in end.items() if name == "nested")


def levels_and_spreads():
    """What states with levels and one spread gain over one population, and what their own spreads add to that."""
    gain = {"levels": total("one spread") - total("one population"), "spread": total("nested") - total("one spread")}
    most, rest = sorted(gain, key=gain.get, reverse=True)
    assert gain["spread"] > 0
    return most, rest, "less" if standard_errors("one spread") < 2 else "more"


def which_way_is_better():
    """Mean log score and mean deviance of Poisson counts with the true mean, and with one that is too high."""
    count = np.arange(80)
    chance = stats.poisson.pmf(count, 6.0)
    score = [chance @ stats.poisson.logpmf(count, mean) for mean in (6.0, 9.0)]
    lack = [2 * chance @ (special.xlogy(count, count / mean) - count + mean) for mean in (6.0, 9.0)]
    return "higher" if score[0] > score[1] else "lower", "lower" if lack[0] < lack[1] else "higher"


def states_and_counties():
    """The state's rate for each of its counties, and one population that knows no states."""
    words = {"states without counties": "state", "counties without states": "one population"}
    worse, better = sorted(words, key=lambda name: total(words[name]))
    assert total("nested") - total(words[worse]) > 4 * (total("nested") - total(words[better]))
    return worse.capitalize(), better


def coverage():
    share = {name: values[2] for name, values in all_judged().items()}
    shared = [share[name] for name in ("nation", "state")]
    assert all(abs(share[name] - 0.8) < 0.025 for name in ("one population", "one spread", "nested"))
    assert max(shared) < 0.75 or min(shared) > 0.85
    return ("low" if max(shared) < 0.8 else "high",)


def bars_of_nation():
    """Its bars over the height of the line."""
    data = nested.counts()
    bars = np.histogram(tables.pooled(np.zeros(data.y.size, int))[2], np.arange(11) / 10)[0] / (data.y.size / 10)
    outer, inner = bars[[0, -1]].mean(), bars[2:8].mean()
    return "sure" if outer > 1 else "unsure", "many" if outer > 1 else "few", "outer" if outer > inner else "inner"


def bars_of_nested():
    bars = np.histogram(judged()[2], np.arange(11) / 10)[0] / (nested.counts().y.size / 10)
    slope = np.polyfit(np.arange(10), bars, 1)[0]
    return ("right" if slope > 0.02 else "left",)


def bars_one_by_one():
    data = nested.counts()
    nation = np.histogram(tables.pooled(np.zeros(data.y.size, int))[2], np.arange(11) / 10)[0] / (data.y.size / 10)
    own = np.histogram(judged()[2], np.arange(11) / 10)[0] / (data.y.size / 10)
    assert nation[[0, -1]].min() > nation[1:-1].max() and own[:6].max() < 1.03
    sides = "above" if nation[[0, -1]].min() > 1.1 else "below", "below" if nation[2:8].max() < 1 else "above"
    rises = np.flatnonzero(own > 1.08)
    part = {1 / 2: "half", 1 / 3: "third", 1 / 4: "quarter", 1 / 5: "fifth"}
    share = part[min(part, key=lambda p: abs(own[-1] - 1 - p))]
    assert rises.tolist() == list(range(10 - rises.size, 10))
    return *sides, {2: "two", 3: "three", 4: "four"}[rises.size], "last" if own[-1] == own.max() else "first", share


def small_and_large():
    """Deaths over those predicted in the three quarters of small counties and in the largest twentieth."""
    data, expected = nested.counts(), judged()[1]
    order = data.x.argsort().argsort() / data.x.size
    small, large = order < 0.75, order >= 0.95
    assert data.later[small].sum() < 0.25 * data.later.sum()
    ratio = [data.later[part].sum() / expected[part].sum() for part in (small, large)]
    return tuple("more" if r > 1 else "fewer" for r in ratio)


def stands_out():
    """The state whose interval for the spread misses another's; whether those of all others overlap."""
    low, up = intervals_of_spread().T
    apart = low[:, np.newaxis] > up
    names = np.array(nested.counts().states)
    others = names != names[low.argmax()]
    assert low.max() > low[others].max() + 4
    return names[apart.any(axis=1)].item(), "any" if not apart[others][:, others].any() else "hardly any"


def misses_the_median_spread():
    """The states whose interval for the spread misses the median state's."""
    low, up = intervals_of_spread().T
    median = 100 * np.exp(-nested_reference.hyper_mean("nu") / 2)
    return tuple(np.array(nested.counts().states)[(low > median) | (up < median)])


def misses_the_median():
    """How many intervals of states' means miss the median state; the two that start highest."""
    _, median = nested.posterior()
    ends = {state: interval_of_mean(state) for state in nested.counts().states}
    misses = sum(not low < median < high for low, high in ends.values())
    first = sorted(ends, key=lambda state: -ends[state][0])[:3]
    assert 10 <= misses <= 14 and {"Florida", "Missouri"} < set(first)
    return "a dozen", "Florida", "Missouri"


def level_of_florida():
    _, median = nested.posterior()
    return ("above" if interval_of_mean("Florida")[0] > median else "below",)


def hawaii():
    """Its raw rate against Utah's, and whether its interval holds the median state."""
    _, median = nested.posterior()
    low, high = interval_of_mean("Hawaii")
    lower = nested.raw_rate("Hawaii") < nested.raw_rate("Utah")
    return "lower" if lower else "higher", "holds" if low < median < high else "misses"


def large_counties_of_texas():
    """Rate of the twentieth of its counties with most people against that of the others; what each mean is near."""
    data = nested.counts()
    here = data.state == place("Texas")
    y, x = data.y[here], data.x[here]
    large = x >= np.quantile(x, 0.95)
    rates = y[large].sum() / x[large].sum(), y[~large].sum() / x[~large].sum()
    assert nested.raw_rate("Texas") < state_means()[place("Texas")]
    weight = x / (x + worth("Texas"))
    share = weight[large].sum() / weight.sum() / (x[large].sum() / x.sum())
    assert abs(share - 1) > 1 / 2
    return "low" if rates[0] < rates[1] else "high", "less" if share < 1 else "more"


def worth(state):
    """Exposure that a state's population is worth: shape over mean."""
    return (nested.posterior()[0][place(state)] * nested.SHAPE / nested.MEAN).sum()


def step_of_florida():
    """Of the step from the raw rate to the posterior mean, the part that the mean without the nation has made."""
    data, mass = nested.counts(), nested.posterior()[0][place("Florida")]
    here = data.state == place("Florida")
    y, x = data.y[here, np.newaxis], data.x[here, np.newaxis]
    log_mean, shape = np.linspace(np.log(3), np.log(12), 181), nested.SHAPE[mass.sum(axis=0) > 1e-3]
    of_shape = mass.sum(axis=0)[mass.sum(axis=0) > 1e-3]
    alone = 0
    for a, chance in zip(shape, of_shape / of_shape.sum(), strict=True):
        ratio = a / np.exp(log_mean)
        log_likelihood = stats.nbinom.logpmf(y, a, ratio / (ratio + x)).sum(axis=0)
        likelihood = np.exp(log_likelihood - log_likelihood.max())
        alone += chance * (likelihood @ np.exp(log_mean)) / likelihood.sum()
    raw = nested.raw_rate("Florida")
    part = (raw - alone) / (raw - state_means()[place("Florida")])
    return "Florida", "more" if part > 0.5 else "less"


def growth_by_size():
    """Growth of the smallest quarter's rate less that of the largest twentieth's, with a jackknife over states."""
    data = nested.counts()
    order = data.x.argsort().argsort() / data.x.size
    kept = [np.ones(data.y.size, bool), *(data.state != s for s in range(len(data.states)))]

    def grown(here):
        return np.log(data.later[here].sum() / data.later_x[here].sum() / (data.y[here].sum() / data.x[here].sum()))

    gap = np.array([grown((order < 0.25) & part) - grown((order >= 0.95) & part) for part in kept])
    error = np.sqrt((len(gap) - 2) / (len(gap) - 1) * ((gap[1:] - gap[1:].mean()) ** 2).sum())
    assert gap[0] > error
    return ("less" if gap[0] < 2 * error else "more",)


def raw_rate_and_mean():
    """What weighs the counties' rates so that their mean is the raw rate of Texas: people, or every county alike."""
    data = nested.counts()
    here = data.state == place("Texas")
    rates, weights = data.y[here] / data.x[here], {"their people": data.x[here], "their number": np.ones(here.sum())}
    raw = data.y[here].sum() / data.x[here].sum()
    return tuple(words for words, weight in weights.items() if np.isclose(np.average(rates, weights=weight), raw))


def gathers_most():
    spread = {state: estimates(state)[0].std() for state in STATES}
    return min(spread, key=spread.get), max(spread, key=spread.get)


def three_panels():
    """Where the estimates gather, whose band is wide, and which way the states' rates are moved."""
    spread = {state: estimates(state)[0].std() for state in STATES}
    near = {4: "4", 4.5: "4 and a half", 5: "5", 6: "6"}
    words = [near[min(near, key=lambda at: abs(at - state_means()[place(state)]))] for state in STATES]
    way = {s: "upwards" if state_means()[place(s)] > nested.raw_rate(s) else "downwards" for s in ("Utah", "Florida")}
    wide = max(spread, key=spread.get)
    assert wide == "Florida"
    assert spread[wide] > 2 * max(v for s, v in spread.items() if s != wide)
    ends = [round(end, 1) for end in (estimates("Utah")[0].min(), estimates("Utah")[0].max())]
    assert abs(ends[0] - 2.5) < 0.3 and abs(ends[1] - 5) < 0.3
    return *words, way["Utah"], way["Florida"]


def what_the_spreads_do():
    """Two states of four counties: normal means between and within, one after the other."""
    rates, noise = np.array([[2.0, 4.0, 3.0, 3.0], [6.0, 8.0, 7.0, 7.0]]), 1.0
    means = {}
    for name, between, within in (("wide between", 5.0, 0.5), ("narrow between", 0.05, 0.5)):
        variance = (within**2 + noise**2) / 4
        weight = between**2 / (between**2 + variance)
        means[name] = np.ptp(weight * rates.mean(axis=1) + (1 - weight) * rates.mean())
    part = max(means, key=means.get).split()[0]
    kept = {spread: within**2 / (within**2 + noise**2) for spread, within in (("wide", 5.0), ("narrow", 0.05))}
    stays = max(kept, key=kept.get)
    return part, "narrow" if part == "wide" else "wide", "narrow" if stays == "wide" else "wide", f"{stays}r"


def dots_at_the_start():
    """Ends of the eight estimates, and how far most are from their state's mean, with spreads of 12% and 20%."""
    shown = {"Utah": ["Piute", "Beaver", "Sanpete", "Salt Lake"]}
    shown["West Virginia"] = ["Calhoun", "Ritchie", "Boone", "Kanawha"]
    data, a, dots, away = nested.counts(), 1 / 0.2**2, [], []
    name = pd.read_csv(nested_reference.FILE)["county"].to_numpy()
    log_mean = np.log(4.8) + 0.12 * np.linspace(-6, 6, 601)
    m = np.exp(log_mean)
    for state, counties in shown.items():
        here = data.state == place(state)
        ratio = a / m[:, np.newaxis]
        log_likelihood = stats.nbinom.logpmf(data.y[here], a, ratio / (ratio + data.x[here])).sum(axis=1)
        mass = np.exp(log_likelihood - log_likelihood.max()) * stats.norm.pdf(log_mean, np.log(4.8), 0.12)
        mass /= mass.sum()
        for county in counties:
            at = np.flatnonzero(here & (name == f"{county} County"))
            y, x = data.y[at].item(), data.x[at].item()
            dots.append(mass @ ((a + y) / (a / m + x)))
            away.append(abs(dots[-1] - mass @ m))
    assert min(dots) > 2.7
    near = np.mean(np.array(away) < 0.5)
    return f"{np.floor(10 * min(dots)) / 10:.1f}", round(max(dots)), "near" if near > 0.8 else "far from"


def piute_is_near():
    """The county without a death: its estimate, the mean of Utah's counties and the median state."""
    data = nested.counts()
    rates, raw = estimates("Utah")
    x = data.x[data.state == place("Utah")]
    piute = rates[np.flatnonzero(x == 0.03448)]
    assert piute.size == 1 and raw[x == 0.03448] == 0
    _, median = nested.posterior()
    near = abs(piute[0] - state_means()[place("Utah")]) < 0.1 < abs(piute[0] - median)
    return ("almost nothing" if near else "almost all",)


def closer_to_the_nation():
    """The District of Columbia at mu = log 4, tau = 0.12 and shape 24, by a grid of the mean and of the rate."""
    m, rate = np.exp(np.linspace(np.log(4) - 0.8, np.log(4) + 0.8, 401))[:, np.newaxis], np.linspace(0.02, 16, 800)
    joint = np.exp(-(((np.log(m) - np.log(4)) / 0.12) ** 2) / 2)
    joint = joint * stats.gamma.pdf(rate, 24, scale=m / 24) * stats.poisson.pmf(22, 4.376 * rate)
    joint /= joint.sum()
    away = abs((joint * m).sum() - 4), abs((joint * rate).sum() - 4)
    return ("closer" if away[0] < away[1] else "less close",)


def parents_of_a_state():
    """What the program computes a state's mean and its shape from."""
    program = (ROOT / "book/programs/nested_counts.py").read_text(encoding="utf-8")
    of = {
        name: re.findall(r"mu|tau|nu|omega", rule) for name, rule in re.findall(r"(\w+) = pm.math.exp\((.*)\)", program)
    }
    return (*of["mean"], *of["shape"])


def direction_in_shape():
    """The coefficient of variation of Gamma rates, one standard deviation of log shape away from the median."""
    shape, omega = 4.0, 0.8
    times = {way: stats.gamma(shape * np.exp(sign * omega)) for way, sign in {"up": 1, "down": -1}.items()}
    median = stats.gamma(shape)
    ratio = {way: law.std() / law.mean() / (median.std() / median.mean()) for way, law in times.items()}
    return ([way for way, value in ratio.items() if np.isclose(value, np.exp(omega / 2))][0],)


def ends_of_states():
    mass = nested.posterior()[0].sum(axis=2) @ nested.MEAN.ravel()
    states = np.array(nested.counts().states)
    return states[mass.argmin()], states[mass.argmax()]


def states_far_from_their_rings():
    """Raw rate less posterior mean: the two furthest to the left, the furthest to the right."""
    states = np.array(nested.counts().states)
    away = [nested.raw_rate(state) for state in states] - nested.posterior()[0].sum(axis=2) @ nested.MEAN.ravel()
    order = states[np.argsort(away)]
    return (*sorted(order[:2], reverse=True), order[-1])


def the_widest_spread():
    """The state whose 95% interval for the coefficient of variation starts near thirty per cent."""
    mass = nested.posterior()[0].sum(axis=1)
    starts = [np.exp(-nested.quantile_and_error(nested.LOG_SHAPE, row, 0.975, 1)[0] / 2) for row in mass]
    first, second = np.argsort(starts)[::-1][:2]
    assert starts[first] > 1.2 * starts[second]
    return nested.counts().states[first], round(10 * starts[first]) * 10


def priors_say():
    """Quantiles of the prior of log m; and how a Gamma distribution whose shape is the prior's median is spread."""
    rate = np.exp(np.log(5) + np.log(2) * stats.norm.ppf([0.5, 0.975]))
    factor, spread = rate[1] / rate[0], stats.gamma(10).std() / stats.gamma(10).mean()
    return (
        round(rate[0]),
        round(factor),
        min({"a half": 1 / 2, "a third": 1 / 3, "a quarter": 1 / 4}.items(), key=lambda words: abs(words[1] - spread))[
            0
        ],
    )


SENTENCES = [
    ("ordered by mean rate from {} at the bottom to {} on top.", ends_of_states),
    ("such as those of {} and {} far to the left and {} to the right.", states_far_from_their_rings),
    ("{}'s is the only one that starts near {}.", the_widest_spread),
    ("a state one standard deviation {} in shape has a coefficient of variation", direction_in_shape),
    (
        "Arrows lead from {} and {} to the state mean m, and from {} and {} to the state shape a.",
        parents_of_a_state,
    ),
    ("Most counties have {}, and are moved {} than half-way.", most_are_moved),
    ("The {} are far {} than {}. The {} model is the best of the four,", best_of_four),
    ("Of the intervals for the shapes {} do.", misses_by_kind),
    (
        "its mean came out at {} of the true value here, which lies at the very end of the interval, and that pulls "
        "the 50 shapes {}, all at once.",
        spread_of_shapes,
    ),
    ("So counties differ {} within states than states do:", more_within),
    (
        "adds up {{eq}}`eq-nested-score`; {} is better, and one unit is a factor $e$",
        lambda: which_way_is_better()[:1],
    ),
    ("against one with the counts as means; {} is better.", lambda: which_way_is_better()[1:]),
    ("It has the {} log score and the {} deviance.", best_and_lowest),
    (
        "From {} to {} is the largest step. Counties differ, and pooling that denies it is ahead only of {}.",
        largest_step,
    ),
    ("is worth {{glue:text}}`gain_one:.0f`, about {} standard errors.", worth_of_nesting),
    (
        "Most of that comes from the states' {}. That each state also has its *own {}* is worth what the row "
        '"one spread" lacks, {} than two of its standard errors.',
        levels_and_spreads,
    ),
    ("*{} are far worse than {}.*", states_and_counties),
    (
        "close to 80% for every model with a population of counties, and too {} where counties share a rate.",
        coverage,
    ),
    ("One rate for the nation is too {} of itself: too {} counts fall in the {} bars.", bars_of_nation),
    ("about as wide as it should be, but leans: its bars rise to the {},", bars_of_nested),
    (
        "For one national rate the first and the last bar stand out {} the line and the middle bars lie {} it. For the "
        "nested model the first six bars lie at or a little below the line, and the last {} rise above it, the {} one "
        "by about a {}.",
        bars_one_by_one,
    ),
    (
        "The small counties, which are most of the bars but few of the deaths, had {} deaths than predicted, and the "
        "largest ones {}.",
        small_and_large,
    ),
    ("{}'s starts highest by far; {} two of the others overlap.", stands_out),
    ("For all states but {} the interval holds the median:", misses_the_median_spread),
    ("and *which* do is sure for {} alone.", misses_the_median_spread),
    ("About {} intervals miss it, {}'s and {}'s by most.", misses_the_median),
    ("starts at {{glue:text}}`florida_low:.1f`, {} the median state.", level_of_florida),
    ("Hawaii's raw rate is {} still, and its interval {} the median state easily:", hawaii),
    (
        "in which the few large ones, {} in Texas, count for far {} than their share of the people.",
        large_counties_of_texas,
    ),
    ("(in {} {} than half of that step is another weighing, not shrinkage)", step_of_florida),
    ("a difference of {} than two standard errors, summed by states.", growth_by_size),
    ("The raw rate weighs counties by {};", raw_rate_and_mean),
    ("the estimates of a state gather around its own mean, most closely in {} and least in {}.", gathers_most),
    (
        "around the state's mean near {}, in West Virginia to a narrow one near {}; in Florida the ends stay apart, "
        "from about 3 to 10, around a mean near {}. A thick line leads from the state's raw rate towards the "
        "dashed line of the median state, {} in Utah and {} in Florida.",
        three_panels,
    ),
    (
        "With a {} spread *between* states, the green strokes of Utah and West Virginia part; with a {} one, both "
        "stand at the dashed line. With a {} spread *within* states, each dot nears its state's stroke; the {} it "
        "is, the more of its distance a dot keeps,",
        what_the_spreads_do,
    ),
    ('"between {} and {}, most of them {} the strokes for the states\' means."', dots_at_the_start),
    ("almost the mean of Utah's counties, since its own data weigh {}.", piute_is_near),
    ("the state's mean stays {} to the nation than the county's rate does.", closer_to_the_nation),
    (
        "has a rate of {} per 100,000; 95% of our belief is within a factor of {} of that",
        lambda: priors_say()[:2],
    ),
    ("a coefficient of variation $e^{{-\\nu / 2}}$ of about {}", lambda: priors_say()[2:]),
]
