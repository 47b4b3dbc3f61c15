"""What the still picture of the first page draws, computed a second time."""

import numpy as np
import references
from still_pictures import panels

DRAWS = 100_000  # of the posterior, in each of four chains


def three_answers():
    """Each school's line from the pooled mean by way of its posterior mean to its own estimate."""
    [panel] = panels("index", "fig-three-answers")
    mean, covariance = references.moments()
    answers = np.stack([np.full(8, references.pooled()[0]), mean[:8], references.Y])
    # Four standard errors of a mean of independent draws; a tenth of a pixel for rounding.
    near = 0.1 + 4 * np.sqrt(np.diag(covariance)[:8] / (4 * DRAWS)) / panel.pixel[1]
    columns, rows = np.arange(3), []
    for line, dots, school, tolerance in zip(panel.curves, panel.markers, answers.T, near, strict=True):
        rows.append((panel, line, lambda x, school=school: np.interp(x, columns, school), tolerance))
        rows.append((panel, dots, np.stack([columns, school], axis=1), tolerance))
    return rows


FIGURES = {"fig-three-answers": three_answers}
