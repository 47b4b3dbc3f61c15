"""Whatever is wrong with an argument, the refusal begins with the argument's name.

Each argument of each call in the table is made wrong in the ways of its kind: a number that must be whole, a vector of
one number a group, a generator. Arguments that are not tried are named, with the reason.
"""

import copy
import inspect

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lib import datasets, estimators, exchangeability, explorables, plots, predictions
from lib.calibration import simulation_based_calibration
from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal
from lib.samplers import exact, gibbs, metropolis

Y, SIGMA = np.array([28.0, 8.0, -3.0, 7.0]), np.array([15.0, 10.0, 16.0, 11.0])
HITS, AT_BATS = np.array([18.0, 12.0, 9.0, 7.0]), np.array([45.0, 44.0, 43.0, 45.0])
DEATHS, YEARS = np.array([3.0, 0.0, np.nan, 14.0]), np.array([1.5, 0.4, 4.0, 6.0])
STATES = ["A", "A", "B", "C"]
NORMAL, POSITIVE = stats.norm(0, 5), stats.expon(scale=2)
MODEL = NormalNormal(Y, SIGMA, mu=NORMAL, tau=POSITIVE)
RUN = {"model": MODEL, "draws": 10, "chains": 2, "rng": np.random.default_rng(0)}
NESTED = {"mu": NORMAL, "tau": POSITIVE, "nu": NORMAL, "omega": POSITIVE, "suppressed": (1, 5), "labels": list("abcd")}
URN = {"n": 4, "ones": 2.0, "zeros": 3.0, "added": 1.0}
TAUS = np.linspace(0, 30, 4)


def forest_by_its_ends(estimate, low, high, labels):
    """Call the other way to give intervals: a call has one row in the table."""
    return plots.forest(estimate, low=low, high=high, labels=labels)


