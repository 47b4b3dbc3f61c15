"""Draws can be saved and read again."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lib import (
    BetaBinomial,
    GammaPoisson,
    NestedGammaPoisson,
    NormalNormal,
    gibbs,
    log_likelihood,
    metropolis,
    predictive,
)

HALF = stats.halfnorm()
MODELS = {
    "text": NormalNormal([28, 8, -3], [15, 10, 16], labels=["Choate", "Ärö", "東京"]),
    "numbers": BetaBinomial([3, 5], [10, 20], concentration=HALF),
    "suppressed": GammaPoisson([3, np.nan], [10, 20.5], shape=HALF, mean=HALF, suppressed=(1, 4)),
    "states": NestedGammaPoisson(
        [3, 5, 0], [10, 20, 1.5], ["Utah", "Utah", "Ohio"], mu=stats.norm(), tau=HALF, nu=stats.norm(), omega=HALF
    ),
}


@pytest.mark.parametrize("sampler", [gibbs, metropolis])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_what_is_saved_is_read_again(sampler, model, tmp_path):
    rng = np.random.default_rng(1)
    tree = sampler(model, draws=20, warmup=10, rng=rng)
    tree = log_likelihood(model, predictive(model, predictive(model, tree, rng=rng, new=[3, 4]), rng=rng))
    tree.to_netcdf(tmp_path / "draws.nc")
    with xr.open_datatree(tmp_path / "draws.nc") as again:
        assert set(again.children) == set(tree.children)
        for name, group in tree.children.items():
            xr.testing.assert_equal(again[name].dataset, group.dataset)
