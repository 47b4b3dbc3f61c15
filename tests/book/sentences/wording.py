"""What sentences are filled with, on more than one page."""

import numpy as np
from book_sizes import ONES
from exercise_rules import ask

from lib.checks import RIGHT

SCHOOLS = np.array(list("ABCDEFGH"))
NUMBERS = ONES.split()  # zero, one, two, ...


def listed(names):
    return f"{', '.join(names[:-1])} and {names[-1]}"


def judged_right(check, answers):
    """The words whose answer the check takes."""
    [words] = [words for words, answer in answers.items() if set(ask(check, answer)[0]) == {RIGHT}]
    return (words,)
