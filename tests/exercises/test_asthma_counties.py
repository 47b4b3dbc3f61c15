"""The checks of the chapter on asthma in many counties know the right answers, found otherwise, and name each slip."""

import numpy as np
import pytest
from references_asthma import LOG_RATES, california, california_best, gamma_masses
from scipy import stats

from lib.exercises import asthma_counties as practice

RATES = np.exp(LOG_RATES)
POPULATION = gamma_masses(10.0, 10.0)[0]


def said(capsys, check, *answer):
    check(*answer)
    return capsys.readouterr().out.strip().split("\n")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (297.619, "Right."),
        (892.857, "three years are left out"),
        (2678.57, "multiplies by the three years"),
        (29.7619, "per 100,000"),
        (0.00336, "This is the exposure"),
        (..., "no answer yet"),
    ],
)
def test_one_death_in_alpine(capsys, answer, word):
    assert word in said(capsys, practice.one_death_in_alpine, answer)[-1]


def mean_without_deaths(exposure):
    """Posterior mean of a rate, by a sum over rates."""
    weight = POPULATION * np.exp(-exposure * RATES)
    return weight @ RATES / weight.sum()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (mean_without_deaths(0.06), "Right."),
        (0, "raw rate"),
        (mean_without_deaths(0), "population mean"),
        (mean_without_deaths(0.02), "left out of the exposure"),
        (10 / 10.06, "takes the mean for it"),
        (10 / 60_001, "in people"),
        (9 / 1.06, "mode"),
    ],
)
def test_quiet_county(capsys, answer, word):
    assert word in said(capsys, practice.quiet_county, answer)[-1]


def above(edge, mean):
    """Chance that a Poisson count exceeds a number, by summing its terms."""
    k = np.arange(edge + 1, edge + 400)
    return np.exp(k * np.log(mean) - mean - np.array([np.log(np.arange(1.0, n + 1)).sum() for n in k])).sum()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((above(3, 1.5), above(60, 30)), ("Right.", "Right.")),
        ((above(2, 1.5), above(59, 30)), ("at the edge", "at the edge")),
        ((1 - above(3, 1.5), 1 - above(60, 30)), ("other side", "other side")),
        ((above(1, 0.5), above(20, 10)), ("one year", "one year")),
        ((stats.norm.sf(1.5**0.5), stats.norm.sf(30**0.5)), ("normal", "normal")),
    ],
)
def test_twice_the_rate(capsys, answer, words):
    lines = said(capsys, practice.twice_the_rate, *answer)
    for line, word in zip(lines, words, strict=True):
        assert word in line


def test_the_two_counties_are_told_apart(capsys):
    lines = said(capsys, practice.twice_the_rate, above(2, 1.5), above(59, 30))
    assert lines[0].startswith("With 50,000")
    assert lines[1].startswith("With a million")


def chances(exposure=3 * 77_031 / 1e6, least=1, greatest=5):
    """Chances of the counts, a sum over rates each."""
    return np.array([stats.poisson.pmf(k, exposure * RATES) @ POPULATION for k in range(least, greatest + 1)])


POISSON = stats.poisson.pmf(range(1, 6), 30 * 77_031 / 1e6)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (chances().sum(), "Right."),
        (chances(least=0).sum(), "Zero is shown"),
        (chances(greatest=4).sum(), "Five is hidden"),
        (POISSON.sum(), "not Poisson"),
        (chances(77_031 / 1e6).sum(), "three years"),
        (stats.nbinom.pmf(range(1, 6), 10, 1 - 1 / (1 + 3 * 77_031 / 1e6)).sum(), "wrong way round"),
    ],
)
def test_chance_of_hidden(capsys, answer, word):
    assert word in said(capsys, practice.chance_of_hidden, answer)[-1]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (np.arange(1, 6) @ chances() / chances().sum(), "Right."),
        (3, "middle of the interval"),
        (30 * 77_031 / 1e6, "before we know"),
        (np.arange(1, 6) @ chances(), "Divide"),
        (np.arange(1, 6) @ POISSON / POISSON.sum(), "not Poisson"),
    ],
)
def test_expected_hidden_count(capsys, answer, word):
    assert word in said(capsys, practice.expected_hidden_count, answer)[-1]


LATER = "2020_2022"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (california_best(period=LATER)[1], "Right."),
        (california_best("dropped", LATER)[1], "dropped"),
        (california_best("zeroed", LATER)[1], "zero"),
        (california_best()[1], "period before"),
        (3 * california_best(period=LATER)[1], "three years"),
        (california_best(period=LATER)[0], "This is the shape"),
        (1190 / california()[0].sum(), "weighs people"),
    ],
)
def test_mean_of_2020(capsys, answer, word):
    assert word in said(capsys, practice.mean_of_2020, answer)[-1]
