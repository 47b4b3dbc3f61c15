"""A fourth sampler, added as a reader would add it, draws from every model that can be walked."""

import arviz as az
import numpy as np
import pytest
from poisson_lognormal import PoissonLognormal
from sampler_checks import BETA_BINOMIAL, GAMMA_POISSON, MODELS
from scipy import stats
from stretch import Stretch, stretch

from lib import BetaBinomial, GammaPoisson, NormalNormal, exact, gibbs

WALKABLE = {
    "schools": (NormalNormal, MODELS["half-Cauchy"], exact),
    "shares": (BetaBinomial, BETA_BINOMIAL["shares, uneven"], exact),
    "counts": (GammaPoisson, GAMMA_POISSON["counts, mean"], exact),
    "not conjugate": (
        PoissonLognormal,
        dict(counts=[0, 3, 9], exposure=[0.5, 1, 2.5], mu=stats.norm(1, 2), tau=stats.halfnorm()),
        gibbs,
    ),
}


def agrees(model, other):
    found = stretch(model, draws=12_000, warmup=1000, chains=40, rng=np.random.default_rng(1)).posterior
    run = {"draws": 4000} if other is exact else {"draws": 4000, "warmup": 300}
    expected = other(model, **run, rng=np.random.default_rng(2)).posterior
    for name in (parameter.name for parameter in model.unknown):
        # The walkers are no independent chains: what they have in common is their mean, draw by draw.
        means = np.log(np.abs(found[name].values)).mean(axis=0)[np.newaxis]
        rest = np.log(np.abs(expected[name].values))
        size = float(az.ess(means))
        assert size > 60, (name, size)
        error = np.hypot(means.std() / np.sqrt(size), rest.std() / np.sqrt(float(az.ess(rest))))
        assert abs(means.mean() - rest.mean()) < 5 * error, name


@pytest.mark.parametrize("name", WALKABLE)
def test_it_agrees_with_another_sampler(name):
    kind, options, other = WALKABLE[name]
    agrees(kind(**options), other)


def test_without_its_correction_it_does_not(monkeypatch):
    monkeypatch.setattr(
        "stretch.accept", lambda ratio, rng, log_correction: (rng.random(ratio.shape) < np.exp(ratio),) * 2
    )
    kind, options, other = WALKABLE["schools"]  # in two dimensions the correction hardly matters
    with pytest.raises(AssertionError, match="mu|tau"), np.errstate(over="ignore"):
        agrees(kind(**options), other)


def test_one_step_leaves_a_bell_as_it_is():
    class Bell:
        def start_position(self, rng, chains):
            return rng.standard_normal((chains, 3))

        def log_free_density(self, position):
            return -(position**2).sum(axis=-1) / 2

    rng = np.random.default_rng(1)
    kernel = Stretch(Bell())
    state = kernel.init(rng, 20_000)
    for _ in range(3):
        state = kernel.step(state, rng)
    for column in state["position"].T:
        assert stats.kstest(column, "norm").pvalue > 1e-4


def test_it_refuses_by_name():
    with pytest.raises(TypeError, match="model must be a model with its data, .* not the class NormalNormal"):
        stretch(NormalNormal, draws=5, warmup=5, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="draws must be a whole number"):
        stretch(NormalNormal(**MODELS["flat"]), draws=0, warmup=5, rng=np.random.default_rng(1))
