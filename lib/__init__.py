"""The samplers, models and helpers that the chapters of *Borrowing Strength* import."""

from lib.models import NormalNormal
from lib.samplers import exact, gibbs, metropolis

__all__ = ["NormalNormal", "exact", "gibbs", "metropolis"]
