"""Sentences of the page `notation` whose deciding words are computed."""

import answers_learning_tau as learning_tau
import numpy as np
import sentences_exchangeability as exchangeability


def where_each_is_better():
    """The centred form and the other, by the autocorrelation of mu: errors of a fifth of tau, and of five times tau."""
    spread = 10.0
    better = []
    for error in (spread / 5, 5 * spread):
        sigma = np.full(8, error)
        better.append(learning_tau.sweeps("centred", spread, sigma) < learning_tau.sweeps("other", spread, sigma))
    assert better in ([True, False], [False, True])
    return "are precise" if better[0] else "say little", "say little" if better[0] else "are precise"


SENTENCES = [
    ("The better form where the data {}.", lambda: where_each_is_better()[:1]),
    ("total variation distance of two distributions, from 0 to {}", exchangeability.largest_distance),
    ("a sampler finds it easier where the data {}.", lambda: where_each_is_better()[1:]),
]
