"""What a model expects to see, given its draws: the data again, new groups, and how likely each group's data are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from lib.labels import align_and_label
from lib.models.base import Marginal, Predictive
from lib.samplers.chain import asks_by_name
from lib.samplers.draws import coordinate
from lib.validation import FloatArray, generator, group_labels, refuse_what_does_not_fit


@asks_by_name
def predictive(
    model: Predictive,
    draws: xr.DataTree,
    *,
    rng: np.random.Generator,
    new: ArrayLike | None = None,
    group: ArrayLike | None = None,
) -> xr.DataTree:
    """Draw what the model expects: of its own groups, or of new ones.

    Parameters
    ----------
    model : Predictive
        All of the course's models are.
    draws : DataTree
        What a sampler returned for this model.
    rng : numpy.random.Generator
        The same state gives the same draws.
    new : array_like, optional
        What is known of each new group: its standard error, its trials or its exposure, as the model has it. Left out,
        the data of the model's own groups are drawn again.
    group : array_like, optional
        For new groups of the nested model: the state that each lies in. Left out, they all lie in one new state.

    Returns
    -------
    xarray.DataTree
        The draws, with one group more, each variable of shape (chain, draw, group). Without `new` it is
        ``posterior_predictive``, which holds the data; with it, ``predictions``, which holds the new groups' own
        parameters and their data, and ``predictions_constant_data``. No count in them is suppressed.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name; if the draws are not this model's.
    """
    parameters = _parameters(model, draws, "expects data")
    own, (observed, known) = model.group, model.data
    rng = generator(rng)
    if new is None:
        if group is not None:
            raise ValueError("group says in which states new groups lie: say with new what is known of them")
        again = {observed: model.simulate(rng, parameters[own])}
        return _with(draws, {"posterior_predictive": _dataset(draws, again, model.labels)})
    (new, group), names = align_and_label(None, new=new, group=group)
    values = model.known_of_new(new)
    labels = list(group_labels(names, length=values.size))
    each = 16 * parameters[own][..., 0].size
    refuse_what_does_not_fit("new", values.size, each=each, more=" groups with these draws")
    drawn = model.draw_new(rng, parameters, values, group)
    constant = xr.Dataset({known: ("group", values)}, {"group": coordinate(labels)})
    return _with(draws, {"predictions": _dataset(draws, drawn, labels), "predictions_constant_data": constant})


def log_likelihood(model: Predictive, draws: xr.DataTree, *, conditional: bool = False) -> xr.DataTree:
    """Compute how likely each group's data are, draw by draw, as ``arviz.loo`` and ``arviz.compare`` need it.

    Parameters
    ----------
    model : Predictive
        All of the course's models are.
    draws : DataTree
        What a sampler returned for this model.
    conditional : bool
        False: the group's own parameter is integrated out, so that leaving a group out means to predict it from all
        others. True: given the group's own parameter, which has seen the data; leaving a group out then means to
        predict new data of a group that is known, and importance sampling often fails, as ArviZ says.

    Returns
    -------
    xarray.DataTree
        The draws, with a group ``log_likelihood``, whose variable has the name of the data.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name; if the draws are not this model's.

    References
    ----------
    Vehtari, Gelman and Gabry (2017), "Practical Bayesian model evaluation using leave-one-out cross-validation and
    WAIC", *Statistics and Computing* 27:1413-1432. Merkle, Furr and Rabe-Hesketh (2019), "Bayesian comparison of latent
    variable models: conditional versus marginal likelihoods", *Psychometrika* 84:802-829.
    """
    parameters = _parameters(model, draws, "has a likelihood")
    if conditional:
        each = model.pointwise_log_likelihood(parameters[model.group])
    elif isinstance(model, Marginal):
        each = model.log_likelihood_of_groups(parameters)
    else:
        raise TypeError(
            f"model: {type(model).__name__} cannot integrate a group's own parameter out; with conditional=True its "
            "likelihood is that given the parameter"
        )
    return _with(draws, {"log_likelihood": _dataset(draws, {model.data[0]: each}, model.labels)})


def _parameters(model: Predictive, draws: xr.DataTree, what: str) -> dict[str, FloatArray]:
    """Return all parameters that the draws hold, or refuse draws that are not the model's."""
    if isinstance(model, type) or not isinstance(model, Predictive):
        raise TypeError(f"model must be a model that {what}, such as NormalNormal(y, sigma), not {model!r:.60}")
    if not isinstance(draws, xr.DataTree) or "posterior" not in draws.children:
        raise TypeError(
            f"draws must be what a sampler returned, a DataTree with a posterior, not {type(draws).__name__}"
        )
    posterior = draws["posterior"].dataset
    for parameter in model.unknown:
        if parameter.name not in posterior:
            raise ValueError(f"draws must be those of this model: they have no {parameter.name}")
    for name, value in model.constants.items():
        if np.ndim(value) == 0 and name in posterior:
            raise ValueError(f"draws must be those of this model: they have {name}, which it knows")
    for name, (dim, labels) in model.vectors.items():
        if name not in posterior:
            raise ValueError(f"draws must be those of this model: they have no {name}")
        if (
            posterior[name].dims != ("chain", "draw", dim)
            or posterior[dim].to_numpy().tolist() != coordinate(labels).tolist()
        ):
            raise ValueError(f"draws must be those of this model: their {name} is not along its labels of {dim}")
    return {str(name): values.to_numpy() for name, values in posterior.data_vars.items()}


def _dataset(draws: xr.DataTree, arrays: Mapping[str, FloatArray], labels: list[object]) -> xr.Dataset:
    steps = {dim: draws["posterior"][dim] for dim in ("chain", "draw")}
    variables = {name: (("chain", "draw", "group"), values) for name, values in arrays.items()}
    return xr.Dataset(variables, {**steps, "group": coordinate(labels)})


def _with(draws: xr.DataTree, groups: Mapping[str, Any]) -> xr.DataTree:
    """Return the tree with more groups; the one that was given stays as it is."""
    tree = draws.copy()
    for name, dataset in groups.items():
        tree[name] = xr.DataTree(dataset)
    return tree
