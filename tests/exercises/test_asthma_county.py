"""The checks of the chapter on asthma in one county know the right answers, found another way, and name each slip."""

import numpy as np
import pytest
from references_asthma import county_count, county_mean, county_quantile
from scipy import stats

from lib.exercises import asthma_county as practice


def said(capsys, check, *answer):
    check(*answer)
    return capsys.readouterr().out.strip().split("\n")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (county_mean(2), "Right."),
        (county_mean(1), "With 200,000"),
        (1.5, "the prior is left out"),
        (0.6, "the data are left out"),
        (6 / 200_005, "in people here"),
        (6 / 2.2, "one over 5"),
        (5 / 7, "posterior mode"),
        (1.05, "plain average"),
        (..., "no answer yet"),
    ],
)
def test_mean_in_the_book(capsys, answer, word):
    assert word in said(capsys, practice.mean_in_the_book, answer)[-1]


def interval(shape, rate, low=0.025):
    return [county_quantile(low, shape, rate), county_quantile(1 - low, shape, rate)]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (interval(33, 25), "Right."),
        (interval(33, 7), "exposure of one year"),
        (interval(33, 15), "counted as 100,000"),
        (stats.gamma.ppf([0.025, 0.975], 33, scale=25), "one over the rate"),
        (interval(30, 20), "prior is left out"),
        (interval(33, 25, 0.05), "90% interval"),
        (33 / 25 + np.array([-1.959964, 1.959964]) * 33**0.5 / 25, "skewed"),
        (1.32, "2 numbers"),
    ],
)
def test_interval_after_ten_years(capsys, answer, word):
    assert word in said(capsys, practice.interval_after_ten_years, answer)[-1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((12, 20), ("Right.", "Right.")),
        ((3, 20), ("keeps the shape", "Right.")),
        ((100 / 3, 0.05), ("mean times the rate", "this is a scale")),
        ((15, 25), ("on top of", "adds to the prior")),
        ((12, 2_000_000), ("Right.", "in person-years")),
        ((12, 2), ("Right.", "in millions")),
    ],
)
def test_stronger_prior(capsys, answer, words):
    for line, word in zip(said(capsys, practice.stronger_prior, *answer), words, strict=True):
        assert word in line


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((3, 0.5), ("Right.", "Right.")),
        ((30, 50), ("has no unit", "other way")),
        ((0.3, 5), ("does not shrink", "as before")),
        ((3, 2), ("Right.", "the scale")),
    ],
)
def test_prior_per_million(capsys, answer, words):
    for line, word in zip(said(capsys, practice.prior_per_million, *answer), words, strict=True):
        assert word in line


def test_the_prior_per_million_is_the_same_prior():
    at = np.linspace(0.1, 40, 50)
    per_hundred_thousand = stats.gamma(3, scale=1 / 5).cdf(at / 10)
    np.testing.assert_allclose(stats.gamma(3, scale=1 / 0.5).cdf(at), per_hundred_thousand, rtol=1e-12)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (county_count(2, [0], 6, 6), "Right."),
        (county_count(1, [0], 6, 6) ** 2, "not independent"),
        (county_count(1, [0], 6, 6), "one year"),
        (np.exp(-2), "posterior mean"),
        (np.exp(-6), "raw rate"),
        (county_count(2, [0]), "left out"),
        (0.25**6, "wrong way round"),
    ],
)
def test_two_quiet_years(capsys, answer, word):
    assert word in said(capsys, practice.two_quiet_years, answer)[-1]


def test_half_way(capsys):
    right = 500_000
    assert county_mean(right / 1e5, deaths=15) == pytest.approx((3 + 0.6) / 2, rel=1e-9)
    assert said(capsys, practice.half_way, right) == ["Right."]


@pytest.mark.parametrize(
    ("answer", "word"),
    [(5, "asks for people"), (300_000, "the rate alone"), (100_000, "depend on the exposure"), (1e6, "two to one")],
)
def test_half_way_slips(capsys, answer, word):
    assert word in said(capsys, practice.half_way, answer)[-1]
