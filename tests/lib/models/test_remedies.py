"""Where the posterior is improper the refusal ends with priors to paste, and with these there is a posterior."""

import re

import numpy as np
import pytest
import scipy.stats
from scipy import stats

import lib
from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal
from lib.priors.proposed import normal, words

RNG = np.random.default_rng(0)
NAN = np.nan
FLAT = None


def power(exponent):
    return lambda x: exponent * np.log(np.abs(x))


def at_one(x):
    return -np.log1p(-x)


# For each model: how it is made, data of many kinds, and priors of which each leaves no posterior for some of them.
PATIENTS = RNG.integers(20, 3000, 12)
SHARES = {
    "hospitals": (RNG.binomial(PATIENTS, RNG.beta(4, 60, 12)), PATIENTS),
    "batting": ([18, 17, 16, 15, 14, 10, 8], [45] * 7),
    "one group": ([3], [10]),
    "one trial each": ([0, 1, 1, 0, 1], [1] * 5),
    "no success": ([0, 0, 0], [5, 6, 4]),
    "all successes": ([5, 6, 4], [5, 6, 4]),
    "one success in a million": ([0, 1, 0], [10**6, 10**6, 2 * 10**6]),
    "all alike": ([10, 10, 10], [40, 40, 40]),
    "none and all": ([0, 50, 0, 50], [50] * 4),
    "sizes far apart": ([1, 40000], [3, 10**6]),
    "counties": ([0, 0, 0, 321, 0, 24], [710853, 6, 5, 272748, 274, 10229]),
    "one of two": ([0, 0], [4, 4]),
}
SHARE_PRIORS = {
    "flat": {},
    "flat concentration": {"mean": stats.beta(2, 5)},
    "known mean": {"mean": 0.3},
    "log-uniform": {"concentration": power(-1)},
    "too near zero": {"concentration": power(-14), "mean": 0.2},
    "Haldane": {"mean": lambda m: -np.log(m) - np.log1p(-m), "concentration": stats.gamma(2)},
    "both": {"mean": lambda m: -np.log(m) + at_one(m)},
    "mean far below": {"mean": power(-9), "concentration": stats.gamma(2)},
}
EXPOSURE = RNG.uniform(0.5, 90, 12)
COUNTS = {
    "counties": (RNG.poisson(0.3 * EXPOSURE), EXPOSURE),
    "people": (RNG.poisson(2e-4 * EXPOSURE * 1000), EXPOSURE * 1000),
    "one group": ([3], [2.0]),
    "one empty group": ([0], [2.0]),
    "no events": ([0, 0, 0], [1.0, 2, 3]),
    "one event": ([0, 1, 0], [1e6, 2e6, 1e6]),
    "all alike": ([5, 5, 5], [2.0, 2, 2]),
    "large": ([10**7, 2 * 10**7, 10**7], [1.0, 2, 1]),
    "suppressed": ([20, NAN, 0, 35], [20.0, 4, 1, 30]),
    "tiny exposure": ([1, 40, 0], [1e-6, 100, 3]),
}
COUNT_PRIORS = {
    "flat": {},
    "flat shape and mean": {"mean": power(0)},
    "flat shape": {"mean": stats.gamma(2)},
    "flat shape, rate given": {"rate": stats.halfcauchy()},
    "flat shape, rate a density": {"rate": power(0)},
    "flat mean": {"shape": stats.gamma(2), "mean": power(0)},
    "log-uniform mean": {"shape": stats.gamma(2), "mean": power(-1)},
    "log-uniform rate": {"shape": stats.gamma(2), "rate": power(-1)},
    "rate falls": {"shape": stats.gamma(2), "rate": power(-4)},
    "rate grows": {"shape": stats.gamma(2), "rate": power(30)},
    "log-uniform shape": {"shape": power(-1), "mean": stats.gamma(2)},
    "known shape, flat mean": {"shape": 0.1, "mean": power(0)},
    "known mean, flat shape": {"mean": 2.0},
    "shape grows": {"shape": power(1), "rate": stats.halfcauchy()},
}
NORMAL = {
    "two schools": ([28.0, 8], [15.0, 10]),
    "one": ([3.0], [0.5]),
    "far from zero": ([1e6, 1e6 + 3], [1.0, 2]),
    "small": ([2e-8, -3e-8], [1e-8, 1e-8]),
    "alike": ([5.0, 5.0], [1.0, 1]),
    "three": ([1.0, 2, 4], [1.0, 1, 2]),
    "eight": ([28.0, 8, -3, 7, -1, 1, 18, 12], [15.0, 10, 16, 11, 9, 11, 10, 18]),
    "errors far apart": ([1.0, 2], [1e-6, 1e6]),
}
NORMAL_PRIORS = {
    "flat": {},
    "flat tau": {"mu": stats.norm(0, 10)},
    "known mu": {"mu": 0.0},
    "log-uniform": {"tau": power(-1)},
    "lecture": {"tau": power(-2)},
    "grows": {"tau": power(9)},
    "mu grows": {"mu": power(9)},
    "both": {"mu": power(3), "tau": power(-2)},
}
NESTED = {
    "three states": ([3, 0, 14, 7, 2, 9], [1.5, 0.4, 6.0, 3.0, 1.0, 2.0], list("UUWWXX")),
    "one state": ([3, 0, 14], [1.5, 0.4, 6.0], list("UUU")),
    "no events": ([0, 0, 0], [1.5, 0.4, 6.0], list("UWX")),
    "suppressed": ([20, NAN, 0, 35], [2e5, 4e4, 1e4, 3e5], list("UUWW")),
}
NESTED_PRIORS = {
    "flat": dict.fromkeys(("mu", "tau", "nu", "omega")),
    "flat mu and tau": {"mu": FLAT, "tau": FLAT},
    "flat tau": {"tau": FLAT},
    "flat mu": {"mu": FLAT},
    "flat nu": {"nu": FLAT},
    "flat omega": {"omega": FLAT},
    "log-uniform": {"tau": power(-1), "omega": power(-1)},
    "mu grows": {"mu": power(3), "tau": FLAT},
}
PROPER = {"mu": stats.norm(0, 3), "tau": stats.halfnorm(), "nu": stats.norm(1, 1), "omega": stats.halfnorm()}


