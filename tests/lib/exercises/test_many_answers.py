"""Each check, fed with right answers in forms that people write, and with numbers that are wrong by chance.

What a check says of the answers that students reach is in `answers_<chapter>.py`. Here is what nobody thought of: of
numbers drawn at random, none is right, and none that lies further off than a rounding is asked for more digits.
"""

import importlib
from decimal import Decimal
from fractions import Fraction

import exercise_rules as rules
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from exercise_rules import CHAPTERS, ask, found

FORMS = {
    "a float": float,
    "NumPy's float": np.float64,
    "no dimension": lambda x: np.array(x),
    "xarray's": xr.DataArray,
    "a fraction": lambda x: Fraction(x).limit_denominator(10**9),
    "a decimal": lambda x: Decimal(repr(float(x))),
    "from a series": lambda x: pd.Series([x]).iloc[0],
    "a row": lambda x: [x],
    "a matrix": lambda x: np.array([[x]]),
    "four digits": lambda x: float(f"{x:.4g}"),
    "five digits": lambda x: float(f"{x:.5g}"),
    "the root of its square": lambda x: np.sign(x) * np.sqrt(np.square(float(x))),
}
WRONG = 40  # a part of a check


def parts():
    """What each check asks: a question for each of its answers, with a right one."""
    for chapter in CHAPTERS:
        module, rows = importlib.import_module(f"lib.exercises.{chapter}"), {}
        for row in importlib.import_module(f"answers_{chapter}").RIGHT:
            rows.setdefault(row.check, row)
        for name, check in rules.checks_of(module).items():
            yield chapter, name, check, found(rows[name].answers)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_right_answers_are_right_and_numbers_drawn_at_random_are_not(chapter):
    fed = 0
    for of_chapter, name, check, answers in parts():
        numbers = all(np.ndim(answer) == 0 and not callable(answer) for answer in answers)
        if of_chapter != chapter or not numbers:  # the rows of the others say what they take
            continue
        for answer, question in zip(answers, ask(check, answers)[1], strict=True):
            told = {form: question.told(make(answer)) for form, make in FORMS.items()}
            assert {form for form, said in told.items() if said} == set(), (name, answer)
            rng = np.random.default_rng(fed)
            scale = abs(float(answer)) or 1.0
            near, far = rng.normal(0, 0.3, WRONG // 2), np.exp(rng.normal(0, 1, WRONG // 2))
            drawn = np.concatenate([float(answer) + scale * near, scale * far])
            granted = question.atol + question.rtol * abs(question.expected)
            wrong = {x: question.told(x) for x in drawn.tolist() if abs(x - question.expected) > granted}
            assert len(wrong) > WRONG / 2
            assert {x: said for x, said in wrong.items() if not said or "digits" in said} == {}, (name, answer)
            fed += len(told) + len(wrong)
    assert fed > 200
