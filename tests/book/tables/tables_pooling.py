"""What the tables of the chapter on pooling show."""

import numpy as np
from references import SIGMA, Y, phi, pooled

SCHOOLS = list("ABCDEFGH")
Z = 1.959963985  # what a standard normal variable exceeds once in 40 times, from any table


def data():
    return [["school", *SCHOOLS], ["y", *Y], ["sigma", *SIGMA]]


def no_pooling():
    rows = [
        [school, y - Z * s, y + Z * s, phi((y - 28) / s), phi(y / s)]
        for school, y, s in zip(SCHOOLS, Y, SIGMA, strict=True)
    ]
    return [["", "lower", "upper", "P(effect > 28)", "P(effect > 0)"], *rows]


def distances():
    return [["", "distance in standard errors"], *zip(SCHOOLS, (Y - pooled()[0]) / SIGMA, strict=True)]


def leave_one_out():
    changes = [pooled(np.delete(Y, j), np.delete(SIGMA, j))[0] - pooled()[0] for j in range(Y.size)]
    return [["", *SCHOOLS], ["change without the school", *changes]]


TABLES = [data, no_pooling, distances, leave_one_out]