# For each call, arguments that are right; each is made wrong in turn.
CALLS = {
    estimators.complete_pooling: {"y": Y, "sigma": SIGMA},
    estimators.partial_pooling: {"y": Y, "sigma": SIGMA, "tau": 5.0, "mu": 8.0},
    estimators.shrinkage_weight: {"sigma": SIGMA, "tau": 5.0},
    estimators.method_of_moments_tau2: {"y": Y, "sigma": SIGMA},
    estimators.james_stein: {"x": Y, "variance": 2.0, "toward": 1.0},
    estimators.to_arcsine: {"share": HITS / AT_BATS, "trials": AT_BATS},
    estimators.from_arcsine: {"x": Y / 9, "trials": AT_BATS, "variance": 1.0},
    NormalNormal: {"y": Y, "sigma": SIGMA, "mu": NORMAL, "tau": POSITIVE, "labels": list("abcd")},
    BetaBinomial: {
        "successes": HITS,
        "trials": AT_BATS,
        "mean": 0.3,
        "concentration": POSITIVE,
        "labels": list("abcd"),
    },
    GammaPoisson: {
        "counts": DEATHS,
        "exposure": YEARS,
        "shape": POSITIVE,
        "rate": POSITIVE,
        "suppressed": (1, 5),
        "labels": list("abcd"),
    },
    NestedGammaPoisson: {"counts": DEATHS, "exposure": YEARS, "group": STATES} | NESTED,
    exact: RUN,
    gibbs: RUN | {"warmup": 5},
    metropolis: RUN | {"warmup": 5, "target": 0.3, "covariance": np.eye(6)},
    simulation_based_calibration: RUN | {"sampler": exact, "replicates": 3, "thin": 2},
    datasets.simulate_asthma: {"rng": np.random.default_rng(0), "mu": 0.4, "tau": 0.3, "nu": 2.0, "omega": 0.6},
    exchangeability.is_exchangeable: {"law": np.full((2, 2), 0.25), "atol": 1e-9},
    exchangeability.joint_law: {"counts": np.full(4, 0.25)},
    exchangeability.urn_counts: URN,
    exchangeability.urn_draws: URN | {"replicates": 5, "rng": np.random.default_rng(0)},
    exchangeability.first_draws: {"counts": np.full(4, 0.25), "k": 2},
    exchangeability.mixture_counts: {"n": 4, "chance": [0.2, 0.6], "weight": [0.5, 0.5]},
    exchangeability.total_variation: {"one": np.full(4, 0.25), "other": [0.1, 0.2, 0.3, 0.4]},
    exchangeability.nearest_mixture: {"counts": np.full(4, 0.25), "gap": 1e-6},
    plots.forest: {"estimate": Y, "half_width": SIGMA, "labels": list("abcd"), "shift": 0.2},
    forest_by_its_ends: {"estimate": Y, "low": Y - 2 * SIGMA, "high": Y + SIGMA, "labels": list("abcd")},
    plots.paths: {"x": Y[:2], "lines": np.array([Y, SIGMA]), "labels": list("abcd"), "gap": 1.0},
    explorables.shrinkage_explorable: {"y": Y, "sigma": SIGMA, "labels": list("abcd"), "tau": TAUS, "start": 10.0},
    explorables.prior_explorable: {"y": Y, "sigma": SIGMA, "labels": list("abcd"), "scale": TAUS + 5, "start": 15.0},
}
# Arguments that are not tried, and why.
NOT_TRIED = {
    **dict.fromkeys(
        ("model", "sampler", "statistics"), "a protocol: what does not fit fails by the name of what it lacks"
    ),
    **dict.fromkeys(("positive_part", "allow_improper", "progress"), "whatever is true or false"),
    **dict.fromkeys(("color", "marker", "label", "ax", "axis", "n_jobs", "options"), "handed on as it is"),
}
NOT_IN_TABLE = {
    explorables.frequency_explorable: "takes a mapping; test_explorables.py",
    explorables.nested_explorable: "its data go to the model, which is in the table; test_explorables.py",
    predictions.log_likelihood: "its draws are no number, but a tree; test_predictions.py",
    predictions.predictive: "its draws are no number, but a tree; test_predictions.py",
}
# What is wrong elsewhere is right here: values that broadcast, no warmup, counts of which all are suppressed.
RIGHT = {
    *[("shrinkage_weight", "sigma", wrong) for wrong in ("empty", "in a table")],
    *[("to_arcsine", name, "in a table") for name in ("share", "trials")],
    *[("from_arcsine", name, "in a table") for name in ("x", "trials")],
    *[("shrinkage_weight", "sigma", "one more"), ("james_stein", "x", "one more"), ("partial_pooling", "tau", "seven")],
    *[("james_stein", "x", "in a table"), ("is_exchangeable", "law", "in a table")],
    *[(f, "labels", w) for f in ("forest", "forest_by_its_ends", "paths") for w in ("twice", "missing", "lists")],
    *[("gibbs", "warmup", "zero"), ("metropolis", "warmup", "zero")],
    *[("GammaPoisson", "counts", "NaN"), ("NestedGammaPoisson", "counts", "NaN")],
}
# Where two do not fit each other, the one that has to be as the other is: of two vectors, the later.
LATER = {"y": "sigma", "successes": "trials", "counts": "exposure", "chance": "weight", "one": "other"}
LATER |= {"estimate": "half_width", "x": "lines"}
BLAMED = {
    **{
        (call.__name__, name, "one more"): LATER[name]
        for call, given in CALLS.items()
        for name in given
        if name in LATER and LATER[name] in given
    },
    **{("to_arcsine", "trials", "one more"): "share", ("from_arcsine", "trials", "one more"): "x"},
    **{("paths", "labels", "too few"): "lines", ("forest_by_its_ends", "estimate", "one more"): "low"},
    **{("total_variation", "one", wrong): "other" for wrong in ("empty", "in a table")},
    **{("to_arcsine", "trials", "empty"): "share", ("from_arcsine", "trials", "empty"): "x"},
}


