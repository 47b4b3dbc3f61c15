"""Laws of short sequences agree with enumeration, draws with laws, and each linear program with its dual."""

from fractions import Fraction
from itertools import permutations, product
from math import comb, perm

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.polynomial import Chebyshev
from scipy import optimize, stats

from lib import exchangeability as ex
from lib.numerics import coins


def followed(sequence, ones, zeros, added):
    """Probability of a sequence, draw by draw, in fractions."""
    inside, probability = [zeros, ones], Fraction(1)
    for x in sequence:
        probability *= Fraction(inside[x], sum(inside))
        inside[x] += added
    return probability


def enumerated(n, ones, zeros, added):
    counts = [Fraction(0)] * (n + 1)
    for sequence in product([0, 1], repeat=n):
        counts[sum(sequence)] += followed(sequence, ones, zeros, added)
    return [float(count) for count in counts]


def tossed(n, chance):
    """Binomial probabilities without SciPy."""
    return np.array([comb(n, s) * chance**s * (1 - chance) ** (n - s) for s in range(n + 1)])


count_laws = st.lists(st.floats(0, 1), min_size=2, max_size=9).filter(lambda w: sum(w) > 0.1).map(
    lambda w: np.array(w) / sum(w)
)  # fmt: skip


# Exchangeable or not


@pytest.mark.parametrize("shape", [(2,) * 4, (3,) * 3])
def test_a_law_averaged_over_all_orders_is_exchangeable_and_no_other(shape):
    rng = np.random.default_rng(1)
    law = rng.random(shape)
    law /= law.sum()
    orders = list(permutations(range(len(shape))))
    average = sum(law.transpose(order) for order in orders) / len(orders)
    assert ex.is_exchangeable(average)
    assert not ex.is_exchangeable(law)


def test_symmetry_between_some_variables_is_not_enough():
    law = np.zeros((2, 2, 2))
    law[0, 1, 0] = law[1, 0, 0] = 0.5  # the first two can be swapped, the third cannot
    assert not ex.is_exchangeable(law)


@settings(max_examples=50)
@given(counts=count_laws)
def test_joint_law_has_the_counts_it_was_made_of(counts):
    law = ex.joint_law(counts)
    assert law.shape == (2,) * (counts.size - 1)
    back = np.zeros(counts.size)
    for x in product([0, 1], repeat=law.ndim):
        back[sum(x)] += law[x]
    assert back == pytest.approx(counts, abs=1e-12)
    assert law.ndim > 6 or ex.is_exchangeable(law)


# Urns


@pytest.mark.parametrize("added", [-1, 0, 1, 2, 5])
@pytest.mark.parametrize(("ones", "zeros"), [(2, 3), (5, 1), (4, 4)])
def test_urn_counts_agree_with_enumeration(ones, zeros, added):
    for n in range(1, 6):
        assert ex.urn_counts(n, ones, zeros, added) == pytest.approx(enumerated(n, ones, zeros, added), abs=1e-13)


@pytest.mark.parametrize("added", [0, 1, -1])
def test_an_urn_of_one_kind_gives_that_kind(added):
    assert ex.urn_counts(3, 4, 0, added) == pytest.approx([0, 0, 0, 1])
    assert ex.urn_counts(3, 0, 4, added) == pytest.approx([1, 0, 0, 0])


@pytest.mark.parametrize(("n", "added"), [(2000, 1.0), (500, 2.5)])
def test_long_runs_of_an_urn_are_beta_binomial(n, added):
    expected = stats.betabinom(n, 2 / added, 3 / added).pmf(np.arange(n + 1))
    assert ex.urn_counts(n, 2, 3, added) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("added", [-1, 0, 1, 4])
def test_urn_draws_follow_the_law(added):
    draws = ex.urn_draws(4, 2, 3, added, replicates=40_000, rng=np.random.default_rng(4))
    assert draws.shape == (40_000, 4) and set(np.unique(draws)) == {0, 1}
    expected = np.array([float(followed(x, 2, 3, added)) for x in product([0, 1], repeat=4)])
    observed = np.bincount((draws @ [8, 4, 2, 1]).astype(int), minlength=16)
    assert not observed[expected == 0].any()
    possible = expected > 0
    assert stats.chisquare(observed[possible], 40_000 * expected[possible]).pvalue > 1e-4


