"""Sentences of the chapter `exchangeability` whose deciding words are computed."""

import re
from fractions import Fraction
from itertools import permutations, product
from math import comb

import curves_exchangeability as curves
import exchangeability_reference as reference
import numpy as np
import tables_exchangeability as tables
from paths import ROOT
from scipy import optimize, special, stats

PAGE = ROOT / "book" / "exchangeability.md"
HALF = Fraction(1, 2)


def correlation(law):
    """Of the first two of exchangeable or identically distributed flips."""
    one = tables.ones(law)[0]
    both = sum(probability for flips, probability in law.items() if flips[0] and flips[1])
    return (both - one**2) / (one * (1 - one))


def side_of_the_diagonal():
    """Which effect is the larger more often, A being on the horizontal axis; the cloud is smaller than before."""
    _, beats, *_ = reference.under_proper_priors()
    _, sd = curves.means_of_a_and_b()
    assert abs(beats - 0.5) > 0.05 and sd.max() < 200**0.5 / 1.5
    return ("below", "above") if beats > 0.5 else ("above", "below")


def largest_distance():
    """The largest difference between what two laws give to any of all events, over pairs of sure and of even laws."""
    laws = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (HALF, HALF, 0), (0, HALF, HALF)]
    events = list(product((0, 1), repeat=3))
    return (
        max(
            abs(sum(inside * (a - b) for inside, a, b in zip(event, one, other, strict=True)))
            for event in events
            for one in laws
            for other in laws
        ),
    )


def what_a_large_effect_tells():
    """The covariance of two effects before the data is the variance of mu."""
    rng = np.random.default_rng(1)
    mu, tau = 10 * rng.standard_normal(20_000), np.abs(10 * rng.standard_normal(20_000))
    a, b = mu + tau * rng.standard_normal((2, 20_000))
    slope = np.cov(a, b)[0, 1] / a.var()
    assert abs(slope) > 0.3
    return ("more" if slope > 0 else "less",)


def order_of_properties():
    """The second of three properties does not follow from the first unless the order is right, by five laws."""
    rows = {
        row[0]: dict(zip(("exchangeable", "independent", "same"), row[1:], strict=True))
        for row in tables.mechanisms()[1:]
    }
    iid = [row for row in rows.values() if row["independent"] == row["same"] == "yes"]
    assert iid and all(row["exchangeable"] == "yes" for row in iid)
    exchangeable = [row for row in rows.values() if row["exchangeable"] == "yes"]
    same = [row for row in rows.values() if row["same"] == "yes"]
    follows = {
        ("Exchangeable", "identically distributed"): all(row["same"] == "yes" for row in exchangeable),
        ("Identically distributed", "exchangeable"): all(row["exchangeable"] == "yes" for row in same),
    }
    assert not all(row["independent"] == "yes" for row in exchangeable)
    [words] = [words for words, holds in follows.items() if holds]
    return words


def a_head_here():
    """The chance of a head at the second place, after a head and without knowing, over all orders of two in five."""
    orders = list(permutations([1, 1, 0, 0, 0]))
    after = np.mean([order[1] for order in orders if order[0]])
    return ("fewer" if after < np.mean([order[1] for order in orders]) else "more",)


def sign_of_no_mixture():
    """Correlations of mixtures of coins, many of them, are never of this sign."""
    rng = np.random.default_rng(1)
    chances, weights = rng.random((500, 3)), rng.dirichlet(np.ones(3), 500)
    covariance = (weights * chances**2).sum(axis=1) - (weights * chances).sum(axis=1) ** 2
    signs = {"positive": (covariance > 1e-12).any(), "negative": (covariance < -1e-12).any()}
    [never] = [sign for sign, found in signs.items() if not found]
    return (never,)


def two_in_five_at_the_limit():
    """Their correlation against the lowest and highest for which five equicorrelated variables exist."""
    orders = set(permutations([1, 1, 0, 0, 0]))
    found = correlation({order: Fraction(1, len(orders)) for order in orders})
    allowed = [rho for rho in np.linspace(-1, 1, 401) if np.linalg.eigvalsh(matrix(5, rho))[0] > -1e-9]
    ends = {"smallest": min(allowed), "largest": max(allowed)}
    [word] = [word for word, rho in ends.items() if np.isclose(rho, float(found))]
    return (word,)


