"""The samplers, one file each. A sampler knows how to move; what the posterior is, is a model's business."""

from lib.samplers.exact import exact

__all__ = ["exact"]
