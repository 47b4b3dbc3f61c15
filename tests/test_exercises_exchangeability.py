"""The checks of the chapter on exchangeability know the right answers, found another way, and name each slip."""

from fractions import Fraction
from itertools import permutations, product
from math import comb

import numpy as np
import pytest

from lib.exercises import exchangeability as practice


def said(capsys, check, *answer):
    check(*answer)
    return capsys.readouterr().out.strip()


def heads_in_six():
    """Covariance and correlation of the first two of six flips with three heads, by going through all orders."""
    orders = np.array([x for x in product([0, 1], repeat=6) if sum(x) == 3])
    covariance = np.cov(orders[:, :2].T, ddof=0)
    return covariance[0, 1], covariance[0, 1] / covariance[0, 0]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (heads_in_six()[1], "Right."),
        (heads_in_six()[0], "covariance"),
        (-1 / 6, "-1/n"),
        (-0.25, "two heads in five"),
        (1 / 5, "less likely"),
    ],
)
def test_correlation_of_heads(capsys, answer, word):
    assert word in said(capsys, practice.correlation_of_heads, answer)


def one_head_in_two(p):
    """Distance of the two orders to a coin, over the four sequences."""
    coin = [(1 - p) ** 2, p * (1 - p), p * (1 - p), p**2]
    return sum(abs(a - b) for a, b in zip([0, 0.5, 0.5, 0], coin, strict=True)) / 2


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (min(one_head_in_two(p) for p in np.linspace(0, 1, 1001)), "Right."),
        (1, "Total variation is half"),
        (0.25, "one single order"),
        (0.125, "the mixture also gives"),
        (0.6544, "two heads in five"),
    ],
)
def test_nearest_coin(capsys, answer, word):
    assert word in said(capsys, practice.nearest_coin, answer)


def longest():
    """The largest matrix with correlations -1/6 whose eigenvalues are not negative."""
    sizes = range(2, 20)
    return max(n for n in sizes if np.linalg.eigvalsh(np.eye(n) * 7 / 6 - np.ones((n, n)) / 6)[0] > -1e-9)


@pytest.mark.parametrize(
    ("answer", "word"),
    [(longest(), "Right."), (6, "room for one more"), (8, "negative"), (-1 / 6, "correlation")],
)
def test_longest_extension(capsys, answer, word):
    assert word in said(capsys, practice.longest_extension, answer)


def urn(wanted, n, ones=2, zeros=3):
    """Probability of a set of sequences from Polya's urn, in fractions."""
    total = Fraction(0)
    for x in product([0, 1], repeat=n):
        if wanted(x):
            inside, chance = [zeros, ones], Fraction(1)
            for mark in x:
                chance *= Fraction(inside[mark], sum(inside))
                inside[mark] += 1
            total += chance
    return total


FAR = urn(lambda x: x[0] and x[9], 10) / urn(lambda x: x[0], 10)
SEVEN = (1, 0, 1, 1, 1, 0, 1, 1, 0, 1)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (float(FAR), "Right."),
        (2 / 5, "before the first draw"),
        (1 / 5, "Divide by"),
        (3 / 5, "independent"),
        (12 / 15, "ten more balls"),
        (1 / 4, "takes the ball out"),
    ],
)
def test_two_draws_far_apart(capsys, answer, word):
    assert word in said(capsys, practice.two_draws_far_apart, answer)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (float(urn(lambda x: x == (*SEVEN, 1), 11) / urn(lambda x: x == SEVEN, 10)), "Right."),
        (0.7, "frequency seen"),
        (0.4, "before anything"),
        (8 / 12, "Laplace"),
        (9 / 12, "zeros brought in"),
    ],
)
def test_next_draw(capsys, answer, word):
    assert word in said(capsys, practice.next_draw, answer)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (np.linalg.eigvalsh(np.eye(8) * 1.1 - 0.1)[0], "Right."),
        (1.1, "1 - rho"),
        (0.2, "J - 1 others"),
        (2.4, "divide by J"),
        (1.7, "rho = +1/10"),
    ],
)
def test_smallest_eigenvalue(capsys, answer, word):
    assert word in said(capsys, practice.smallest_eigenvalue, answer)


def clemente(low, high):
    """Chance of so many hits among 45 of 412 at bats with 145 hits, by counting."""
    return sum(comb(145, s) * comb(267, 45 - s) for s in range(low, high + 1)) / comb(412, 45)


def independent(rate):
    return sum(comb(45, s) * rate**s * (1 - rate) ** (45 - s) for s in range(18, 46))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (clemente(18, 45), "Right."),
        (clemente(19, 45), "Eighteen itself"),
        (clemente(18, 18), "exactly 18"),
        (independent(145 / 412), "without replacement"),
        (independent(127 / 367), "leaves the first 45 out"),
        (clemente(0, 18), "18 or fewer"),
    ],
)
def test_fast_start(capsys, answer, word):
    assert word in said(capsys, practice.fast_start, answer)


def first_below(limit):
    for n in range(6, 2000, 2):
        half = n // 2
        shuffle = [comb(half, s) * comb(half, 5 - s) / comb(n, 5) for s in range(6)]
        if sum(abs(a - comb(5, s) / 32) for s, a in enumerate(shuffle)) / 2 <= limit:
            return n
    return None


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (first_below(0.01), "Right."),
        (1000, "what the bounds ask for"),
        (first_below(0.005), "Total variation is half"),
        (first_below(0.01) - 2, "still above"),
        (first_below(0.01) - 1, "n must be even"),
    ],
)
def test_long_enough(capsys, answer, word):
    assert word in said(capsys, practice.long_enough, answer)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (1 / len(set(permutations([1, 1, 0, 1, 0, 0]))), "Right."),
        (1 / 64, "before the number of ones"),
        (20 / 64, "three ones under a fair coin"),
        (1 / 6, "share the probability"),
        (1 / 7, "all seven counts"),
        (20, "number of orders"),
    ],
)
def test_one_order(capsys, answer, word):
    assert word in said(capsys, practice.one_order, answer)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ((2 / 5 * 7 / 10 - 4 / 25) / (6 / 25), "Right."),
        (1 / 6, "one ball comes in"),
        (0.12, "covariance"),
        (0.7, "after a one"),
        (1, "denominator"),
    ],
)
def test_five_added(capsys, answer, word):
    assert word in said(capsys, practice.five_added, answer)


CHECKS = [value for name, value in vars(practice).items() if getattr(value, "__module__", "") == practice.__name__]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", [..., None, "a half", float("nan"), [1, 2], object()])
def test_any_answer_is_answered(capsys, check, answer):
    assert len(CHECKS) == 10
    assert said(capsys, check, answer) not in ("", "Right.")
