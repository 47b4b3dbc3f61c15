"""A problem set, built and taken apart, for the test file that is about it."""

import pytest
from problem_set_tools import ProblemSet


@pytest.fixture(scope="module")
def problem_set(request, tmp_path_factory):
    """The problem set that a test file is about: the file has its NAME, its hidden TESTS and, if any, its SETUP."""
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
