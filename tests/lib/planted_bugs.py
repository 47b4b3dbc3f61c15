"""Samplers and models with a known fault, which calibration must find. They use the public protocols alone."""

from dataclasses import fields
from functools import partial

import numpy as np

from lib import GammaPoisson, NormalNormal
from lib.models.base import SliceStep
from lib.models.location_scale import Measured
from lib.priors.distributions import Normal
from lib.priors.hyperparameter import Hyperparameter


class SigmaForItsSquare(NormalNormal):
    """The data have variance sigma squared; whoever draws believes that it is sigma."""

    def replicate(self, rng):
        truth, model = super().replicate(rng)
        model.sigma = np.sqrt(model.sigma)
        return truth, model


class WithoutJacobian(Hyperparameter):
    """It moves to the free scale and forgets what that does to a density."""

    def log_jacobian(self, free):
        return np.zeros_like(free)


def of_kind(kind, parameter, **changes):
    """The same hyperparameter, of another kind."""
    given = {field.name: getattr(parameter, field.name) for field in fields(parameter) if field.init}
    return kind(**given | changes)


class MissingJacobian(NormalNormal):
    """The density of log(tau) is taken to be the density of tau."""

    def __init__(self, *args, **priors):
        super().__init__(*args, **priors)
        self.tau = of_kind(WithoutJacobian, self.tau)


class MissingJacobianOfShape(GammaPoisson):
    """The same of the shape of a Gamma distribution. Gibbs moves it by slices on the free scale."""

    def __init__(self, *args, **priors):
        super().__init__(*args, **priors)
        self.population_shape = of_kind(WithoutJacobian, self.population_shape)


class WithoutDensity(Hyperparameter):
    """It can be drawn from its prior and takes it to be flat."""

    def log_density(self, x):
        return np.zeros_like(x)


class PriorOfMuForgotten(NormalNormal):
    """Whoever draws leaves the prior of mu out. The ranks of mu alone stay uniform: only the log prior sees it."""

    def __init__(self, *args, **priors):
        super().__init__(*args, **priors)
        self.told = self.mu
        self.mu = of_kind(WithoutDensity, self.mu, normal=(0.0, 0.0))

    def log_hyperprior(self, mu, tau):
        return self.told.log_density(mu) + self.tau.log_density(tau)


class UncertaintyOfMuForgotten(NormalNormal):
    """Each effect is drawn around the mean of mu given tau, not around the mu that was drawn."""

    def draw_given(self, rng, *hyperparameters, size):
        rest = super().draw_given(rng, *hyperparameters, size=size)
        given = self.groups_given(self.mu_given(*hyperparameters).mean, *hyperparameters)
        return rest | {"theta": given.mean + given.sd * rng.standard_normal(given.mean.shape)}


class SignOfMu(NormalNormal):
    """The effects go down where mu goes up. Mu given tau is symmetric, so every parameter alone is right."""

    def draw_given(self, rng, *hyperparameters, size):
        rest = super().draw_given(rng, *hyperparameters, size=size)
        return rest | {"mu": 2 * self.mu_given(*hyperparameters).mean - rest["mu"]}


class PopulationTermForgotten(NormalNormal):
    """The full conditional of an effect is its likelihood alone."""

    def deviation_given(self, mu, tau):
        mean = self.y - mu[..., np.newaxis]
        return Normal(mean, np.broadcast_to(self.sigma, mean.shape))


class DegreeOfFreedomForgotten(NormalNormal):
    """Tau squared given the effects has J - 1 degrees of freedom under a flat prior on tau; these candidates have J."""

    class _moves(Measured):
        def _sd_given_members(self, state, rng, size):
            square = (state["theta_deviation"] ** 2).sum(axis=-1)
            return np.sqrt(square / 2 / rng.standard_gamma(self.y.size / 2, (size, square.size)))


class PowerOfTauForgotten(NormalNormal):
    """One full conditional of tau lacks the factor tau**-J of the normal density of the effects."""

    @property
    def steps(self):
        steps = list(super().steps)
        first = next(i for i, step in enumerate(steps) if isinstance(step, SliceStep) and step.parameter is self.tau)
        right = steps[first].log_rest
        steps[first] = steps[first]._replace(log_rest=lambda tau, state: right(tau, state) + self.y.size * np.log(tau))
        return tuple(steps)


def _shuffled(sampler, model, *, rng, **options):
    tree = sampler(model, rng=rng, **options)
    theta = tree.posterior["theta"]
    flat = theta.values.reshape(-1, theta.shape[-1])
    theta.values[:] = rng.permutation(flat).reshape(theta.shape)
    return tree


def shuffled(sampler):
    """Return the sampler with every theta put beside another draw's mu and tau: each parameter alone is right."""
    return partial(_shuffled, sampler)
