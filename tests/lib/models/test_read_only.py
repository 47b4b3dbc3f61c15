"""Nobody can change the data under a model, or a record's numbers, by mistake."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal, exact, gibbs
from lib.calibration import Calibration, simulation_based_calibration
from lib.estimators import partial_pooling
from lib.exchangeability import nearest_mixture

PROPER = dict(mu=stats.norm(0, 2), tau=stats.halfnorm(), nu=stats.norm(), omega=stats.halfnorm())
MODELS = {
    "normal": (
        NormalNormal,
        dict(y=[28.0, 8, -3], sigma=[15.0, 10, 16]),
        {name: PROPER[name] for name in ("mu", "tau")},
    ),
    "shares": (
        BetaBinomial,
        dict(successes=[3.0, 0, 5], trials=[9.0, 4, 10]),
        dict(mean=stats.beta(2, 2), concentration=stats.gamma(2)),
    ),
    "counts": (
        GammaPoisson,
        dict(counts=[3.0, np.nan, 5], exposure=[9.0, 4, 10]),
        dict(shape=stats.gamma(2), rate=stats.gamma(2), suppressed=(1, 3)),
    ),
    "nested": (NestedGammaPoisson, dict(counts=[3.0, 0, 5], exposure=[9.0, 4, 10], group=[1.0, 2, 1]), PROPER),
    "nested, suppressed": (
        NestedGammaPoisson,
        dict(counts=[3.0, np.nan, 5], exposure=[9.0, 4, 10], group=[1.0, 2, 1]),
        PROPER | dict(suppressed=(1, 3)),
    ),
}


def arrays(kept, path=""):
    """Every array that an object holds, at any depth, by its path."""
    if isinstance(kept, np.ndarray):
        yield path, kept
    elif isinstance(kept, tuple | list):
        for i, value in enumerate(kept):
            yield from arrays(value, f"{path}[{i}]")
    elif isinstance(kept, dict):
        for name, value in kept.items():
            yield from arrays(value, f"{path}[{name}]")
    elif type(kept).__module__.startswith("lib."):
        yield from arrays(vars(kept), path)


def all_are_read_only(kept, least):
    found = dict(arrays(kept))
    assert len(found) >= least
    for path, array in found.items():
        assert not array.flags.writeable, f"{path} can be written to"
        if array.size:
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def made(name):
    kind, data, options = MODELS[name]
    given = {argument: np.array(value) for argument, value in data.items()}
    labels = ["a", "b", "c"]
    return kind(**given, **options, labels=labels), given, labels


def kept_by(model):
    return {path: array.copy() for path, array in arrays(model)}


def same(before, model):
    now = kept_by(model)
    assert before.keys() <= now.keys()  # some are made when first needed
    for path, array in before.items():
        np.testing.assert_array_equal(array, now[path], err_msg=path)


@pytest.mark.parametrize("name", MODELS)
def test_all_that_a_model_keeps_is_read_only(name):
    model, _, _ = made(name)
    all_are_read_only(model, 3)
    for shown in (model.observed, model.constants):
        all_are_read_only(shown, 1)
    _, again = model.replicate(np.random.default_rng(1))
    all_are_read_only(again, 3)
    gibbs(model, draws=3, warmup=3, rng=np.random.default_rng(1))  # what is made when first needed
    all_are_read_only(model, 3)


@pytest.mark.parametrize("name", MODELS)
def test_the_callers_arrays_are_not_the_models(name):
    model, given, labels = made(name)
    before, first = kept_by(model), gibbs(model, draws=3, warmup=3, rng=np.random.default_rng(1))
    for array in given.values():
        array[:] = 7  # the caller's own: they may write to it
    labels[0] = "z"
    model.labels.append("z")
    for _, shown in model.vectors.values():
        shown[0] = "z"
    assert model.labels == ["a", "b", "c"]
    np.testing.assert_array_equal(next(iter(model.observed.values())), before[f"[{next(iter(model.observed))}]"])
    fresh, _, _ = made(name)
    same(before, fresh)
    assert gibbs(model, draws=3, warmup=3, rng=np.random.default_rng(1)).equals(first)


@pytest.mark.parametrize("name", MODELS)
def test_what_a_sampler_returns_may_be_written_to(name):
    model, _, _ = made(name)
    before = kept_by(model)
    tree = gibbs(model, draws=3, warmup=0, rng=np.random.default_rng(1))
    for group in ("posterior", "observed_data", "constant_data"):
        for variable in tree[group].dataset.data_vars.values():
            variable.values[...] = 0
    same(before, model)


def test_the_arrays_of_a_record_are_read_only():
    y, sigma = np.array([28.0, 8, -3]), np.array([15.0, 10, 16])
    for tau, mu in ((5.0, None), ([0.0, 5], None), (np.inf, 3.0)):
        all_are_read_only(partial_pooling(y, sigma, tau, mu), 4)
    all_are_read_only(nearest_mixture([0, 1, 0]), 3)
    model, _, _ = made("normal")
    found = simulation_based_calibration(model, exact, replicates=2, draws=9, rng=np.random.default_rng(1))
    assert isinstance(found, Calibration)
    all_are_read_only(found, 1)
    record = partial_pooling(y, sigma, 5.0)
    mean = record.mean.copy()
    y[:], sigma[:] = 0, 1
    np.testing.assert_array_equal(record.mean, mean)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.mean = mean


def test_an_array_that_can_be_written_to_is_found():
    model, _, _ = made("counts")
    model._table.numbers.flags.writeable = True
    with pytest.raises(AssertionError, match=r"_table\]\[0\] can be written to"):
        all_are_read_only(model, 3)
