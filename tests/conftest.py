"""Settings for every test. That this file is here also puts tests/ on the import path, for the helpers beside it."""

from hypothesis import settings

# The same examples every time: a failure in CI is a failure on the next machine.
settings.register_profile("deterministic", derandomize=True, deadline=None, max_examples=80)
settings.load_profile("deterministic")