def matrix(size, rho):
    return (1 - rho) * np.eye(size) + rho


def fewer_show_less():
    """Distances of the first k of two heads in five to the nearest mixture."""
    distances = [tables.nearest_coin(tables.first_of_a_shuffle(5, 2, k))[0] for k in range(1, 6)]
    proved = [tables.proved(tables.first_of_a_shuffle(5, 2, k)) for k in range(1, 6)]
    np.testing.assert_allclose(distances, proved, atol=1e-6)
    steps = np.diff(distances)
    assert (steps > 0.01).all() or (steps < -0.01).all()
    return ("fewer", "less") if steps[0] > 0 else ("more", "less")


def lowest_correlation(size):
    """Where the smallest eigenvalue of the correlations of so many variables is zero."""
    return optimize.brentq(lambda rho: np.linalg.eigvalsh(matrix(size, rho))[0], -1.5, 0)


def colours_of_correlations():
    """The side of zero that mixtures can have, the other one, and how the lowest correlation goes with the size."""
    [never] = sign_of_no_mixture()
    ends = [lowest_correlation(size) for size in (2, 5, 20, 50)]
    np.testing.assert_allclose([ends[0], ends[-1]], [-1, -1 / 49], atol=1e-6)
    trend = "rises" if (np.diff(ends) > 0).all() else "falls"
    return ("above", "Below", trend) if never == "negative" else ("below", "Above", trend)


def histogram_of_urns():
    """The most frequent end of urns after a thousand draws, and the sign of the third moment."""
    law = np.array(reference.polya_counts(1000))
    at = np.arange(1001) / 1000
    mean = law @ at
    skew = law @ (at - mean) ** 3 / (law @ (at - mean) ** 2) ** 1.5
    assert abs(skew) > 0.1
    near = {"one third": 1 / 3, "one half": 1 / 2, "two thirds": 2 / 3}
    mode = at[law.argmax()]
    return min(near, key=lambda words: abs(near[words] - mode)), "right" if skew > 0 else "left"


def kind_of_urn(added):
    """Correlation of two draws from two ones and three zeros, by its sign, with so many balls that come in."""
    law = {(x, z): Fraction(0) for x in (0, 1) for z in (0, 1)}
    for x, z in law:
        inside = [3, 2]
        first = Fraction(inside[x], 5)
        inside[x] += added
        law[x, z] = first * Fraction(inside[z], sum(inside))
    return correlation(law)


def kinds_of_urns():
    """Which number of balls makes draws independent, alike, or as different as five variables can be."""
    kinds = {added: kind_of_urn(added) for added in (0, 1, -1)}
    [independent] = [added for added, rho in kinds.items() if rho == 0]
    [alike] = [added for added, rho in kinds.items() if rho > 0]
    [apart] = [added for added, rho in kinds.items() if rho == -Fraction(1, 4)]
    return independent, alike, apart


def panels():
    """The letters of the four mechanisms, as the page's code assigns them."""
    code = dict(re.findall(r'"Panel (\w)": (.+),\n', PAGE.read_text(encoding="utf-8")))
    marks = {"cumsum": "chain", "urn_draws": "urn", "permuted": "shuffle", "astype": "coin"}
    return {name: letter for letter, text in code.items() for mark, name in marks.items() if mark in text}


def laws_of_panels(n=6):
    """Laws of the first flips: the shuffle is of thirty and thirty, the coin's chance is uniform."""

    def urn(before):
        return Fraction(1 + sum(before), 2 + len(before))

    def chain(before):
        return HALF if not before else Fraction(23, 25) if before[-1] else Fraction(2, 25)

    def shuffle(before):
        return Fraction(30 - sum(before), 60 - len(before))

    laws = {name: tables.law_of(chance, n) for name, chance in {"urn": urn, "chain": chain, "shuffle": shuffle}.items()}
    flips = product((0, 1), repeat=n)
    laws["coin"] = {x: Fraction(1, (n + 1) * comb(n, sum(x))) for x in flips}  # the Beta integral
    return laws


