"""What the still pictures of the chapter `batting` draw, computed a second time."""

import numpy as np
import references_batting as batting
from scipy import interpolate
from still_pictures import panels


def fine_print():
    """The odd one out of eighteen and the average of all; ten with one noisy observation, relative to no shrinkage."""
    left, right = panels("batting", "fig-fine-print")
    eta = np.linspace(0, 12, 61)
    one, other = np.array([batting.coordinate_risks(18, value) for value in eta]).T
    noisy, quiet = np.array([batting.coordinate_risks(10, value) for value in eta]).T
    return [
        (left, left.curves[0], interpolate.CubicSpline(eta, one)),
        (left, left.curves[1], interpolate.CubicSpline(eta, (one + 17 * other) / 18)),
        (left, left.curves[2], np.ones_like),
        (right, right.curves[0], interpolate.CubicSpline(eta, (25 * noisy + 9 * quiet) / 34)),
        (right, right.curves[1], np.ones_like),
    ]


FIGURES = {"fig-fine-print": fine_print}
