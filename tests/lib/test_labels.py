"""Data that carry labels name the groups, and are combined by their labels; the rest is combined by position."""

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from lib import estimators as e
from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal
from lib.samplers import exact

NAMES, OTHER = list("abc"), list("cab")
POSITIVE, REAL = stats.expon(), stats.norm()


def series(values, index=None):
    return pd.Series(values, index=index)


def array(values, names, dim="school"):
    return xr.DataArray(values, dims=dim, coords={dim: names})


def normal(y, sigma, **options):
    return NormalNormal(y, sigma, tau=POSITIVE, **options)


def nested(counts, exposure, group, **options):
    return NestedGammaPoisson(counts, exposure, group, mu=REAL, tau=POSITIVE, nu=REAL, omega=POSITIVE, **options)


# For each model, what it is made of, as attributes and as three groups.
MODELS = {
    "normal": (normal, {"y": [1.0, 2.0, 9.0], "sigma": [3.0, 4.0, 5.0]}),
    "shares": (
        lambda *data, **options: BetaBinomial(*data, concentration=POSITIVE, **options),
        {"successes": [1.0, 2.0, 3.0], "trials": [4.0, 5.0, 7.0]},
    ),
    "counts": (
        lambda *data, **options: GammaPoisson(*data, shape=POSITIVE, mean=POSITIVE, **options),
        {"counts": [1.0, 2.0, 3.0], "exposure": [4.0, 5.0, 7.0]},
    ),
    "nested": (
        nested,
        {"counts": [1.0, 2.0, 3.0], "exposure": [4.0, 5.0, 7.0], "group": ["U", "W", "W"]},
    ),
}


