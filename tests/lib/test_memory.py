"""What a function says that it needs of memory, before it begins, is about what it takes."""

import tracemalloc

import numpy as np
import pytest

from lib import exchangeability as ex

CALLS = {
    "joint_law": lambda: ex.joint_law(np.eye(17)[8]),
    "joint_law, shorter": lambda: ex.joint_law(np.eye(12)[5]),
    "urn_counts, with added balls": lambda: ex.urn_counts(100_000, 3, 2, 1),
    "urn_counts, without replacement": lambda: ex.urn_counts(100_000, 90_000, 70_000, -1),
    "urn_draws, few": lambda: ex.urn_draws(5, 3, 2, 1, replicates=100_000, rng=np.random.default_rng(1)),
    "urn_draws, many": lambda: ex.urn_draws(200, 3, 2, 1, replicates=3_000, rng=np.random.default_rng(1)),
    "first_draws": lambda: ex.first_draws(np.eye(1_001)[500], 300),
    "mixture_counts": lambda: ex.mixture_counts(1_000, np.linspace(0, 1, 300), np.full(300, 1 / 300)),
    "mixture_counts, one coin": lambda: ex.mixture_counts(100_000, [0.5], [1]),
}


@pytest.mark.parametrize("call", CALLS)
def test_the_memory_that_is_asked_for_is_about_what_is_taken(call, monkeypatch):
    said = []
    monkeypatch.setattr(ex, "refuse_what_does_not_fit", lambda name, value, *, each, more="": said.append(value * each))
    CALLS[call]()  # what is made once, such as tables of SciPy
    tracemalloc.start()
    CALLS[call]()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 1 / 3 < peak / said[-1] < 1.5  # an estimate, which keeps a slip of a factor from being unnoticed


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda: ex.joint_law(np.eye(41)[20]), r"^counts: the number of sequences must be at most 12,\d{3},\d{3}"),
        (lambda: ex.urn_counts(10**12, 3, 2, 1), r"^n must be at most \d\d,\d{3},\d{3}: to hold"),
        (
            lambda: ex.urn_draws(3, 3, 2, 1, replicates=10**12, rng=np.random.default_rng(1)),
            r"^replicates must be at most \d\d,\d{3},\d{3} with n=3: to hold",
        ),
        (
            lambda: ex.first_draws(np.full(9_001, 1 / 9_001), 9_000),
            r"^k must be at most 5,\d{3} with n=9000: to hold 9,001",
        ),
        (lambda: ex.mixture_counts(10**9, [0.1, 0.9], [0.5, 0.5]), r"^n must be at most \d\d,\d{3},\d{3} with 2 coins"),
    ],
)
def test_what_does_not_fit_is_refused_in_these_words(call, refusal):
    with pytest.raises(ValueError, match=refusal):
        call()
