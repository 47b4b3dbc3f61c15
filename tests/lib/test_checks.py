"""A check knows right from wrong, names the slip, gives nothing away and survives any answer."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.checks import check, diagnose

SLIPS = {"tau is not tau squared": 25.0, "the mean must be weighted": 8.75}


def test_right_within_the_tolerance_and_not_outside():
    assert diagnose(7.686, 7.6856) == ""
    assert diagnose(7.6856 * 1.0009, 7.6856) == ""
    assert diagnose(7.6856 * 1.0011, 7.6856) != ""
    assert diagnose(0.01, 0.0, atol=0.02) == ""
    assert diagnose(0.03, 0.0, atol=0.02) != ""


@pytest.mark.parametrize("form", [5.0, 5, np.float64(5), np.array(5), np.int32(5), pd.Series([5.0]).iloc[0]])
def test_any_form_of_a_right_number_is_right(form):
    assert diagnose(form, 5.0, slips=SLIPS) == ""


@pytest.mark.parametrize("form", [[1, 2, 3], (1, 2, 3), np.array([1.0, 2, 3]), pd.Series([1, 2, 3], index=[3, 1, 2])])
def test_any_form_of_a_right_array_is_right(form):
    assert diagnose(form, [1.0, 2, 3]) == ""


@pytest.mark.parametrize(("message", "value"), SLIPS.items())
def test_a_slip_is_named(message, value):
    assert diagnose(value * 1.0005, 5.0, slips=SLIPS) == message


def test_the_slip_that_fits_best_is_named():
    assert diagnose(10.001, 5.0, slips={"near": 10.005, "nearer": 10.0}) == "nearer"
    assert diagnose(10.001, 5.0, slips={"near": 9.996, "nearer": 10.002}) == "nearer"
    assert diagnose(-10.001, 5.0, slips={"near": -9.996, "nearer": -10.002}) == "nearer"


def test_a_slip_may_have_another_shape():
    assert diagnose(2.0, [1.0, 2, 3], slips={"one for each group": 2.0}) == "one for each group"
    assert diagnose([1.0, 2], 5.0, slips={"only the total": [1.0, 2]}) == "only the total"
    assert diagnose([], 5.0, slips={"all groups dropped": []}) == "all groups dropped"


def test_a_slip_that_is_right_is_the_exercises_fault():
    with pytest.raises(ValueError, match="same thing"):
        diagnose(1.0, 5.0, slips={"same thing": 5.001})


NOT_A_NUMBER = {
    "nothing": (None, "no answer yet"),
    "dots": (..., "no answer yet"),
    "text": ("5.0", "of type str"),
    "list of text": (["5.0"], "of type list"),
    "function": (np.mean, "of type"),
    "dictionary": ({"a": 5.0}, "of type dict"),
    "set": ({5.0}, "of type set"),
    "ragged": ([[1, 2], [3]], "of type list"),
    "complex": (5 + 0j, "of type complex"),
    "too large": (10**400, "of type int"),
    "object": (object(), "of type object"),
    "module": (np, "of type module"),
    "NaN": (np.nan, "NaN"),
    "NaN inside": ([1.0, np.nan], "NaN"),
    "frame of text": (pd.DataFrame({"a": ["x"]}), "of type DataFrame"),
    "infinite": (np.inf, "Not right yet"),
    "empty": ([], "should have one number"),
    "one in a row": ([5.0], "should have one number; this one has a row of one number"),
    "matrix": (np.ones((2, 3)), "should have one number; this one has the shape 2 by 3"),
}


@pytest.mark.parametrize(("answer", "message"), NOT_A_NUMBER.values(), ids=NOT_A_NUMBER)
def test_what_is_not_the_right_kind_of_answer_is_explained(answer, message):
    assert message in diagnose(answer, 5.0, slips=SLIPS)


@pytest.mark.parametrize(
    ("expected", "wanted"),
    [(5.0, "a number"), ([5.0], "an array of numbers"), (np.ones((2, 2)), "an array of numbers")],
)
def test_the_kind_of_answer_that_is_wanted_is_said(expected, wanted):
    assert diagnose("five", expected) == f"The answer should be {wanted}; this is of type str."


def test_close_is_within_twenty_tolerances():
    assert diagnose(5 * 1.0199, 5.0).startswith("Close.") and diagnose(5 * 0.9801, 5.0).startswith("Close.")
    assert not diagnose(5 * 1.0201, 5.0).startswith("Close.")
    assert diagnose(0.39, 0.0, atol=0.02).startswith("Close.")
    assert not diagnose(0.41, 0.0, atol=0.02).startswith("Close.")


def test_an_answer_whose_conversion_breaks_does_not_break_the_check():
    class Broken:
        def __array__(self, *args, **kwargs):
            raise RuntimeError("no")

    assert "of type Broken" in diagnose(Broken(), 5.0)


def test_shapes_signs_and_counts():
    assert "8 numbers in a row; this one has one number" in diagnose(1.0, np.ones(8))
    assert "sign" in diagnose(-4.999, 5.0)
    assert "3 of the 4 entries are right" in diagnose([1, 2, 3, 5], [1.0, 2, 3, 4])
    assert "sign" not in diagnose(-3.0, 5.0)
    assert "3 of the 4 entries are right" in diagnose([1.0009, 2, 3, 5], [1.0, 2, 3, 4])
    assert "2 of the 3 entries are right" in diagnose([0.01, 1, 5], [0.0, 1, 2], atol=0.02)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.complex_numbers(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.text(), inner)),
)


@settings(max_examples=40)
@given(answer=anything)
@pytest.mark.parametrize("expected", [7.685617, np.array([9.8661, 7.8812, 6.8863])])
def test_it_never_raises_and_never_gives_the_answer_away(expected, answer):
    message = diagnose(answer, expected, slips=SLIPS)
    assert isinstance(message, str)
    assert not re.search(r"7\.68|9\.86|7\.88|6\.88", message)


def test_check_prints(capsys):
    check(5.0, 5.0)
    check(25.0, 5.0, slips=SLIPS)
    assert capsys.readouterr().out == "Right.\ntau is not tau squared\n"


def test_check_says_which_answer_a_slip_is_of(capsys):
    for answer in (5.0, 25.0, 5.01, 7.0, ..., "five"):
        check(answer, 5.0, slips=SLIPS, of="The spread")
    right, slip, *others = capsys.readouterr().out.splitlines()
    assert (right, slip) == ("Right.", "The spread: tau is not tau squared")
    assert others == [diagnose(answer, 5.0, slips=SLIPS) for answer in (5.01, 7.0, ..., "five")]  # what it says of all


def test_check_has_the_tolerances_of_diagnose(capsys):
    check(5.004, 5.0)
    check(5.006, 5.0)
    check(5.4, 5.0, rtol=0.1)
    check(5.4, 5.0, atol=0.5)
    said = capsys.readouterr().out.splitlines()
    assert said == ["Right.", "Close. If your method is right, give more digits.", "Right.", "Right."]
