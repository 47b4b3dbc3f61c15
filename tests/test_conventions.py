"""What a chapter's table says of other programs' second numbers is so: a call is made, and its mean looked at."""

import re

import numpy as np
import pymc as pm
import pytest
from book_rules import ROOT
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
    "dgamma(y, a, b)": lambda: MEANS["rate"],
}


def test_the_table_has_a_row_for_each_call():
    assert TABLE.keys() == CALLS.keys()


@pytest.mark.parametrize("call", CALLS)
def test_the_second_number_is_what_the_table_says(call):
    # A draw has a standard deviation of the mean over the root of three: 0.02 is five standard errors and more.
    assert CALLS[call]() == pytest.approx(MEANS[TABLE[call]], rel=0.02)