def refusal(model, data, options):
    """Return the words that the refusal says to write, as a dict; or None if there is no refusal."""
    try:
        model(*data, **options)
    except ValueError as error:
        (told,) = re.findall(r"; give (?:a proper prior|proper priors), for instance (.*)$", str(error))
        assert str(error).startswith("the posterior is improper: "), error
        assert told.count("scipy") == 1 or "proper priors, for" in str(error)
        return eval(f"dict({told})", {"scipy": scipy})
    return None


def cases():
    tables = (
        (NormalNormal, NORMAL, NORMAL_PRIORS),
        (BetaBinomial, SHARES, SHARE_PRIORS),
        (GammaPoisson, COUNTS, COUNT_PRIORS),
        (NestedGammaPoisson, NESTED, {name: PROPER | priors for name, priors in NESTED_PRIORS.items()}),
    )
    for model, datasets, priors in tables:
        for name, options in priors.items():
            yield pytest.param(model, datasets, options, id=f"{model.__name__}, {name}")


@pytest.mark.parametrize(("model", "datasets", "options"), list(cases()))
def test_what_the_refusal_says_to_write_gives_a_posterior(model, datasets, options):
    refused = 0
    for name, data in datasets.items():
        given = options | ({"suppressed": (1, 9)} if name == "suppressed" else {})
        if (told := refusal(model, data, given)) is None:
            continue
        refused += 1
        made = model(*data, **given | told)
        assert made.improper == ""
        # As few as possible: with any one of them left out, there is none.
        for argument in told:
            fewer = {argument_: prior for argument_, prior in told.items() if argument_ != argument}
            assert refusal(model, data, given | fewer) is not None
        if model is not NestedGammaPoisson:
            tree = lib.exact(made, draws=20, rng=np.random.default_rng(1))
            assert all(np.isfinite(tree.posterior[variable]).all() for variable in tree.posterior)
    assert refused  # else the prior is none that this test is about