def test_a_wrong_law_would_be_seen():
    draws = ex.urn_draws(4, 2, 3, 1, replicates=40_000, rng=np.random.default_rng(4))
    observed = np.bincount(draws.sum(axis=1).astype(int), minlength=5)
    assert stats.chisquare(observed, 40_000 * ex.urn_counts(4, 2, 3, 2)).pvalue < 1e-10


# The beginning of a sequence


@pytest.mark.parametrize("n", range(1, 7))
def test_first_draws_agree_with_enumeration(n):
    counts = np.random.default_rng(n).dirichlet(np.ones(n + 1))
    law = ex.joint_law(counts)
    for k in range(n + 1):
        expected = np.zeros(k + 1)
        for x in product([0, 1], repeat=n):
            expected[sum(x[:k])] += law[x]
        assert ex.first_draws(counts, k) == pytest.approx(expected, abs=1e-12)


def test_the_beginning_of_an_urn_is_the_urn():
    assert ex.first_draws(ex.urn_counts(20, 2, 3, 1), 6) == pytest.approx(ex.urn_counts(6, 2, 3, 1), abs=1e-12)


def test_mixture_counts_are_mixed_tosses():
    expected = 0.25 * tossed(5, 0.1) + 0.75 * tossed(5, 0.6)
    assert ex.mixture_counts(5, [0.1, 0.6], [0.25, 0.75]) == pytest.approx(expected, abs=1e-13)


# Distances


def test_total_variation_is_the_largest_difference_over_all_events():
    one, other = np.random.default_rng(3).dirichlet(np.ones(6), size=2)
    events = product([0, 1], repeat=6)
    assert ex.total_variation(one, other) == pytest.approx(max(np.dot(event, one - other) for event in events))


@settings(max_examples=30)
@given(counts=count_laws, shift=st.integers(1, 8))
def test_distance_of_sequences_is_that_of_counts(counts, shift):
    other = np.roll(counts, shift)
    sequences = ex.total_variation(ex.joint_law(counts), ex.joint_law(other))
    assert ex.total_variation(counts, other) == pytest.approx(sequences, abs=1e-9)


