"""A generator without noise, through which the distribution functions that `exact` inverts can be seen."""

import numpy as np


class Midpoints(np.random.Generator):
    """Its uniform numbers are evenly spaced: what `exact` makes of them are quantiles."""

    def __init__(self):
        super().__init__(np.random.PCG64(0))
        self.calls = 0

    def random(self, size):
        self.calls += 1
        if self.calls == 1:
            return (np.arange(size) + 0.5) / size
        return (np.arange(size) * (np.sqrt(5) - 1) / 2) % 1  # with the first, a lattice that fills the square evenly
