"""Settings for every test."""

from pathlib import Path

from hypothesis import settings
from skips import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

# The same examples every time: a failure in CI is a failure on the next machine.
settings.register_profile("deterministic", derandomize=True, deadline=None, max_examples=80)
settings.load_profile("deterministic")


# Each of these takes more than fifteen seconds of a processor: browsers, kernels, other engines, long chains, builds.
SLOW = [
    *["book/pictures", "book/test_nested_in_pymc.py", "book/test_stan.py"],
    *["lib/exercises/test_practice.py", "lib/test_any_groups.py", "lib/test_calibration.py", "lib/test_extremes.py"],
    *["lib/models/test_added_models.py", "lib/models/test_beta_binomial.py", "lib/models/test_densities.py"],
    *["lib/models/test_gamma_poisson.py", "lib/models/test_nested_gamma_poisson.py", "lib/models/test_remedies.py"],
    *["lib/models/test_state_tables.py"],
    *["lib/samplers/test_added_sampler.py", "lib/samplers/test_all.py", "lib/samplers/test_exact.py"],
    *["lib/samplers/test_convergence.py", "lib/samplers/test_independence.py"],
    *["notebooks/test_notebooks.py", "site"],
    *["problem_sets/test_problem_sets.py", "problem_sets/test_rates_problem_set.py"],
    *["problem_sets/test_sampling_problem_set.py", "problem_sets/test_seeded_problem_set.py"],
    *["project/test_benchmarks.py", "project/test_build.py", "project/test_cache.py"],
]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    slow = [here / name for name in SLOW]
    for item in items:
        if any(item.path.is_relative_to(path) for path in slow):
            item.add_marker("slow")
