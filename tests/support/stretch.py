"""A fourth sampler, as a reader would add it: chains that move along the lines to one another.

Goodman and Weare (2010), "Ensemble samplers with affine invariance", *Communications in Applied Mathematics and
Computational Science* 5:65-80.
"""

import numpy as np

from lib.models.base import Walkable
from lib.samplers.chain import arguments, run
from lib.samplers.convergence import checked
from lib.samplers.draws import to_datatree
from lib.samplers.metropolis import accept


def stretch(model, *, draws, warmup, chains=64, rng):
    """Draw from a posterior by stretch moves of an even number of chains, at least twice as many as dimensions."""
    draws, chains, warmup, rng = arguments(
        "stretch", model, rng, asks=(Walkable,), draws=draws, chains=chains, warmup=warmup
    )
    kept = run(Stretch(model), draws=draws, warmup=warmup, chains=chains, rng=rng)
    posterior = model.parameters(kept.pop("position"), rng)
    return checked("stretch", model, to_datatree(model, posterior, sample_stats=kept))


class Stretch:
    """Each half of the chains moves along lines to the other half, which stands still."""

    kept = ("position", "acceptance_rate")

    def __init__(self, model):
        self.model = model

    def init(self, rng, chains):
        position = self.model.start_position(rng, chains)
        return {"position": position, "log_density": self.model.log_free_density(position)}

    def step(self, state, rng):
        position, log_density = state["position"].copy(), state["log_density"].copy()
        rates, halves = np.empty(len(position)), np.array_split(rng.permutation(len(position)), 2)
        for moving, still in (halves, halves[::-1]):
            z = (rng.random(moving.size) + 1) ** 2 / 2  # between a half and two, with density as 1 / sqrt(z)
            towards = position[rng.choice(still, moving.size)]
            proposal = towards + z[:, np.newaxis] * (position[moving] - towards)
            proposed = self.model.log_free_density(proposal)
            correction = (position.shape[1] - 1) * np.log(z)
            accepted, rates[moving] = accept(proposed - log_density[moving], rng, log_correction=correction)
            position[moving[accepted]], log_density[moving[accepted]] = proposal[accepted], proposed[accepted]
        return {"position": position, "log_density": log_density, "acceptance_rate": rates}

    def warm_up(self, state, iteration, rng):
        return self.step(state, rng)
