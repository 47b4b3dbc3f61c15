"""What a sampler says when it is not told how many draws, how long to warm up, or which generator to use."""

import inspect
import pickle
import re

import numpy as np
import pytest

from lib.calibration import simulation_based_calibration
from lib.models import NormalNormal
from lib.samplers import exact, gibbs, metropolis

MODEL = NormalNormal([28.0, 8, -3, 7], [15.0, 10, 16, 11])
RNG = np.random.default_rng(1)
SAMPLE = "draws=1000, warmup=500, rng=numpy.random.default_rng(1))"
LACKING = {
    "exact, nothing": (
        lambda: exact(MODEL),
        "exact needs draws and rng, which are not given: for instance exact(model, draws=1000, "
        "rng=numpy.random.default_rng(1))",
    ),
    "exact, no generator": (
        lambda: exact(MODEL, draws=10),
        "exact needs rng, which is not given: for instance exact(model, draws=1000, rng=numpy.random.default_rng(1))",
    ),
    "gibbs, nothing": (
        lambda: gibbs(MODEL),
        f"gibbs needs draws, warmup and rng, which are not given: for instance gibbs(model, {SAMPLE}",
    ),
    "gibbs, draws by position": (
        lambda: gibbs(MODEL, 1000, rng=RNG),
        f"gibbs needs draws and warmup, which are not given: for instance gibbs(model, {SAMPLE}",
    ),
    "gibbs, no warm-up": (
        lambda: gibbs(MODEL, draws=10, rng=RNG),
        f"gibbs needs warmup, which is not given: for instance gibbs(model, {SAMPLE}",
    ),
    "metropolis, no draws": (
        lambda: metropolis(MODEL, warmup=5, rng=RNG),
        f"metropolis needs draws, which is not given: for instance metropolis(model, {SAMPLE}",
    ),
    "calibration": (
        lambda: simulation_based_calibration(MODEL, exact),
        "simulation_based_calibration needs replicates and rng, which are not given: for instance "
        "simulation_based_calibration(model, sampler, replicates=200, rng=numpy.random.default_rng(1))",
    ),
}


@pytest.mark.parametrize(("call", "sentence"), LACKING.values(), ids=LACKING)
def test_what_is_lacking_is_named_with_a_call_to_write(call, sentence):
    with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
        call()


@pytest.mark.parametrize("sampler", [exact, gibbs, metropolis])
def test_the_call_to_write_works(sampler):
    with pytest.raises(TypeError) as refused:
        sampler(MODEL)
    call = str(refused.value).split("for instance ")[1].replace("=1000", "=10").replace("=500", "=5")
    tree = eval(call, {sampler.__name__: sampler, "model": MODEL, "numpy": np})
    assert tree.posterior.sizes["draw"] == 10


@pytest.mark.parametrize("sampler", [exact, gibbs, metropolis, simulation_based_calibration])
def test_a_sampler_stays_what_it_was(sampler):
    assert pickle.loads(pickle.dumps(sampler)) is sampler
    parameters = inspect.signature(sampler).parameters
    assert parameters["rng"].kind is inspect.Parameter.KEYWORD_ONLY
    assert parameters["rng"].default is inspect.Parameter.empty
    assert "Parameters\n" in sampler.__doc__


def test_other_slips_are_python_s_to_tell():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'model'"):
        exact(draws=10, rng=RNG)
    with pytest.raises(TypeError, match="unexpected keyword argument 'seed'"):
        exact(MODEL, draws=10, rng=RNG, seed=1)
