"""What a model makes up is a model like any other: nothing of the data that it comes from is left in it."""

import numpy as np
import pytest
from test_read_only import MODELS

from lib import exact, gibbs


@pytest.mark.parametrize("name", MODELS)
def test_a_replicate_of_a_used_model_is_that_of_its_data(name):
    make, data, priors = MODELS[name]
    model = make(**data, **priors)

    def fit(model):
        swept = gibbs(model, draws=20, warmup=5, chains=2, rng=np.random.default_rng(1)).posterior
        drawn = exact(model, draws=20, chains=2, rng=np.random.default_rng(1)).posterior  # what gibbs makes no use of
        return {f"{name}, {way}": run[name].to_numpy() for way, run in enumerate((swept, drawn)) for name in run}

    before = fit(model)  # whatever a model keeps for later, it has now
    _, again = model.replicate(np.random.default_rng(2))
    new = data | {key: getattr(again, key) for key in data if key not in ("group", "exposure", "sigma", "trials")}
    found, expected = fit(again), fit(make(**new, **priors))
    assert found.keys() == expected.keys() and all((found[key] == expected[key]).all() for key in found)
    assert any((found[key] != before[key]).any() for key in found)