def which_is_which():
    """The mechanism that is not exchangeable, and the two that have the same law; the shuffle is no mixture."""
    laws, letters = laws_of_panels(), panels()
    first = {name: tables.law_of(lambda before, law=law: next_chance(law, before), 3) for name, law in laws.items()}
    [odd] = [name for name, law in first.items() if not tables.exchangeable(law)]
    alike = [(a, b) for a in laws for b in laws if a < b and laws[a] == laws[b]]
    assert odd == "chain" and alike == [("coin", "urn")] and correlation(laws["shuffle"]) < 0
    return letters[odd], letters["urn"], letters["coin"], letters["urn"], letters["coin"], letters["shuffle"]


def best_coin():
    """The probability of a sequence of sixty under the coin with its frequency, against the urn's: 1 / 61 a number."""
    ratios = [Fraction(s, 60) ** s * Fraction(60 - s, 60) ** (60 - s) * comb(60, s) * 61 for s in range(61)]
    return ("well",) if min(ratios) >= 1 else ("badly",)


def next_chance(law, before):
    """Chance of a one after some flips, from the law of more flips."""
    begun = {x: p for x, p in law.items() if x[: len(before)] == before}
    return sum(p for x, p in begun.items() if x[len(before)]) / sum(begun.values())


def panels_in_the_picture():
    """Where neighbours agree, and how likely exactly thirty ones in sixty are."""
    laws, letters = laws_of_panels(2), panels()
    agree = {name: law[0, 0] + law[1, 1] for name, law in laws.items()}
    runs = max(agree, key=agree.get)
    half = {
        "urn": reference.polya_counts(60, 1, 1)[30],
        "coin": comb(60, 30) * special.beta(31, 31),
        "shuffle": stats.hypergeom(60, 30, 60).pmf(30),
    }
    assert runs not in half and agree[runs] > 0.9
    [fixed] = [name for name, chance in half.items() if np.isclose(chance, 1)]
    elsewhere = sorted(letters[name] for name, chance in half.items() if chance < 0.1)
    return letters[runs], letters[fixed], *elsewhere


def mixtures_on_the_way():
    """Of 1, 1, 0, 1: mixtures over the urns of draws without and with replacement, against the law of Polya's urn."""
    exact = float(reference.polya(4, 3))
    off = {"Without": [], "With": []}
    for size in (5, 10, 100):
        weight = np.array(reference.polya_counts(size))
        ones = np.arange(size + 1)
        without = ones * (ones - 1) * (ones - 2) * (size - ones) / (size * (size - 1) * (size - 2) * (size - 3))
        off["Without"].append(weight @ without - exact)
        off["With"].append(weight @ ((ones / size) ** 3 * (1 - ones / size)) - exact)
    [always] = [name for name, values in off.items() if np.allclose(values, 0)]
    [tends] = [name for name in off if name != always]
    assert abs(off[tends][2]) < abs(off[tends][1]) / 5 and abs(off[tends][2]) < abs(off[tends][0]) / 5
    return always, tends