def wrong_values(name, value):
    """Yield a word for each kind of wrong that an argument can be, and a value that is it."""
    if isinstance(value, np.random.Generator):
        yield from {"a seed": 0, "an old state": np.random.RandomState(0), "None": None}.items()
    elif isinstance(value, int):
        yield from {"not whole": 2.5, "negative": -1, "text": "3", "a truth": True, "None": None}.items()
        if name != "k":
            yield from {"zero": 0, "endless": 10**18}.items()
    elif isinstance(value, float):
        yield from {"NaN": np.nan, "infinite": -np.inf, "text": "three", "complex": 1j, "a list": [1.0, [2.0]]}.items()
        yield "seven", [1.0] * 7
    elif isinstance(value, tuple):
        yield from {"reversed": value[::-1], "one": value[:1], "a fraction": (1.5, 5), "negative": (-1, 5)}.items()
    elif name == "labels":
        yield from {"too few": list("abc"), "twice": list("abca"), "missing": ["a", "b", "c", None]}.items()
        yield "lists", [[1], [2], [3], [4]]
    elif name == "group":
        yield from {"too few": STATES[:-1], "in a table": [STATES], "of two kinds": [1, *STATES[1:]]}.items()
        yield from {"missing": [*STATES[:-1], None], "masked": np.ma.masked_equal(STATES, "B")}.items()
    elif hasattr(value, "rvs"):
        yield from {"NaN": np.nan, "text": "three", "a family": stats.norm, "a list": [1.0], "a seed": b"1"}.items()
    else:
        array = np.asarray(value, dtype=float)
        yield from {"text": array.astype(str).tolist(), "complex": array + 1j, "ragged": [[1.0], [2.0, 3.0]]}.items()
        yield from {
            "NaN": array * np.nan,
            "infinite": np.full_like(array, -np.inf),
            "dates": pd.to_datetime(array.ravel()),
            "masked": np.ma.array(array, mask=True),
        }.items()
        yield from {"empty": [], "in a table": array[np.newaxis], "one more": np.resize(array, array.size + 1)}.items()


def cases():
    for function, arguments in CALLS.items():
        for name, value in arguments.items():
            for wrong, bad in wrong_values(name, value) if name not in NOT_TRIED else ():
                case = function.__name__, name, wrong
                if case not in RIGHT:
                    yield pytest.param(function, name, bad, BLAMED.get(case, name), id="-".join(case))


@pytest.mark.parametrize("function, name, bad, blamed", list(cases()))
def test_a_refusal_begins_with_the_name_of_the_argument(function, name, bad, blamed):
    with pytest.raises((TypeError, ValueError), match=rf"^{blamed}\b"):
        function(**CALLS[function] | {name: bad})


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_what_is_made_wrong_was_right_and_nothing_given_is_changed(function):
    arguments = {
        name: value.copy() if isinstance(value, np.ndarray) else copy.deepcopy(value)
        for name, value in CALLS[function].items()
    }
    kept = {name: copy.deepcopy(value) for name, value in arguments.items()}
    function(**arguments)
    for name, value in arguments.items():
        if isinstance(value, np.ndarray | list):
            np.testing.assert_array_equal(value, kept[name], err_msg=name)
            assert not isinstance(value, np.ndarray) or value.flags.writeable, name


def test_every_public_function_is_in_the_table():
    public = {
        function
        for module in (datasets, estimators, exchangeability, explorables, plots, predictions)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).parameters
    }
    assert public - CALLS.keys() == NOT_IN_TABLE.keys()


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_every_argument_is_tried_or_named(function):
    # In place of the rate, and of the half width.
    others = {GammaPoisson: {"mean"}, plots.forest: {"low", "high"}}.get(function, set())
    assert inspect.signature(function).parameters.keys() - CALLS[function].keys() - others <= NOT_TRIED.keys()
