"""The models, one file each. A model knows its densities; how to move is a sampler's business."""

from lib.models.beta_binomial import BetaBinomial
from lib.models.gamma_poisson import GammaPoisson
from lib.models.nested_gamma_poisson import NestedGammaPoisson
from lib.models.normal_normal import NormalNormal

__all__ = ["BetaBinomial", "GammaPoisson", "NestedGammaPoisson", "NormalNormal"]
