"""Settings for every test. That this file is here also puts tests/ on the import path, for the helpers beside it."""

from pathlib import Path

import pytest
from hypothesis import settings
from skips import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

# The same examples every time: a failure in CI is a failure on the next machine.
settings.register_profile("deterministic", derandomize=True, deadline=None, max_examples=80)
settings.load_profile("deterministic")


# Each of these takes more than fifteen seconds of a processor: browsers, kernels, other engines, long chains, builds.
SLOW = [
    *["site", "samplers/test_all.py", "samplers/test_exact.py", "models/test_gamma_poisson.py"],
    *["models/test_nested_gamma_poisson.py", "models/test_beta_binomial.py", "models/test_densities.py"],
    *["models/test_state_tables.py", "models/test_added_models.py", "samplers/test_independence.py"],
    *["samplers/test_added_sampler.py"],
    *["exercises/test_practice.py", "pictures"],
    *["test_benchmarks.py", "test_build.py", "test_cache.py", "test_calibration.py", "test_extremes.py"],
    *["test_nested_in_pymc.py", "test_notebooks.py", "test_problem_sets.py", "test_rates_problem_set.py"],
    *["test_sampling_problem_set.py", "test_seeded_problem_set.py", "test_stan.py"],
]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    slow = [here / name for name in SLOW]
    for item in items:
        if any(item.path.is_relative_to(path) for path in slow):
            item.add_marker("slow")


@pytest.fixture(scope="module")
def problem_set(request, tmp_path_factory):
    """The problem set that a test file is about: the file has its NAME, its hidden TESTS and, if any, its SETUP."""
    from problem_set_tools import ProblemSet  # here, since it imports Otter, which few test files need

    module = request.module
    folder = tmp_path_factory.mktemp(module.NAME)
    return ProblemSet(module.NAME, folder, module.TESTS, setup=getattr(module, "SETUP", ""))


@pytest.fixture
def built(problem_set):
    """The folder of what is built from a problem set."""
    return problem_set.built


@pytest.fixture
def student(problem_set):
    """The notebook that students get."""
    return problem_set.student


@pytest.fixture
def try_out(problem_set):
    """Grade answers in this process."""
    return problem_set.try_out