@pytest.mark.parametrize(("model", "data"), MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("carry", [series, array])
def test_labels_name_the_groups_and_put_the_data_into_the_order_of_the_first(model, data, carry):
    first, *others = data
    whole = [carry(values, NAMES) for values in data.values()]
    turned = [whole[0], *[carry([values[2], *values[:2]], OTHER) for values in list(data.values())[1:]]]
    for given in (whole, turned, [data[first], *whole[1:]], [whole[0], *[data[name] for name in others]]):
        made = model(*given)
        assert made.labels == NAMES
        for name in made.data:
            np.testing.assert_array_equal(getattr(made, name), data[name])
    if "group" in data:
        assert [made.states[place] for place in model(*turned)._state] == data["group"]
    assert list(exact(model(*turned), draws=5, rng=np.random.default_rng(1)).posterior["group"].values) == NAMES


@pytest.mark.parametrize(("model", "data"), MODELS.values(), ids=MODELS)
def test_what_has_no_labels_is_combined_by_position(model, data):
    for kind in (list, tuple, np.array, pd.Series, pd.array, lambda values: xr.DataArray(values, dims="school")):
        assert model(*[kind(values) for values in data.values()]).labels == [0, 1, 2]
    assert model(*[pd.Series(values) for values in data.values()], labels=NAMES).labels == NAMES


def test_labels_given_are_aligned_too():
    y, sigma = series([1.0, 2, 9], NAMES), [1.0, 2, 3]
    assert normal(y, sigma, labels=["x", "y", "z"]).labels == ["x", "y", "z"]
    for labels in (series(["z", "x", "y"], OTHER), array(["z", "x", "y"], OTHER)):
        assert normal(y, series(sigma, NAMES), labels=labels).labels == ["x", "y", "z"]
    assert normal(list(y), sigma, labels=series(["z", "x", "y"], OTHER)).labels == ["z", "x", "y"]


FRAME = pd.DataFrame({"place": ["U", "U", "W"], "size": [1, 2, 1], "y": [1.0, 2, 9], "sigma": [3.0, 4, 5]})
INDEXES = {
    "tuples": (FRAME.set_index(["place", "size"]), [("U", 1), ("U", 2), ("W", 1)]),
    "whole numbers": (FRAME.set_axis([7, 3, 5]), [7, 3, 5]),
    "sorted rows": (FRAME.sort_values("y", ascending=False), [2, 1, 0]),
    "every second": (pd.concat([FRAME, FRAME], ignore_index=True)[::2], [0, 2, 4]),
    "dates": (FRAME.set_axis(pd.date_range("2020", periods=3)), list(pd.date_range("2020", periods=3))),
    "periods": (FRAME.set_axis(pd.period_range("2020", periods=3, freq="Y")), None),
    "intervals": (FRAME.set_axis(pd.interval_range(0, 3)), list(pd.interval_range(0, 3))),
    "categories": (FRAME.set_axis(pd.CategoricalIndex(NAMES, categories=OTHER)), NAMES),
    "mixed": (FRAME.set_axis(["a", 1, (2, 3)]), ["a", 1, (2, 3)]),
    "text of two kinds": (FRAME.set_axis(pd.Index(NAMES, dtype=object)), NAMES),
    "truths": (FRAME[:2].set_axis([True, False]), [True, False]),
    "floats": (FRAME.set_axis([0.5, 1.5, 2.5]), [0.5, 1.5, 2.5]),
}


@pytest.mark.parametrize(("frame", "labels"), INDEXES.values(), ids=INDEXES)
def test_any_index_will_do(frame, labels):
    model = normal(frame["y"], frame["sigma"][::-1])
    assert model.labels == (labels or list(frame.index))
    np.testing.assert_array_equal(model.sigma, frame["sigma"])
    exact(model, draws=5, rng=np.random.default_rng(1))


def test_text_is_one_whatever_pandas_stores_it_in():
    stored = [series([1.0, 2, 9], pd.Index(NAMES, dtype=kind)) for kind in ("str", object, "category", "string")]
    for y in stored:
        for sigma in stored:
            assert normal(y, sigma).labels == NAMES


def test_rows_are_found_by_tuples_of_an_xarray_too():
    frame = FRAME.set_index(["place", "size"])
    sigma = xr.DataArray(frame["sigma"][::-1].values, dims="row", coords={"row": frame.index[::-1]})
    np.testing.assert_array_equal(normal(frame["y"], sigma).sigma, [3, 4, 5])


TWICE = list("aba")
IN_DOUBT = (
    "{0} has no labels, and those of {1} and {2} are in different orders: in which of them is {0}? If in that of {1}, "
    "write pandas.Series({0}, index={1}.index)"
)
REFUSED = {
    "a label of one alone": (
        lambda: normal(series([1, 2, 3], NAMES), series([1, 2, 3], list("abd"))),
        "sigma: its labels are not those of y: 'c' is in y and not in sigma and 'd' is in sigma and not in y; "
        "to keep what is in both, write y, sigma = y.align(sigma, join='inner')",
    ),
    "a label too few": (
        lambda: normal(series([1, 2, 3], NAMES), series([1, 2], NAMES[:2])),
        "sigma: its labels are not those of y: 'c' is in y and not in sigma; "
        "to keep what is in both, write y, sigma = y.align(sigma, join='inner')",
    ),
    "a label too many": (
        lambda: normal(array([1, 2], NAMES[:2]), array([1, 2, 3], NAMES)),
        "sigma: its labels are not those of y: 'c' is in sigma and not in y; "
        "to keep what is in both, write y, sigma = xarray.align(y, sigma, join='inner')",
    ),
    "codes as text and as numbers": (
        lambda: normal(series([1, 2], [6001, 6003]), series([1, 2], ["06001", "06003"])),
        "sigma: its labels are not those of y: 6001 is in y and not in sigma and '06001' is in sigma and not in y",
    ),
    "positions beside names": (
        lambda: normal(series([1, 2, 3], NAMES), series([1, 2, 3])),
        "sigma: its labels are not those of y: 'a' is in y and not in sigma and 0 is in sigma and not in y; sigma has "
        "only its positions for labels: to combine by position, write sigma.to_numpy()",
    ),
    "names beside positions": (
        lambda: normal(series([1, 2, 3]), array([1, 2, 3], NAMES)),
        "sigma: its labels are not those of y: 0 is in y and not in sigma and 'a' is in sigma and not in y; y has "
        "only its positions for labels: to combine by position, write y.to_numpy()",
    ),
    "positions of the labels": (
        lambda: normal(series([1, 2, 3], NAMES), [1, 2, 3], labels=series(["x", "y", "z"])),
        "labels: its labels are not those of y: 'a' is in y and not in labels and 0 is in labels and not in y; labels "
        "has only its positions for labels: to combine by position, write labels.to_numpy()",
    ),
    "a list in an order unknown": (
        lambda: nested(series([1, 2, 3], NAMES), series([1, 2, 3], OTHER), ["U", "U", "W"]),
        IN_DOUBT.format("group", "counts", "exposure"),
    ),
    "an array in an order unknown": (
        lambda: nested(series([1, 2, 3], NAMES), np.ones(3), series(["U", "U", "W"], OTHER)),
        IN_DOUBT.format("exposure", "counts", "group"),
    ),
    "a DataArray in an order unknown": (
        lambda: normal(array([1, 2, 3], NAMES), series([1, 2, 3], OTHER), labels=["x", "y", "z"]),
        IN_DOUBT.format("labels", "y", "sigma").replace("y.index", "y.indexes['school']"),
    ),
    "labels in an order unknown": (
        lambda: normal(series([1, 2, 3], NAMES), series([1, 2, 3], OTHER), labels=["x", "y", "z"]),
        IN_DOUBT.format("labels", "y", "sigma"),
    ),
    "a list in the order of the data or of the labels": (
        lambda: normal(series([1, 2, 3], NAMES), [1, 2, 3], labels=series(["x", "y", "z"], OTHER)),
        IN_DOUBT.format("sigma", "y", "labels"),
    ),
    "twice the same": (
        lambda: normal(series([1, 2, 3], TWICE), series([1, 2, 3], TWICE)),
        "y: 'a' comes twice in its index, so it cannot name the groups: give labels, for instance labels=range(3)",
    ),
    "a missing label": (
        lambda: normal([1, 2, 3], series([1, 2, 3], ["a", None, "b"])),
        "sigma: a label is missing in its index, so it cannot name the groups: give labels, for instance "
        "labels=range(3)",
    ),
    "twice in other orders": (
        lambda: normal(series([1, 2, 3], TWICE), series([1, 2, 3], list("aab"))),
        "sigma: its labels are in another order than those of y, and 'a' comes twice, so nobody can tell which is "
        "which; to combine by position, write sigma.to_numpy()",
    ),
    "shares of other players": (
        lambda: e.to_arcsine(series([0.1, 0.2], ["a", "b"]), series([45, 45])),
        "trials: its labels are not those of share: 'a' is in share and not in trials and 0 is in trials and not in "
        "share; trials has only its positions for labels: to combine by position, write trials.to_numpy()",
    ),
}


@pytest.mark.parametrize(("call", "sentence"), REFUSED.values(), ids=REFUSED)
def test_labels_that_do_not_fit_are_refused_by_name_with_what_to_write(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


def test_what_is_to_be_written_works():
    y, sigma, short = series([1.0, 2, 9], NAMES), series([5.0, 3, 4], OTHER), series([3.0, 4], NAMES[:2])
    labels = ["x", "y", "z"]
    assert normal(y, sigma, labels=pd.Series(labels, index=y.index)).labels == labels
    assert normal(y, series([1, 2, 3]).to_numpy()).labels == NAMES
    assert normal(*y.align(short, join="inner")).labels == ["a", "b"]
    assert normal(*xr.align(array([1, 2], NAMES[:2]), array([1, 2, 3], NAMES), join="inner")).labels == ["a", "b"]
    same = series([1.0, 2, 3], TWICE)
    assert normal(same, same, labels=range(3)).labels == [0, 1, 2]
    assert normal(same, same.to_numpy(), labels=range(3)).labels == [0, 1, 2]
    turned = array([1.0, 2, 9], NAMES)
    assert normal(turned, sigma, labels=pd.Series(labels, index=turned.indexes["school"])).labels == labels


def test_estimators_align_and_return_the_order_of_the_first():
    y, sigma, turned = np.array([1.0, 2, 9]), np.array([3.0, 4, 5]), series([5.0, 3, 4], OTHER)
    labelled = series(y, NAMES)
    assert e.complete_pooling(labelled, turned) == e.complete_pooling(y, sigma)
    np.testing.assert_array_equal(
        e.partial_pooling(labelled, turned, series([1.0, 2], list("pq"))).mean, e.partial_pooling(y, sigma, [1, 2]).mean
    )
    assert e.method_of_moments_tau2(labelled, turned) == e.method_of_moments_tau2(y, sigma)
    share, trials = series([0.1, 0.2, 0.9], NAMES), series([50, 30, 40], OTHER)
    x = e.to_arcsine(share, trials)
    np.testing.assert_array_equal(x, e.to_arcsine(share.to_numpy(), [30, 40, 50]))
    np.testing.assert_allclose(e.from_arcsine(series(x, NAMES), trials), share)
    np.testing.assert_allclose(e.from_arcsine(series(x, NAMES), trials, variance=0), share)
    np.testing.assert_array_equal(
        e.shrinkage_weight(series(sigma, NAMES), series([3.0, 1, 2], OTHER)), e.shrinkage_weight(sigma, [1, 2, 3])
    )
    twice = series(y, TWICE)  # in the same order: by position
    assert e.complete_pooling(twice, series(sigma, TWICE)) == e.complete_pooling(y, sigma)


def test_nothing_given_is_changed():
    y, sigma = series([1.0, 2, 9], NAMES), series([5.0, 3, 4], OTHER)
    normal(y, sigma)
    assert list(y.index) == NAMES and list(sigma.index) == OTHER and list(sigma) == [5, 3, 4]
