"""The samplers, models and helpers that the chapters of *Borrowing Strength* import."""

from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal
from lib.predictions import log_likelihood, predictive
from lib.samplers import ConvergenceWarning, exact, gibbs, metropolis

__all__ = [
    "BetaBinomial",
    "ConvergenceWarning",
    "GammaPoisson",
    "NestedGammaPoisson",
    "NormalNormal",
    "exact",
    "gibbs",
    "log_likelihood",
    "metropolis",
    "predictive",
]
