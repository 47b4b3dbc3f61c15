"""In the instructor's edition: list, from a hidden test itself, what it expects and which wrong answers it knows."""

# ruff: noqa: F821  (numpy and diagnose come from the cell above it, the grader's own code)
import inspect

from IPython.display import Markdown

_recorded = []


def grade(answer, expected, slips=None, *, rtol=1e-3, atol=0.0):  # in place of the grader's own: it takes notes
    message = diagnose(answer, expected, slips=slips, rtol=rtol, atol=atol)
    if message:
        raise AssertionError(f"The solution is wrong: {message}")
    tell = {"rtol": rtol, "atol": atol}
    _recorded.append(
        (expected, {_shown(v): diagnose(v, expected, slips=slips, **tell) for v in (slips or {}).values()})
    )


def _shown(value):
    numbers = np.ravel(np.asarray(value, dtype=float))
    text = ", ".join(f"{number:.4g}" for number in numbers[:3])
    return f"{text}, …" if numbers.size > 3 else text


def misconceptions(test):
    """Table of the right answer and of every wrong one that `test` knows, with what the grader says to it."""
    _recorded.clear()
    test(**{name: globals()[name] for name in inspect.signature(test).parameters})
    rows = ["| answer | what the grader says |", "| --- | --- |"]
    for expected, wrong in _recorded:
        rows.append(f"| **{_shown(expected)}** | right |")
        rows += [f"| {shown} | {message} |" for shown, message in wrong.items()]
    return Markdown("\n".join(rows))
