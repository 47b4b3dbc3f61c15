"""The samplers, one file each. A sampler knows how to move; what the posterior is, is a model's business."""

from lib.samplers.convergence import ConvergenceWarning
from lib.samplers.exact import exact
from lib.samplers.gibbs import gibbs
from lib.samplers.metropolis import metropolis

__all__ = ["ConvergenceWarning", "exact", "gibbs", "metropolis"]