@pytest.mark.parametrize("n", range(1, 8))
def test_nearest_mixture_of_a_shuffle_is_one_coin(n):
    """By hand: the event that has probability one has at most that of the best coin under any mixture."""
    for s in range(n + 1):
        nearest = ex.nearest_mixture(np.eye(n + 1)[s])
        assert nearest.distance == pytest.approx(1 - tossed(n, s / n)[s], abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(counts=count_laws)
@example(counts=np.array([0.4, 0.1, 0.1, 0.4, 0, 0, 0]))  # a local maximum within 0.002 of a coin that is always 0
def test_the_dual_proves_the_distance(counts):
    nearest = ex.nearest_mixture(counts)
    n = counts.size - 1
    # The mixture is one, and as near as it is said to be.
    assert nearest.weight.sum() == pytest.approx(1, abs=1e-13) and (nearest.weight > 0).all()
    mixture = sum(w * tossed(n, p) for w, p in zip(nearest.weight, nearest.chance, strict=True))
    assert np.abs(mixture - counts).sum() / 2 == pytest.approx(nearest.distance, abs=1e-9)
    # No coin, of very many, beats the witness's bound; so no mixture does.
    assert (nearest.witness >= 0).all() and (nearest.witness <= 1).all()
    best = max(tossed(n, p) @ nearest.witness for p in np.linspace(0, 1, 2001))
    assert nearest.witness @ counts - best >= nearest.lower_bound - 1e-9
    assert nearest.distance - nearest.lower_bound <= 1e-8


def test_nearest_mixture_agrees_with_another_program_over_sequences():
    """All sequences in place of counts, absolute values split in two, a fixed grid of coins."""
    counts = np.array([0.05, 0.4, 0.1, 0.4, 0.05])
    law = ex.joint_law(counts).ravel()
    ones = [sum(x) for x in product([0, 1], repeat=4)]
    coins = np.array([[p**s * (1 - p) ** (4 - s) for s in ones] for p in np.linspace(0, 1, 401)])
    m, size = coins.shape
    solved = optimize.linprog(
        np.concatenate([np.zeros(m), np.full(2 * size, 0.5)]),
        A_eq=np.vstack([np.hstack([coins.T, np.eye(size), -np.eye(size)]), [[1] * m + [0] * 2 * size]]),
        b_eq=np.append(law, 1),
    )
    assert ex.nearest_mixture(counts).distance == pytest.approx(solved.fun, abs=1e-5)


@pytest.mark.parametrize("counts", [tossed(6, 0.3), (tossed(4, 0.1) + tossed(4, 0.7)) / 2, [1 / 6] * 6])
def test_a_mixture_is_at_no_distance_from_itself(counts):
    assert ex.nearest_mixture(counts).distance < 1e-8


def test_a_gap_that_cannot_be_reached_is_an_error():
    with pytest.raises(RuntimeError, match="gap asks for more"):
        ex.nearest_mixture([0.3, 0.6, 0.1], gap=1e-300)


# As fast as it can be


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_swaps_of_neighbours_say_what_all_orders_say(data, seed):
    """Laws that are symmetric under some orders and not under others: a swap, a cycle, a reversal, all, none."""
    c, n = data.draw(st.sampled_from([(2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 2), (3, 3), (3, 4), (1, 3)]))
    law = np.random.default_rng(seed).random((c,) * n)
    kept = data.draw(st.sampled_from(["all", "cycle", "reversal", "first two", "all but the last", "none"]))
    groups = {
        "all": list(permutations(range(n))),
        "cycle": [tuple(np.roll(range(n), k)) for k in range(n)],
        "reversal": [tuple(range(n)), tuple(range(n))[::-1]],
        "first two": [tuple(range(n)), (*range(n)[1::-1], *range(n)[2:])],
        "all but the last": [(*order, n - 1) for order in permutations(range(n - 1))],
        "none": [tuple(range(n))],
    }
    law = sum(law.transpose(order) for order in groups[kept])
    law /= law.sum()
    every = all(np.allclose(law, law.transpose(order), rtol=0, atol=1e-12) for order in permutations(range(n)))
    assert ex.is_exchangeable(law) == every


def test_twelve_variables_take_eleven_swaps():
    """There are 479 million orders of twelve."""
    law = ex.joint_law(np.full(13, 1 / 13))
    assert ex.is_exchangeable(law)
    for i in range(12):  # one variable that is not like the others, wherever it is
        spoilt = law.copy()
        some, other = np.zeros((2, 12), dtype=int)
        some[i] = other[(i + 1) % 12] = 1
        spoilt[tuple(some)] += 1e-3
        spoilt[tuple(other)] -= 1e-3
        assert not ex.is_exchangeable(spoilt)


def test_the_tolerance_is_for_each_pair():
    law = np.array([[0.25, 0.25 + 1e-6], [0.25 - 1e-6, 0.25]])
    assert ex.is_exchangeable(law, atol=2.1e-6)
    assert not ex.is_exchangeable(law, atol=1.9e-6)


@pytest.mark.parametrize("n", [61, 100, 120])
def test_long_sequences_have_bounds_that_meet_too(n):
    laws = [np.eye(n + 1)[n // 2], np.random.default_rng(n).dirichlet(np.ones(n + 1)), ex.urn_counts(n, 2, 3, 1)]
    for counts in laws:
        nearest = ex.nearest_mixture(counts)
        assert -1e-12 < nearest.distance - nearest.lower_bound <= 1e-8
        mixture = ex.mixture_counts(n, nearest.chance, nearest.weight)
        assert ex.total_variation(counts, mixture) == pytest.approx(nearest.distance, abs=1e-12)
        anywhere = stats.binom.pmf(np.arange(n + 1), n, np.linspace(0, 1, 20_001)[:, np.newaxis]) @ nearest.witness
        assert nearest.lower_bound <= nearest.witness @ counts - anywhere.max() + 1e-10


@pytest.mark.parametrize("n", [61, 100, 400])
def test_turning_points_are_found_piece_by_piece(n):
    """Those of a Chebyshev polynomial, which are known, to the last; and of one that turns where pieces meet."""
    angle = np.arange(n + 1) * np.pi / n
    found = np.sort(coins.turning_points(Chebyshev.basis(n, domain=[0, 1])))
    for turn in (1 - np.cos(angle[1:-1])) / 2:
        assert np.abs(found - turn).min() < 1e-9
    spike = coins.best_coins(np.eye(n + 1)[n // 2])
    assert spike[1] == pytest.approx(stats.binom.pmf(n // 2, n, n // 2 / n), rel=1e-9)


@pytest.mark.parametrize("n", [4, 70])
def test_the_best_coin_may_be_one_that_never_changes(n):
    for witness, best in ((np.arange(n + 1) / n, 1.0), (1 - np.arange(n + 1) / n, 0.0)):
        tried, largest = coins.best_coins(witness)
        assert largest == pytest.approx(1, abs=1e-12) and best in tried


def test_the_ends_of_a_chance_are_chances():
    np.testing.assert_array_equal(ex.mixture_counts(2, [0, 1], [0.25, 0.75]), [0.25, 0, 0.75])


# The theorem of Diaconis and Freedman


@pytest.mark.parametrize("n", [2, 3, 5, 8, 13, 30])
def test_both_finite_bounds_hold_for_every_shuffle(n):
    for s in range(n + 1):
        for k in range(1, n + 1):
            distance = ex.total_variation(ex.first_draws(np.eye(n + 1)[s], k), tossed(k, s / n))
            assert distance <= min(2 * k / n, k * (k - 1) / (2 * n)) + 1e-12


@pytest.mark.parametrize(("n", "k"), [(3, 2), (4, 3), (5, 3)])
def test_distance_for_different_balls_is_the_birthday_problem(n, k):
    without = {x: 1 / perm(n, k) for x in permutations(range(n), k)}
    distance = sum(abs(without.get(x, 0) - n**-k) for x in product(range(n), repeat=k)) / 2
    assert distance == pytest.approx(1 - perm(n, k) / n**k)
    assert distance <= k * (k - 1) / (2 * n)


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ex.is_exchangeable([[0.5, 0.5]]), "law must have one axis"),
        (lambda: ex.is_exchangeable([[0.5, 0.5], [0.5, 0.5]]), "law must hold probabilities"),
        (lambda: ex.joint_law([0.5, 0.6]), "counts must hold probabilities"),
        (lambda: ex.joint_law([1.5, -0.5]), "counts must hold probabilities"),
        (lambda: ex.urn_counts(0, 1, 1, 1), "n must be a whole number"),
        (lambda: ex.urn_counts(3, -1, 2, 1), "^ones and zeros must not be negative"),
        (lambda: ex.urn_counts(3, 0, 0, 1), "there must be a ball"),
        (lambda: ex.urn_counts(3, 1, 1, -0.5), "added must be -1 or at least 0"),
        (lambda: ex.urn_counts(3, 1, 1, np.nan), "added must be finite"),
        (lambda: ex.urn_counts(3, 1, 1, -1), "at least n = 3 together"),
        (lambda: ex.urn_counts(2, 1.5, 1, -1), "whole numbers"),
        (lambda: ex.urn_draws(2, 1, 1, 1, replicates=0, rng=np.random.default_rng()), "replicates must be"),
        (lambda: ex.first_draws([0.5, 0.5], 2), "k must be at most"),
        (lambda: ex.first_draws([0.5, 0.5], -1), "k must be a whole number"),
        (lambda: ex.mixture_counts(2, [1.5], [1]), "chance must lie between"),
        (lambda: ex.mixture_counts(2, [0.5], [0.5, 0.5]), "weight must have one value"),
        (lambda: ex.mixture_counts(2, [0.5], [0.5]), "weight must hold probabilities"),
        (lambda: ex.nearest_mixture([0.5, 0.5], gap=0), "^gap must be above zero, not 0"),
        (lambda: ex.total_variation([1], [0.5, 0.5]), "other must have the shape"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match="rng must be"):
        ex.urn_draws(2, 1, 1, 1, replicates=2, rng=3)
