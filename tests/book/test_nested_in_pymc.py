"""The PyMC program that the chapter on counties within states prints gives what quadrature gives, and so does Gibbs."""

import importlib.util

import arviz as az
import nested_reference as reference
import numpy as np
import nutpie
import pytest
from paths import ROOT
from scipy import stats

from lib import NestedGammaPoisson, gibbs

SEEN = ("Utah", "Florida", "Texas", "District Of Columbia")


def nuts(data):
    path = ROOT / "book" / "programs" / "nested_counts.py"
    spec = importlib.util.spec_from_file_location("nested_counts", path)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    model = program.nested_counts(data.y, data.x, np.array(data.states)[data.state])
    return nutpie.sample(
        nutpie.compile_pymc_model(model), draws=700, tune=500, chains=4, seed=7, progress_bar=False
    ).posterior


def by_gibbs(data):
    model = NestedGammaPoisson(
        data.y,
        data.x,
        np.array(data.states)[data.state],
        mu=stats.norm(np.log(5), np.log(2)),
        tau=stats.halfnorm(scale=0.5),
        nu=stats.norm(np.log(10), 1),
        omega=stats.halfnorm(scale=1),
    )
    return gibbs(model, draws=700, warmup=100, rng=np.random.default_rng(7)).posterior


@pytest.mark.parametrize("draw", [nuts, by_gibbs])
def test_the_nested_model_agrees_with_quadrature(draw):
    posterior = draw(reference.counts())
    rows = [(posterior[name], reference.hyper_mean(name)) for name in ("mu", "tau", "nu", "omega")]
    for state in SEEN:
        rows.append((posterior["state_mean"].sel(state=state), reference.state_expectation(state, lambda m, a: m)))
        cv = posterior["state_shape"].sel(state=state) ** -0.5
        rows.append((cv, reference.state_expectation(state, lambda m, a: a**-0.5)))
    for drawn, expected in rows:
        values = drawn.to_numpy()
        assert az.ess(values) > 200
        assert abs(values.mean() - expected) < 5 * az.mcse(values)


def test_the_quadrature_does_not_hang_on_its_grid():
    """The posterior has no mass at the edges of any axis, so what lies beyond does not count."""
    weights = reference.posterior()
    for axis in range(4):
        marginal = weights.hyper.sum(axis=tuple(i for i in range(4) if i != axis))
        assert max(marginal[0], marginal[-1]) < 1e-3 * marginal.max()
    table = weights.table / weights.table.sum(axis=(1, 2), keepdims=True)
    assert max(table[:, [0, -1]].sum(axis=(1, 2)).max(), table[:, :, [0, -1]].sum(axis=(1, 2)).max()) < 1e-5
