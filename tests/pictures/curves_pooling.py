"""What the still pictures of the chapter `pooling` draw, computed a second time."""

import references
from still_pictures import panels


def compromise():
    """For each school a line from the pooled mean to its own estimate."""
    [panel] = panels("pooling", "fig-compromise")
    precision = 1 / references.SIGMA**2
    pooled = precision @ references.Y / precision.sum()
    return [
        (panel, curve, lambda w, y=y: w * y + (1 - w) * pooled)
        for curve, y in zip(panel.curves, references.Y, strict=True)
    ]


FIGURES = {"fig-compromise": compromise}
