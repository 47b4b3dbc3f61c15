"""Independent draws: quadrature over at most two hyperparameters, algebra below them."""

import numpy as np
import xarray as xr

from lib.models.base import Collapsed, Integrable
from lib.priors.hyperparameter import Hyperparameter
from lib.samplers.chain import arguments, asks_by_name
from lib.samplers.convergence import checked
from lib.samplers.draws import to_datatree
from lib.samplers.independence import propose
from lib.samplers.quadrature import LogLinear, NoMassError, integrate, log_total, refuse_mass_beyond
from lib.validation import FloatArray


@asks_by_name
def exact(model: Integrable | Collapsed, *, draws: int, chains: int = 4, rng: np.random.Generator) -> xr.DataTree:
    """Draw independently from a posterior of which a few hyperparameters, once drawn, leave only exact draws.

    Parameters
    ----------
    model : Integrable or Collapsed
        Any model that leaves at most two hyperparameters to numerical integration; or one that knows the density of a
        few more, as the nested model does.
    draws, chains : int
        Draws in each chain, and chains. The draws are independent; the chains are there for tools that expect some.
    rng : numpy.random.Generator
        The same state gives the same draws.

    Returns
    -------
    xarray.DataTree
        With groups ``posterior``, ``observed_data`` and ``constant_data``; for a collapsed model ``sample_stats`` too.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, the draws would take more than 4 GiB, or the posterior is improper.

    Warns
    -----
    ConvergenceWarning
        If the draws cannot be trusted, for a collapsed model; see `lib.samplers.convergence`.

    Notes
    -----
    Of at most two, each hyperparameter is drawn by inverting a distribution function that is accurate to about 2e-5.
    Of more, by `lib.samplers.independence`: proposals that do not hang on one another are accepted, or the draw before
    is repeated; ``acceptance_rate`` says how often. All else is drawn from its exact conditional distribution.
    """
    draws, chains, _, rng = arguments("exact", model, rng, asks=(Integrable, Collapsed), draws=draws, chains=chains)
    if model.improper:
        raise ValueError(f"model: there is nothing to draw from, the posterior is improper: {model.improper}")
    if not isinstance(model, Integrable):
        position, stats = propose(model, draws=draws, chains=chains, rng=rng)
        return checked("exact", model, to_datatree(model, model.parameters(position, rng), sample_stats=stats))
    size = chains * draws
    try:
        coordinates = _draw_coordinates(model, rng, size)
    except NoMassError as error:
        names = " and ".join(parameter.name for parameter in model.integrated)
        raise ValueError(f"model: quadrature over {names} fails: {error}") from error
    values = model.draw_given(rng, *coordinates, size=size)
    shaped = {name: value.reshape(chains, draws, *value.shape[1:]) for name, value in values.items()}
    return to_datatree(model, shaped)


def _draw_coordinates(model: Integrable, rng: np.random.Generator, size: int) -> tuple[FloatArray, ...]:
    match model.integrated:
        case ():
            return ()
        case (only,):
            density = integrate(
                lambda u: _log_prior(only, u) + model.log_integrand(only.natural(u)),
                only.free(model.starting_nodes()),
                only.free_support,
                open_ends=only.open_ends,
            )
            refuse_mass_beyond(density.log_beyond, density.log_total)
            return (only.natural(density.quantile(rng.random(size))),)
        case (outer, inner):
            return _draw_two(model, outer, inner, rng, size)
        case more:
            raise TypeError(f"model: quadrature takes at most two coordinates, not {len(more)}")


def _draw_two(
    model: Integrable, outer: Hyperparameter, inner: Hyperparameter, rng: np.random.Generator, size: int
) -> tuple[FloatArray, FloatArray]:
    """Draw the outer hyperparameter from its marginal and the inner one given it."""

    def given(u: FloatArray) -> LogLinear:
        first = outer.natural(u)[:, np.newaxis]
        return integrate(
            lambda v: model.log_integrand(first, inner.natural(v)) + inner.log_jacobian(v),
            inner.free(model.starting_nodes(first[:, 0])),
            inner.free_support,
            open_ends=inner.open_ends,
        )

    def log_marginal(u: FloatArray) -> FloatArray:
        row = u.ravel()  # one density, so one row of nodes
        return (_log_prior(outer, row) + given(row).log_total).reshape(u.shape)

    start = outer.free(model.starting_nodes())
    marginal = integrate(log_marginal, start, outer.free_support, open_ends=outer.open_ends)
    drawn = marginal.quantile(rng.random(size))
    # The inner distribution moves smoothly with the outer value: interpolate its quantile between neighbouring nodes.
    nodes = np.unique(marginal.nodes[0])
    rows = given(nodes)
    lost = log_total(nodes[np.newaxis], (_log_prior(outer, nodes) + rows.log_beyond)[np.newaxis])
    refuse_mass_beyond(np.logaddexp(marginal.log_beyond, lost), marginal.log_total)
    left = np.clip(np.searchsorted(nodes, drawn, side="right") - 1, 0, nodes.size - 2)
    share = (drawn - nodes[left]) / (nodes[left + 1] - nodes[left])
    probability = rng.random(size)
    second = (1 - share) * rows.quantile(probability, left) + share * rows.quantile(probability, left + 1)
    return outer.natural(drawn), inner.natural(second)


def _log_prior(parameter: Hyperparameter, u: FloatArray) -> FloatArray:
    """Log density of its own prior on the free scale."""
    return np.asarray(parameter.log_density(parameter.natural(u)) + parameter.log_jacobian(u))
