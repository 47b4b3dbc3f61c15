"""Sentences of the chapter `shrinkage` whose deciding words are computed."""

import numpy as np
import references


def narrower_for_a_variance():
    """Posterior means if 5 is the variance, the standard deviation, and for 20: the ends, in whole points."""
    ends = {}
    for words, tau in (("tau squared 5", 5**0.5), ("tau 5", 5.0), ("tau 20", 20.0)):
        means = np.array([references.posterior_mean(school, tau) for school in "ABCDEFGH"])
        between = np.floor(means.min()), np.ceil(means.max())
        ends[words] = [int(end) for end in (between if tau < 20 else np.round([means.min(), means.max()]))]
    order = sorted(ends, key=lambda words: ends[words][1] - ends[words][0])
    return tuple(part for words in order for part in (words, *ends[words]))


SENTENCES = [
    (
        "For {} all markers stand between {} and {}, for {} between {} and {}, and for {} they spread from {} to {},",
        narrower_for_a_variance,
    ),
]
