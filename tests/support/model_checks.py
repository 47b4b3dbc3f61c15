"""Whether a two-level model's formulas fit together: what to run first on a model that is new."""

import inspect

import numpy as np

from lib.models.conjugate import Conjugate
from lib.models.two_level import TwoLevel, columns

_WALKED = "the density that is walked and the joint one"


def fits_together(kind, given, seed=1):
    """Raise an AssertionError that says which formulas do not.

    `kind` is the model's class, and `given` its arguments by name, with two unknown hyperparameters of proper priors.
    """
    model, rng = kind(**given), np.random.default_rng(seed)
    if len(model.unknown) < 2:
        raise ValueError("given: both hyperparameters must be unknown, with proper priors")
    _names_are_in_order(kind)
    _values_are_on_their_scales(model, rng)
    state = model.start_state(rng, 7)
    natural = model.natural(*(state[p.name] for p in model.hyperparameters))
    population = model.population(*columns(*natural))
    theta = model.scale.clip(population.draw(rng, (7, model.size)))
    _shapes_are_right(model, rng, natural, theta)
    _data_that_are_made_up_are_all_that_it_knows(model, kind, given, rng, theta)
    if isinstance(model, Conjugate):
        likelihood = model.log_likelihood(theta) + population.log_density(theta).sum(axis=-1)
        marginal = likelihood - model.groups_given(*natural).log_density(theta).sum(axis=-1)
        _same_up_to_a_constant(model.log_marginal_likelihood(*natural), marginal, "groups_given and the marginal")
        _coordinates_lead_back(model)
    _walk_is_the_joint(model, rng)


def _names_are_in_order(kind):
    """Methods take the hyperparameters as `hyper` has them. (In another order they give a wrong posterior.)"""
    if kind.natural is not TwoLevel.natural:
        return
    for name in {"population", "groups_given", "log_marginal_likelihood"} & set(dir(kind)):
        taken = tuple(inspect.signature(getattr(kind, name)).parameters)[1:3]
        assert taken == kind.hyper, f"{name} takes {' and '.join(taken)}, but hyper is {' and '.join(kind.hyper)}"


def _values_are_on_their_scales(model, rng):
    """Own estimates and scattered hyperparameters lie in their ranges, and so do the ends that may fail."""
    low, high = model.scale.range
    estimate, error = model.own_estimates()
    assert ((estimate > low) & (estimate < high)).all(), f"own_estimates: outside {low:g} to {high:g}"
    assert (error > 0).all(), "own_estimates: a standard error that is not above zero"
    scattered = model.scatter(rng, 7)
    assert scattered.keys() == {p.name for p in model.hyperparameters}, f"scatter: the names {list(scattered)}"
    for parameter in model.hyperparameters:
        low, high = parameter.scale.range
        values = scattered[parameter.name]
        assert np.shape(values) == (7,), f"scatter: {parameter.name} has the shape {np.shape(values)}, not (7,)"
        assert ((values > low) & (values < high)).all(), f"scatter: {parameter.name} outside {low:g} to {high:g}"
        for end in model.ends():
            where = {"zero": 0.0, "one": 1.0, "infinity": np.inf}[end.to]
            if end.what == parameter.name:
                assert low <= where <= high, f"ends: {end.what} does not go to {end.to}, but from {low:g} to {high:g}"


def _shapes_are_right(model, rng, natural, theta):
    each = (7, model.size)
    shapes = {
        "pointwise_log_likelihood": (model.pointwise_log_likelihood(theta).shape, each),
        "simulate": (model.simulate(rng, theta[0]).shape, (model.size,)),
        "own_estimates": (model.own_estimates().mean.shape, (model.size,)),
    }
    if isinstance(model, Conjugate):
        shapes["groups_given"] = model.groups_given(*natural).mean.shape, each
        shapes["log_marginal_likelihood"] = model.log_marginal_likelihood(*natural).shape, (7,)
        grid = model.log_marginal_likelihood(natural[0][:, np.newaxis], natural[1]).shape
        shapes["log_marginal_likelihood, of arguments that broadcast"] = grid, (7, 7)
    for name, (found, expected) in shapes.items():
        assert found == expected, f"{name}: shape {found}, not {expected}"


def _data_that_are_made_up_are_all_that_it_knows(model, kind, given, rng, theta):
    made_up = model.simulate(rng, theta[0])
    other, fresh = model.with_data(made_up), kind(**given | {model.data[0]: made_up})
    found, expected = (each.pointwise_log_likelihood(theta) for each in (other, fresh))
    message = "_tabulate: what is computed once from the data is not computed anew"
    assert (found == expected).all(), message
    if isinstance(model, Conjugate):
        for nodes in ((), (model._ordered[0].natural(np.array([0.3, 1.7])),)):
            found, expected = (each.starting_nodes(*nodes) for each in (other, fresh))
            assert np.array_equal(found, expected), message


def _walk_is_the_joint(model, rng):
    position = model.start_position(rng, 9)
    values = model.parameters(position, rng)
    hyper = [values[p.name] for p in model.hyperparameters]
    if isinstance(model, Conjugate) and position.shape[-1] == len(model.integrated):  # the groups are integrated out
        joint = model.log_hyperprior(*hyper) + model.log_marginal_likelihood(*model.natural(*hyper))
        # Given the outer coordinate the other hyperparameter hangs on the inner one alone: a triangle of derivatives.
        for number, parameter in enumerate(model._ordered):
            step = np.where(np.arange(2) == number, 1e-6, 0)
            ends = [model.parameters(position + sign * step, rng)[parameter.name] for sign in (1, -1)]
            joint = joint + np.log(np.abs(ends[0] - ends[1]))
        found = model.log_free_density(position)
        np.testing.assert_allclose(found - found[0], joint - joint[0], atol=1e-6, err_msg=_WALKED)
        return
    theta = values[model.group]
    free, anchor = model.scale.free(theta), model.anchor(*model.natural(*hyper))
    jacobian = (model.scale.log_jacobian(free) + np.log(anchor.free_sd)).sum(axis=-1)
    for parameter, value in zip(model.hyperparameters, hyper, strict=True):
        jacobian = jacobian + parameter.log_jacobian(parameter.free(value))
    joint = model.log_joint(theta, *hyper) + jacobian
    _same_up_to_a_constant(model.log_free_density(position), joint, _WALKED)


def _coordinates_lead_back(model):
    """The other hyperparameter is a function of the inner coordinate, whose derivative is as stated."""
    outer, other = model._ordered
    first, inner = outer.natural(np.array([0.3, 1.7])), model.inner.natural(np.array([-0.4, 0.6]))
    second = model.other_at(first, inner)
    np.testing.assert_allclose(model.inner_at(first, second), inner, rtol=1e-9, err_msg="inner_at and other_at")
    step = 1e-6 * inner
    slope = (model.other_at(first, inner + step) - model.other_at(first, inner - step)) / (2 * step)
    stated = np.broadcast_to(model.log_jacobian(first, inner), slope.shape)
    np.testing.assert_allclose(np.exp(stated), np.abs(slope), rtol=1e-6, err_msg="log_jacobian")


def _same_up_to_a_constant(found, expected, what):
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-8, err_msg=what)
