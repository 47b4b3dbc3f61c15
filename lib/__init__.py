"""The samplers, models and helpers that the chapters of *Borrowing Strength* import."""

from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal
from lib.samplers import ConvergenceWarning, exact, gibbs, metropolis

__all__ = [
    "BetaBinomial",
    "ConvergenceWarning",
    "GammaPoisson",
    "NestedGammaPoisson",
    "NormalNormal",
    "exact",
    "gibbs",
    "metropolis",
]
