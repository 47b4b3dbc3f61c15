"""The head of every test file in an autograder: the builder puts the source of ``lib/checks.py`` above it.

Otter runs the tests in the process that ran the submission. So a test file brings its own copy of what it needs instead
of importing what the submission may have changed, and nothing that a test meets may end the grading. What this cannot
prevent is listed in the instructor's edition.
"""

# ruff: noqa: F821  (numpy and diagnose come from lib/checks.py above)
import copy
import functools
import signal

SECONDS = 60  # for one test: enough on a busy machine, and an endless loop still ends


def attempt(function, *arguments):
    """Call a student's function with copies of the arguments; whatever goes wrong in it fails this test, no more."""
    if not callable(function):
        raise AssertionError("There is no function of this name.")
    try:
        return function(*copy.deepcopy(arguments))
    except BaseException as error:  # sys.exit is no Exception, and would end the grading
        raise AssertionError(f"Your function stopped with {type(error).__name__}: {error}") from None


def grade(answer, expected, slips=None, *, rtol=1e-3, atol=0.0):
    """Fail with the message for this answer, unless it is right."""
    wrong = np.asarray(expected, dtype=float) * (1 + 2 * rtol) + 2 * atol + 1
    if not diagnose(wrong, expected, rtol=rtol, atol=atol):
        raise AssertionError("The grader takes a wrong answer for a right one: the submission has changed NumPy.")
    try:
        message = diagnose(answer, expected, slips=slips, rtol=rtol, atol=atol)
    except Exception as error:
        message = f"The answer cannot be read as numbers ({type(error).__name__})."
    if message:
        raise AssertionError(message)


def guard(test):
    """Make of everything that can go wrong in a test, an endless loop included, a failure of this test."""

    def out_of_time(signum, frame):
        raise TimeoutError(f"it had not finished after {SECONDS} seconds")

    @functools.wraps(test)
    def guarded(**answers):
        alarm = getattr(signal, "SIGALRM", None)  # Windows has none: there, stop an endless loop by hand
        previous = signal.signal(alarm, out_of_time) if alarm else None
        try:
            if alarm:
                signal.alarm(SECONDS)
            test(**answers)
        except AssertionError:
            raise
        except BaseException as error:
            raise AssertionError(f"The answer stopped the test with {type(error).__name__}: {error}") from None
        finally:
            if alarm:
                signal.alarm(0)
                signal.signal(alarm, previous)

    return guarded


def guard_all(cases):
    """Guard Otter's test cases."""
    for case in cases:
        case.test_func = guard(case.test_func)
