"""The samplers, models and helpers that the chapters of *Borrowing Strength* import."""

from lib.models import BetaBinomial, GammaPoisson, NormalNormal
from lib.samplers import exact, gibbs, metropolis

__all__ = ["BetaBinomial", "GammaPoisson", "NormalNormal", "exact", "gibbs", "metropolis"]
