"""What a chapter's table says of other programs' second numbers is so: a call is made, and its mean looked at."""

import re

import numpy as np
import pymc as pm
import pytest
from paths import ROOT
from scipy import stats

TABLE = dict(
    re.findall(r"^\| `([^`]+)` in \w+ \| ([^|]+?) \|$", (ROOT / "book" / "asthma-county.md").read_text(), re.MULTILINE)
)
SHAPE, SECOND = 3.0, 5.0
MEANS = {"rate": SHAPE / SECOND, "scale": SHAPE * SECOND, "scale, by name": SHAPE * SECOND}
# What each call gives; of programs that are not here, what their manuals say.
CALLS = {
    "stats.gamma(a, scale=s)": lambda: stats.gamma(SHAPE, scale=SECOND).mean(),
    "rng.gamma(a, s)": lambda: np.random.default_rng(0).gamma(SHAPE, SECOND, 1_000_000).mean(),
    "pm.Gamma(alpha=a, beta=b)": lambda: float(pm.draw(pm.Gamma.dist(alpha=SHAPE, beta=SECOND), 100_000, 1).mean()),
    "gamma(a, b)": lambda: MEANS["rate"],
    "dgamma(lambda, a, b)": lambda: MEANS["rate"],
}


def test_the_table_has_a_row_for_each_call():
    assert TABLE.keys() == CALLS.keys()


@pytest.mark.parametrize("call", CALLS)
def test_the_second_number_is_what_the_table_says(call):
    # A draw has a standard deviation of the mean over the root of three: 0.02 is five standard errors and more.
    assert CALLS[call]() == pytest.approx(MEANS[TABLE[call]], rel=0.02)


@pytest.mark.parametrize("symbol", ["Gamma", "Beta", "N"])
def test_the_notation_page_calls_scipy_as_it_says(symbol):
    """By mean and variance: Gamma(a, b) has a / b and a / b**2, Beta(a, b) its own, N(mu, tau**2) has tau**2."""
    text = (ROOT / "book" / "notation.md").read_text(encoding="utf-8")
    call, mean, variance = {
        "Gamma": ("gamma", 3 / 5, 3 / 25),
        "Beta": ("beta", 3 / 8, 15 / 64 / 9),
        "N": ("norm", 2, 49),
    }[symbol]
    [span] = re.findall(rf"`(stats\.{call}\([^`]*\))`", text)
    law = eval(span, {"stats": stats}, {"a": 3.0, "b": 5.0, "mu": 2.0, "tau": 7.0})
    assert (law.mean(), law.var()) == pytest.approx((mean, variance))