def variance_without_replacement():
    """Of the number of ones among k of n, over that of k tosses of a coin."""
    n, k = 10_000, 100
    ratio = stats.hypergeom(n, n // 2, k).var() / stats.binom(k, 0.5).var()
    parts = {"k/n": k / n, "n/k": n / k}
    [part] = [name for name, part in parts.items() if np.isclose(ratio, 1 - part, atol=1e-3)]
    return "smaller" if ratio < 1 else "larger", part


def better_bounds():
    """Which bound is lower for few and for many draws, the k at which they change places, what share is needed."""
    n = 10_000
    pairs, colours = {k: k * (k - 1) / (2 * n) for k in range(2, 60)}, {k: 2 * k / n for k in range(2, 60)}
    names = {"k(k-1)/(2n)": pairs, "2k/n": colours}
    small = min(names, key=lambda name: names[name][2])
    large = min(names, key=lambda name: names[name][59])
    [equal] = [k for k in pairs if np.isclose(pairs[k], colours[k])]
    eighth = {"sixth": 1 / 6, "seventh": 1 / 7, "eighth": 1 / 8, "ninth": 1 / 9, "quarter": 1 / 4}
    shares = [curves.distance(n, k) / colours[k] for k in (2, 10, 50)]
    return small, equal, large, min(eighth, key=lambda word: abs(eighth[word] - np.mean(shares)))


def lines_of_bounds():
    """The order of the lines on the left, and which of them is the steepest on the right."""
    lines = {
        "blue": curves.distance,
        "green": lambda n, k: 2 * k / n,
        "orange": lambda n, k: k * (k - 1) / (2 * n),
    }
    first, second, third = sorted(lines, key=lambda name: lines[name](1_000, 10))
    assert 7.5 < lines[second](1_000, 10) / lines[first](1_000, 10) < 8.5
    rise = {name: np.log10(line(10_000, 200) / line(10_000, 20)) for name, line in lines.items()}
    assert abs(rise["blue"] - 1) < 0.05 and abs(rise["green"] - 1) < 1e-9
    assert all(curves.distance(10_000, k) < k / 5_000 for k in (2, 10, 100, 1_000, 5_000))
    return first, second, third, max(rise, key=rise.get)


def what_the_bounds_ask():
    """The least n for which each bound is a hundredth, and for which the distance is."""
    bounds = {"pairs": lambda n: Fraction(5 * 4, 2 * n), "colours": lambda n: Fraction(2 * 5, n)}
    [asked] = {next(n for n in range(5, 3_000) if bound(n) <= Fraction(1, 100)) for bound in bounds.values()}
    enough = next(n for n in range(6, 3_000, 2) if reference.shuffle_to_coin(n, 5) <= 0.01)
    return asked, "more generous" if enough < asked else "stricter"


def order_of_the_table():
    """Exact p-values of both halves' differences."""
    first, rest = reference.halves(tuple(reference.FIRST)), reference.halves(tuple(reference.REST))
    assert first[1] < 0.001
    return ("not visibly" if rest[1] > 0.2 else "visibly", "better" if rest[0] > 0 else "worse")


def three_tests():
    """Which correlation is far from what reassignment gives, and which way the early shots went."""
    shares = np.array(reference.SHARES)
    root = (len(shares) - 1) ** 0.5
    sds = {
        "alphabet": stats.pearsonr(shares, np.arange(len(shares))).statistic * root,
        "number of attempts": stats.pearsonr(shares, reference.TRIES).statistic * root,
    }
    [nothing], [does] = (
        [name for name, sd in sds.items() if (abs(sd) > limit) == far] for far, limit in ((False, 1), (True, 3))
    )
    made, expected, sd, _ = reference.early("three_point_2018")
    assert 2 < abs(made - expected) / sd < 4
    early = sum(a for a, _, _, _ in reference.SHOTS) / sum(c for _, _, c, _ in reference.SHOTS)
    late = sum(b for _, b, _, _ in reference.SHOTS) / sum(d for _, _, _, d in reference.SHOTS)
    assert abs(early - late) < 0.02
    ahead = made > expected
    assert ahead == (early > late)
    return nothing, does, "more" if ahead else "less"


def who_shoots_more():
    return ("more" if stats.pearsonr(reference.SHARES, reference.TRIES).statistic > 0.2 else "less",)


def tail_of_early_shots():
    made, expected, _, _ = reference.early("three_point_2018")
    return f"{round(expected):,}", f"{made:,}", "right" if made > expected else "left"


def levels_of_correlation():
    """Four people in two counties, by fractions: correlations, and which swaps leave the law as it is."""
    state = {}
    for flips in product((0, 1), repeat=4):
        total = Fraction(0)
        for level in (3, 7):
            county = [
                sum(
                    coin(Fraction(level + change, 10), flips[i]) * coin(Fraction(level + change, 10), flips[i + 1])
                    for change in (-2, 2)
                )
                / 2
                for i in (0, 2)
            ]
            total += county[0] * county[1] / 2
        state[flips] = total
    pairs = {
        name: correlation(moved(state, order))
        for name, order in {"in the same county": (0, 1, 2, 3), "in two counties of a state": (0, 2, 1, 3)}.items()
    }
    closer, further = sorted(pairs, key=pairs.get, reverse=True)
    assert float(pairs[closer]) == 0.32 and float(pairs[further]) == 0.16
    swaps = {"across counties": (2, 1, 0, 3), "within a county": (1, 0, 2, 3), "of whole counties": (2, 3, 0, 1)}
    changes = [name for name, order in swaps.items() if moved(state, order) != state]
    keeps = [name for name in swaps if name not in changes]
    return (closer, further), (*changes, *keeps)


def coin(chance, flip):
    return chance if flip else 1 - chance


def moved(law, order):
    return {tuple(x[i] for i in order): p for x, p in law.items()}


def five_balls():
    """Where frequencies settle when five balls come in: the outer tenths against the middle two, after 300 draws."""
    counts = np.array([log_share(300, s) for s in range(301)])
    share = np.exp(counts)
    at = np.arange(301) / 300
    outer, middle = share[(at < 0.1) | (at > 0.9)].sum(), share[(at > 0.4) & (at < 0.6)].sum()
    assert np.isclose(share.sum(), 1)
    number = {2: "two", 3: "three", 4: "four", 5: "five"}[int(10 * outer)]
    return ("0 and 1", number, "U") if outer > 2 * middle else ("one half", number, "hump")


def log_share(n, s, a=2.0, b=3.0, c=5.0):
    """Log probability of s ones, as a product of what is in the urn."""
    ones, zeros = np.log(a + c * np.arange(s)).sum(), np.log(b + c * np.arange(n - s)).sum()
    return float(np.log(float(comb(n, s))) + ones + zeros - np.log(a + b + c * np.arange(n)).sum())


def fast_start():
    """The chance of 18 hits or more in 45 of 412 at bats with 145 hits, by counting."""
    chance = sum(comb(145, s) * comb(267, 45 - s) for s in range(18, 46)) / comb(412, 45)
    return ({2: "two", 3: "three", 4: "four"}[round(10 * chance)],)


def eigenvalue_and_sign():
    """The smallest eigenvalue for eight at -1/10, and the sign of a correlation that no mixture has."""
    lowest = np.linalg.eigvalsh(matrix(8, -0.1))[0]
    [never] = sign_of_no_mixture()
    words = ("above", "exists") if lowest > 0 else ("below", "does not exist")
    return (*words, {"negative": "below", "positive": "above"}[never])


def longest_sequence():
    """The longest for which the matrix of correlations -1/6 has no eigenvalue below zero."""
    exists = [n for n in range(2, 12) if np.linalg.eigvalsh(matrix(n, -1 / 6))[0] > -1e-9]
    return max(exists) + 1, max(exists)


def what_is_left():
    """The correlation of A and B after the data, by quadrature, and the unit fraction that is nearest."""
    words = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5}
    found = reference.under_proper_priors()[0]
    word = min(words, key=lambda each: abs(words[each] - found))
    assert abs(words[word] - found) < 0.005
    return (word,)