def test_a_nested_model_with_the_priors_proposed_is_drawn_from():
    data, options = NESTED["three states"], NESTED_PRIORS["flat"]
    made = NestedGammaPoisson(*data, **options | refusal(NestedGammaPoisson, data, options))
    assert np.isfinite(lib.exact(made, draws=20, rng=np.random.default_rng(1)).posterior["lam"]).all()


FELL = "and prior times likelihood goes as"
SENTENCES = {
    "deaths of patients": (
        lambda: BetaBinomial([12, 30, 9], [100, 200, 150]),
        "as concentration grows, the likelihood tends to that of one rate for all, which is not zero, "
        f"{FELL} concentration**0, so the integral diverges; the power must be below -1; give a proper prior, for "
        "instance concentration=scipy.stats.halfcauchy(scale=50)",
    ),
    "counts": (
        lambda: GammaPoisson([3, 20, 1], [30, 22, 3]),
        f"as shape grows, the likelihood tends to that of one rate for all, above zero, {FELL} shape**1, so the "
        "integral diverges; the power must be below -1; give proper priors, for instance "
        "shape=scipy.stats.halfcauchy(scale=1), mean=scipy.stats.halfcauchy(scale=0.5)",
    ),
    "a rate": (
        lambda: GammaPoisson([3, 20, 1], [30, 22, 3], rate=power(0)),
        f"as shape grows, the likelihood tends to that of one rate for all, above zero, {FELL} shape**1, so the "
        "integral diverges; the power must be below -1; give proper priors, for instance "
        "shape=scipy.stats.halfcauchy(scale=1), rate=scipy.stats.halfcauchy(scale=3)",
    ),
    "two schools": (
        lambda: NormalNormal([28, 8], [15, 10]),
        "a flat prior on tau needs J >= 3 groups here, and there are J = 2; give a proper prior, for instance "
        "tau=scipy.stats.halfcauchy(scale=20)",
    ),
    "the lecture's prior": (
        lambda: NormalNormal(*NORMAL["eight"], tau=power(-2)),
        f"as tau goes to zero, the likelihood does not vanish, {FELL} tau**-2, so the integral diverges; the power "
        "must be above -1; give a proper prior, for instance tau=scipy.stats.halfcauchy(scale=20)",
    ),
    "states": (
        lambda: NestedGammaPoisson(*NESTED["one state"], **NESTED_PRIORS["flat"]),
        "as nu grows, for large shapes the likelihood tends to that of equal rates within each state, which is not "
        f"zero, {FELL} nu**0, so the integral diverges; the power must be below -1; give proper priors, for instance "
        "tau=scipy.stats.halfnorm(scale=1), nu=scipy.stats.norm(1, 1), omega=scipy.stats.halfnorm(scale=1)",
    ),
    "states without an event": (
        lambda: NestedGammaPoisson(*NESTED["no events"], **PROPER | {"mu": None}),
        f"as mu grows, there is no event to hold the log means, {FELL} mu**0, so the integral diverges; the power "
        "must be below -1; give a proper prior, for instance mu=scipy.stats.norm(-3, 1)",
    ),
}


@pytest.mark.parametrize(("call", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_the_whole_sentence(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(f'the posterior is improper: {sentence}')}$"):
        call()


def test_a_model_accepted_all_the_same_says_so_too():
    model = NormalNormal([28, 8], [15, 10], allow_improper=True)
    assert model.improper.endswith("; give a proper prior, for instance tau=scipy.stats.halfcauchy(scale=20)")


def test_a_model_that_proposes_nothing_is_refused_as_well():
    class Terse(NormalNormal):
        def proper_priors(self):
            return {}

    with pytest.raises(ValueError, match="and there are J = 2$"):
        Terse([28, 8], [15, 10])


@pytest.mark.parametrize(
    ("centre", "sd", "written"),
    [
        (512.3, 14, "scipy.stats.norm(510, 10)"),
        (-8.4, 1, "scipy.stats.norm(-8, 1)"),
        (0.0123, 0.0042, "scipy.stats.norm(0.012, 0.004)"),
        (1234567.8, 0.1, "scipy.stats.norm(1234567.8, 0.1)"),
        (2e30, 3e29, "scipy.stats.norm(2.1e+30, 3e+29)"),
    ],
)
def test_round_numbers(centre, sd, written):
    assert words(normal(centre, sd)) == written
