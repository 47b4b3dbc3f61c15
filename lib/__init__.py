"""The samplers, models and helpers that the chapters of *Borrowing Strength* import."""

from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal
from lib.samplers import exact, gibbs, metropolis

__all__ = ["BetaBinomial", "GammaPoisson", "NestedGammaPoisson", "NormalNormal", "exact", "gibbs", "metropolis"]