def ninth_school():
    """The chance of a positive effect, by quadrature, and the fraction that is nearest."""
    fractions = [Fraction(whole - 1, whole) for whole in range(2, 11)]
    found = reference.under_proper_priors()[-1]
    nearest = min(fractions, key=lambda each: abs(each - found))
    assert abs(nearest - found) < 0.005
    return (nearest,)


def told_apart():
    """The order of a single head in three flips, under a mixture of coins, one coin and three different coins."""
    orders = [(0, 0, 1), (0, 1, 0), (1, 0, 0)]
    one, other = Fraction(1, 5), Fraction(4, 5)
    kinds = {
        "a mixture": [[one] * 3, [other] * 3],
        "independent draws of one distribution": [[one] * 3],
        "independent draws of different distributions": [[one, HALF, other]],
    }
    given = {}
    for kind, drawn in kinds.items():
        chances = [
            sum(np.prod([coin(p, x) for p, x in zip(at, order, strict=True)]) for at in drawn) for order in orders
        ]
        given[kind] = [chance / sum(chances) for chance in chances]
    return tuple(kind for kind in kinds if given[kind] == [Fraction(1, 3)] * 3)


def lowest_of_fifty():
    """Where the smallest eigenvalue of the matrix of correlations is zero."""
    lowest = optimize.brentq(lambda rho: np.linalg.eigvalsh(matrix(50, rho))[0], -0.5, -1e-6)
    return ({48: "forty-eighth", 49: "forty-ninth", 50: "fiftieth"}[round(-1 / lowest)],)


SENTENCES = [
    ("to minus one {} at fifty", lowest_of_fifty),
    ("A correlation of about a {} is left,", what_is_left),
    ("it is positive with probability about {}.", ninth_school),
    ("**It cannot tell {} from {}.**", told_apart),
    ("that lies more {} the diagonal than {} it.", side_of_the_diagonal),
    ("who learns that A's effect is large will expect {} of B too.", what_a_large_effect_tells),
    ("{} variables are {}. Neither statement can be reversed.", order_of_properties),
    ("a head here leaves {} heads for there.", a_head_here),
    ("A {} correlation is the sign that this is no hierarchical model.", sign_of_no_mixture),
    (
        "Two heads in five have the {} correlation that five exchangeable variables can have,",
        two_in_five_at_the_limit,
    ),
    ("The {} we look at, the {} we notice that the sequence is finite.", fewer_show_less),
    (
        "Everything {} zero is blue. {} zero an orange strip reaches down to a curve of dots that {} from",
        colours_of_correlations,
    ),
    ("a histogram of end values, highest near {} and skewed to the {},", histogram_of_urns),
    (
        "With $c = {}$ the draws are independent. With $c = {}$ it is Pólya's urn "
        "{{cite:p}}`eggenberger1923statistik`. With $c = {}$ the ball stays out: sampling without replacement.",
        kinds_of_urns,
    ),
    ("In panel {0} the marks come in long runs. In panel {1} the", panels_in_the_picture),
    ("frequency ends at exactly one half; in {2} and {3} it ends elsewhere.", panels_in_the_picture),
    ("{0} is **not** exchangeable: it is a chain", which_is_which),
    ("{1} is Pólya's urn with one ball of each mark, and {2} draws a chance", which_is_which),
    ("**No amount of data can tell {3} from {4}**:", which_is_which),
    ("{5} is a shuffle of thirty ones and thirty zeros. It is exchangeable, and no mixture:", which_is_which),
    ("A single sequence can give {0} away, by its runs. It cannot tell {1} or {2} from a coin", which_is_which),
    ("whatever the frequency, some coin explains the sequence at least as {}.", best_coin),
    (
        "{} replacement the mixture is right for every $N$. {} replacement it is",
        mixtures_on_the_way,
    ),
    ("the variance without replacement is {} by the factor $1 - {}$.", variance_without_replacement),
    (
        "For small $k$ the bound ${}$ is the better, beyond $k = {}$ the bound ${}$. The blue line is about an {} of "
        "the latter,",
        better_bounds,
    ),
    ("the {3} line is steeper and crosses the green line near 5.", lines_of_bounds),
    ("a {0} line about eight times below a dashed {1} line, with a dotted {2} line above both;", lines_of_bounds),
    (
        "Both bounds ask for $n = {}$: $2 \\cdot 5 / n$ and $5 \\cdot 4 / (2n)$ are the same number. The truth is {}:",
        what_the_bounds_ask,
    ),
    ("away from them, on a scale from 0 to {}.", largest_distance),
    ("The upper nine of the start are {} {} later.", order_of_the_table),
    (
        "The {} leaves no visible trace, the {} does, and early shots went in a little {} often than late ones.",
        three_tests,
    ),
    ("those who shoot more hit {} often.", who_shoots_more),
    ("sums of shots made around {} with a line at {} in the {} tail.", tail_of_early_shots),
    (
        "People {} have the correlation {{glue:text}}`within:.2f`, people {} {{glue:text}}`between:.2f`.",
        lambda: levels_of_correlation()[0],
    ),
    (
        "a swap {} changes the law. A swap {} does not, and neither does a swap {}.",
        lambda: levels_of_correlation()[1],
    ),
    (
        "so the frequencies crowd towards {}: more than {} in ten settle below 1/10 or above 9/10. The mixing "
        "distribution is $\\mathrm{{Beta}}(2/5, 3/5)$, shaped like a {}.",
        five_balls,
    ),
    ("About {} in ten. And Clemente led the eighteen in April:", fast_start),
    ("It is {} zero, so the vector {}; $\\rho$ is {} zero, so it is no mixture.", eigenvalue_and_sign),
    ("For $N = {}$ that is negative, which no variance can be. It is not negative for $N \\le {}$,", longest_sequence),
]
