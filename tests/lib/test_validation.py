"""What each rule for an argument accepts, up to its limits, and the whole sentence with which it refuses the rest."""

import datetime
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lib import validation as v

UNITS = "its powers would leave floating point; use other units"

AS_RATES = (
    "counts must be whole numbers from zero on; these are not all whole, as rates are not: give the counts, for "
    "instance numpy.round(rate * exposure)"
)
NO_STATE = "group must name the state of every group: {} missing (None, NA or NaN), group[{}] the first"
ONE_MISSING = "y must be finite: 1 of its values is missing (None, NA or NaN), y[1] the first"


def states(group):
    return v.states_of_groups("group", group, length=len(group), like="counts")


REFUSED = {
    "text": (lambda: v.real_array("y", "28"), TypeError, "y must be real numbers, and all rows of the same length"),
    "text among numbers": (lambda: v.real_array("y", [1, "28"]), TypeError, "y must be real numbers, and all rows*"),
    "text among objects": (
        lambda: v.real_array("y", np.array([1, "28"], object)),
        TypeError,
        "y must be real numbers*",
    ),
    "bytes": (lambda: v.real_array("y", [b"28"]), TypeError, "y must be real numbers*"),
    "complex": (lambda: v.real_array("y", [1 + 0j]), TypeError, "y must be real numbers*"),
    "complex among objects": (
        lambda: v.real_array("y", np.array([1, 1j], object)),
        TypeError,
        "y must be real numbers*",
    ),
    "dates": (lambda: v.real_array("y", np.array(["2020"], "M8[Y]")), TypeError, "y must be real numbers*"),
    "times": (lambda: v.real_array("y", np.array([1], "m8[D]")), TypeError, "y must be real numbers*"),
    "ragged": (lambda: v.real_array("y", [[1, 2], [3]]), TypeError, "y must be real numbers*"),
    "too large to be a float": (lambda: v.real_array("y", 10**400), TypeError, "y must be real numbers*"),
    "NaN": (lambda: v.finite_array("y", [1, np.nan]), ValueError, ONE_MISSING),
    "None": (lambda: v.finite_array("y", [1, None]), ValueError, ONE_MISSING),
    "NA": (lambda: v.finite_array("y", [1, pd.NA]), ValueError, ONE_MISSING),
    "NaT": (lambda: v.finite_array("y", [1, pd.NaT]), ValueError, ONE_MISSING),
    "NA among whole numbers": (lambda: v.finite_array("y", pd.array([1, None], "Int64")), ValueError, ONE_MISSING),
    "NA among floats": (lambda: v.finite_array("y", pd.array([1, None], "Float64")), ValueError, ONE_MISSING),
    "NA in a series": (lambda: v.finite_array("y", pd.Series([1, pd.NA], dtype=object)), ValueError, ONE_MISSING),
    "NA under a label": (
        lambda: v.finite_array("y", pd.Series([1, None, 3, None], list("abcd"), dtype="Int64")),
        ValueError,
        "y must be finite: 2 of its values are missing (None, NA or NaN), y['b'] the first",
    ),
    "NaN under a tuple": (
        lambda: v.finite_array("y", pd.Series([1, np.nan], [("a", 1), ("a", 2)])),
        ValueError,
        "y must be finite: 1 of its values is missing (None, NA or NaN), y[('a', 2)] the first",
    ),
    "NaN in a table": (
        lambda: v.finite_array("law", [[1, 2], [np.nan, 3]]),
        ValueError,
        "law must be finite: 1 of its values is missing (None, NA or NaN), law[1, 0] the first",
    ),
    "missing and infinite": (lambda: v.finite_array("y", [np.inf, None]), ValueError, ONE_MISSING),
    "infinite, in a vector": (
        lambda: v.finite_array("y", [1, np.inf, -np.inf]),
        ValueError,
        "y must be finite: 2 of its values are infinite, y[1] the first",
    ),
    "infinite": (lambda: v.finite_array("y", -np.inf), ValueError, "y must be finite, not -inf"),
    "None, one number": (lambda: v.finite_number("mu", None), ValueError, "mu must be finite, not nan"),
    "masked": (
        lambda: v.real_array("y", np.ma.array([28, 8, -3], mask=[0, 1, 1])),
        ValueError,
        "y: 2 of its values are masked, y[1] the first; leave those groups out of every argument, by [~y.mask]",
    ),
    "masked, in a table": (
        lambda: v.real_array("law", np.ma.array([[1, 2]], mask=[[0, 1]])),
        ValueError,
        "law: 1 of its values is masked, law[0, 1] the first; leave those groups out of every argument, by [~law.mask]",
    ),
    "a masked number": (lambda: v.finite_number("mu", np.ma.masked), ValueError, "mu must be a number: it is masked"),
    "masked counts": (
        lambda: v.counts_or_bounds("counts", np.ma.masked_equal([3, 0, 9], 0), (1, 9)),
        ValueError,
        "counts: 1 of its values is masked, counts[1] the first; leave those groups out of every argument, by "
        "[~counts.mask]; or if they are suppressed, write counts.astype(float).filled(numpy.nan) and "
        "suppressed=(least, greatest)",
    ),
    "out of reach": (
        lambda: v.finite_array("y", [1, -2e75]),
        ValueError,
        f"y must be at most 1e+75 in size, not 2e+75: {UNITS}",
    ),
    "too small": (
        lambda: v.within_reach("sigma", np.array([1, 9e-76]), positive=True),
        ValueError,
        f"sigma must be at least 1e-75, not 9e-76: {UNITS}",
    ),
    "one NaN": (lambda: v.finite_number("mu", np.nan), ValueError, "mu must be finite*"),
    "NaN in a vector": (lambda: v.finite_vector("y", [np.nan]), ValueError, "y must be finite*"),
    "text among counts": (lambda: v.counts_or_bounds("counts", ["a"], (1, 5)), TypeError, "counts must be real*"),
    "positive, of y": (
        lambda: v.positive_vector("sigma", [1, 2], length=3),
        ValueError,
        "sigma must have one value for each of y's 3 groups; it has 2",
    ),
    "counts, of y": (
        lambda: v.count_vector("made", [1, 2], length=3),
        ValueError,
        "made must have one value for each of y's 3 groups; it has 2",
    ),
    "too many, no more": (
        lambda: v.refuse_what_does_not_fit("draws", 10**9, each=16),
        ValueError,
        "draws must be at most 268,435,456: to hold 1,000,000,000 would*",
    ),
    "a row": (lambda: v.finite_number("mu", [1]), ValueError, "mu must be one number, not an array of the shape (1,)"),
    "shapes": (
        lambda: v.broadcast("tau", np.ones(3), "sigma", np.ones(2)),
        ValueError,
        "tau must have one value for each of sigma, or one for all: the shape (3,) does not go with (2,)",
    ),
    "one number": (
        lambda: v.finite_vector("y", 3),
        ValueError,
        "y must have one dimension, one value a group; it has 0",
    ),
    "a table": (
        lambda: v.finite_vector("y", [[3]]),
        ValueError,
        "y must have one dimension, one value a group; it has 2",
    ),
    "nothing": (lambda: v.finite_vector("y", []), ValueError, "y must hold at least one group; it is empty"),
    "other length": (
        lambda: v.finite_vector("sigma", [1, 2], length=3),
        ValueError,
        "sigma must have one value for each of y's 3 groups; it has 2",
    ),
    "other length than another": (
        lambda: v.finite_vector("x", [1, 2], length=1, like="counts"),
        ValueError,
        "x must have one value for each of counts's 1 groups; it has 2",
    ),
    "zero": (
        lambda: v.positive_vector("sigma", [1, 0]),
        ValueError,
        "sigma must be above zero in every group; the smallest is 0",
    ),
    "all but zero": (
        lambda: v.positive_vector("sigma", [9e-76]),
        ValueError,
        "sigma must be at least 1e-75, not 9e-76*",
    ),
    "positive, other length": (
        lambda: v.positive_vector("sigma", [1, 2], length=3, like="x"),
        ValueError,
        "sigma must have one value for each of x's 3 groups; it has 2",
    ),
    "below zero": (lambda: v.count_vector("made", [1, -1]), ValueError, "made must be whole numbers from zero on"),
    "a half": (lambda: v.count_vector("made", [1.5]), ValueError, "made must be whole numbers from zero on"),
    "beyond counting": (
        lambda: v.count_vector("made", [1, 2.0**53 + 2]),
        ValueError,
        "made must be at most 2**53, or about 9e15; the largest is 9.0072e+15",
    ),
    "counts, other length": (
        lambda: v.count_vector("made", [1, 2], length=3, like="x"),
        ValueError,
        "made must have one value for each of x's 3 groups; it has 2",
    ),
    "a NaN without bounds": (
        lambda: v.counts_or_bounds("counts", [1, np.nan], None),
        ValueError,
        "counts must be finite; if a NaN is a suppressed count, say between which numbers it lies, for instance "
        "suppressed=(1, 9)",
    ),
    "a half among bounded": (
        lambda: v.counts_or_bounds("counts", [1.5, np.nan], (1, 5)),
        ValueError,
        AS_RATES,
    ),
    "rates for counts": (lambda: v.counts_or_bounds("counts", [0.01, 0.2], None), ValueError, AS_RATES),
    "rates in thousands for counts": (lambda: v.counts_or_bounds("counts", [1034.5, 2], None), ValueError, AS_RATES),
    "shares for counts": (
        lambda: v.count_vector("successes", [0.3, 0.25, 1], out_of="trials"),
        ValueError,
        "successes must be whole numbers from zero on; these lie between 0 and 1, as shares do: give the counts, for "
        "instance numpy.round(share * trials)",
    ),
    "percentages for counts": (
        lambda: v.count_vector("successes", [34.5, 100, 0], out_of="trials"),
        ValueError,
        "successes must be whole numbers from zero on; these lie between 0 and 100, as percentages do: give the "
        "counts, for instance numpy.round(percentage / 100 * trials)",
    ),
    "neither": (
        lambda: v.count_vector("successes", [134.5, 0.2], out_of="trials"),
        ValueError,
        "successes must be whole numbers from zero on",
    ),
    "a change in percent": (
        lambda: v.count_vector("successes", [-0.5, 0.2], out_of="trials"),
        ValueError,
        "successes must be whole numbers from zero on",
    ),
    "a state is None": (lambda: states(["a", None, "b"]), ValueError, NO_STATE.format("1 of its values is", 1)),
    "a state is NaN": (lambda: states([1.0, np.nan, 2.0]), ValueError, NO_STATE.format("1 of its values is", 1)),
    "a state of text is NaN": (lambda: states([np.nan, "a"]), ValueError, NO_STATE.format("1 of its values is", 0)),
    "a state is NA": (lambda: states([pd.NA, "a", None]), ValueError, NO_STATE.format("2 of its values are", 0)),
    "a state is NaT": (
        lambda: states(pd.to_datetime(["2020", None])),
        ValueError,
        NO_STATE.format("1 of its values is", 1),
    ),
    "a state is no category": (
        lambda: states(pd.Categorical(["a", None])),
        ValueError,
        NO_STATE.format("1 of its values is", 1),
    ),
    "a state is missing under a label": (
        lambda: states(pd.Series(["a", None], ["Alpine", "Amador"])),
        ValueError,
        NO_STATE.format("1 of its values is", "'Amador'"),
    ),
    "a state is masked": (
        lambda: states(np.ma.masked_equal([1, 2, 1], 1)),
        ValueError,
        "group: 2 of its values are masked, group[0] the first; leave those groups out of every argument, by "
        "[~group.mask]",
    ),
    "states of two kinds": (
        lambda: states(["a", 1]),
        TypeError,
        "group must name its states by labels that can be sorted, and so of one kind; these are int and str: write "
        "group=[str(state) for state in group]",
    ),
    "days and times": (
        lambda: states([datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)]),
        TypeError,
        "group must name its states by labels that can be sorted, and so of one kind; these are date and datetime*",
    ),
    "states without an end": (
        lambda: v.states_of_groups("group", iter("ab"), length=2, like="counts"),
        ValueError,
        "group must name one state for each of counts's 2 groups",
    ),
    "states in a table": (
        lambda: states([["a"], ["b"]]),
        ValueError,
        "group must name one state for each of counts's 2 groups",
    ),
    "a state for all": (
        lambda: v.states_of_groups("group", "Utah", length=2, like="counts"),
        ValueError,
        "group must name one state for each of counts's 2 groups",
    ),
    "bounds that are no numbers": (
        lambda: v.counts_or_bounds("counts", [1], ("a", 5)),
        TypeError,
        "suppressed must be real*",
    ),
    "three labels": (
        lambda: v.group_labels(["a", "b", "c"], length=2),
        ValueError,
        "labels must have one label for each of the 2 groups; it has 3",
    ),
    "a number of labels": (
        lambda: v.group_labels(2, length=2),
        TypeError,
        "labels must be a sequence, such as range(2), not int",
    ),
    "lists as labels": (
        lambda: v.group_labels([[1], [2]], length=2),
        TypeError,
        "labels must be plain values, such as strings or whole numbers",
    ),
    "a label is None": (
        lambda: v.group_labels(["a", None], length=2),
        ValueError,
        "labels must not be missing: one is None or NaN",
    ),
    "a label is NaN": (
        lambda: v.group_labels(["a", np.nan], length=2),
        ValueError,
        "labels must not be missing: one is*",
    ),
    "twice": (
        lambda: v.group_labels(["a", "a"], length=2),
        ValueError,
        "labels must be distinct: two groups have the same one",
    ),
    "no draws": (
        lambda: v.positive_integer("draws", 0),
        ValueError,
        "draws must be a whole number of at least 1, not 0",
    ),
    "draws are true": (
        lambda: v.positive_integer("draws", True),
        ValueError,
        "draws must be a whole number of at least 1, not True",
    ),
    "draws are a float": (
        lambda: v.positive_integer("draws", 2.0),
        ValueError,
        "draws must be a whole number of at least 1, not 2.0",
    ),
    "below no warm-up": (
        lambda: v.whole_number("warmup", -1),
        ValueError,
        "warmup must be a whole number of at least 0, not -1",
    ),
    "warm-up is false": (
        lambda: v.whole_number("warmup", False),
        ValueError,
        "warmup must be a whole number of at least 0, not False",
    ),
    "warm-up is a float": (
        lambda: v.whole_number("warmup", 2.0),
        ValueError,
        "warmup must be a whole number of at least 0, not 2.0",
    ),
    "too many": (
        lambda: v.refuse_what_does_not_fit("draws", 10**9, each=16, more=" with chains=2"),
        ValueError,
        "draws must be at most 268,435,456 with chains=2: to hold 1,000,000,000 would take about 14.9 GiB of memory, "
        "and the limit is 4 GiB",
    ),
    "a seed": (
        lambda: v.generator(3),
        TypeError,
        "rng must be a numpy.random.Generator (numpy.random.default_rng(seed)), not int",
    ),
}


@pytest.mark.parametrize(("call", "error", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_and_the_whole_sentence(call, error, sentence):
    pattern = re.escape(sentence.removesuffix("*")) + ("" if sentence.endswith("*") else "$")
    with pytest.raises(error, match=f"^{pattern}"):
        call()


@pytest.mark.parametrize("bounds", [(5, 1), (-1, 5), (1.5, 5), (1, 5.5), (1, 2, 3), 5, (1,)])
def test_bounds_that_are_none_are_refused(bounds):
    with pytest.raises(
        ValueError, match="^suppressed must be two whole numbers from zero on, the least and the greatest$"
    ):
        v.counts_or_bounds("counts", [1, np.nan], bounds)


def same(found, expected):
    """Numbers, whatever they came in, as floats and in an array of their own."""
    assert found.dtype == float
    np.testing.assert_array_equal(found, expected)


def test_what_is_accepted_up_to_the_limits():
    for given in ([1, 2], (1.0, 2), np.array([1, 2], "i2"), pd.Series([1, 2]), np.array([1, 2], object), [True, 2]):
        same(v.real_array("y", given), [1, 2])
    same(v.real_array("y", [np.nan, np.inf]), [np.nan, np.inf])
    for missing in (None, pd.NA, pd.NaT):
        same(v.real_array("y", [1, missing]), [1, np.nan])
    same(v.real_array("y", np.ma.masked_equal([1, 2], 3)), [1, 2])
    same(v.finite_array("y", [-1e75, 0, 1e-300]), [-1e75, 0, 1e-300])
    v.within_reach("sigma", np.array([1e-75, 1e75]), positive=True)
    v.within_reach("mu", np.array([0.0, -1e-300]))
    assert v.finite_number("mu", np.float32(0.5)) == 0.5 and type(v.finite_number("mu", 2)) is float
    v.broadcast("tau", np.ones((3, 1)), "sigma", np.ones(2))
    same(v.finite_vector("y", [1, -2], length=2), [1, -2])
    same(v.finite_vector("y", [1]), [1])
    same(v.positive_vector("y", [1e-75, 2], length=2), [1e-75, 2])
    same(v.count_vector("y", [0, 2**53], length=2), [0, 2**53])
    assert v.group_labels(None, length=3) == (0, 1, 2)
    assert v.group_labels(["a", 1, (2, 3)], length=3) == ("a", 1, (2, 3))
    assert v.positive_integer("draws", np.int8(1)) == 1 and type(v.positive_integer("draws", np.int8(1))) is int
    assert v.whole_number("warmup", 0) == 0 and type(v.whole_number("warmup", np.int8(3))) is int
    v.refuse_what_does_not_fit("n", 2**32, each=1)
    rng = np.random.default_rng(1)
    assert v.generator(rng) is rng


@pytest.mark.parametrize("rule", [v.finite_vector, v.positive_vector, v.count_vector])
def test_a_vector_is_a_copy(rule):
    given = np.array([1.0, 2.0])
    assert not np.shares_memory(rule("y", given), given)


def test_suppressed_counts_stay_not_a_number():
    given = np.array([3, np.nan, 0, np.nan])
    for bounds in ((1, 5), (0, 0), [1.0, 5.0]):
        counts, kept = v.counts_or_bounds("counts", given, bounds)
        same(counts, [3, np.nan, 0, np.nan])
        assert kept == tuple(bounds) and [type(end) for end in kept] == [int, int]
        assert not np.shares_memory(counts, given)
    for missing in ([3, None, 0, pd.NA], pd.array([3, None, 0, None], "Int64"), pd.Series(given).convert_dtypes()):
        same(v.counts_or_bounds("counts", missing, (1, 5))[0], [3, np.nan, 0, np.nan])
    hidden = np.ma.masked_equal([3, 9, 0, 9], 9)  # what its refusal says to write
    same(v.counts_or_bounds("counts", hidden.astype(float).filled(np.nan), (1, 5))[0], [3, np.nan, 0, np.nan])
    counts, kept = v.counts_or_bounds("counts", [3, 0], None)
    same(counts, [3, 0])
    assert kept is None


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (["b", "a", "b"], ["a", "b"]),
        (pd.Series([2, 1, 2], list("xyz")), [1, 2]),
        (pd.Categorical(["b", "a", "b"]), ["a", "b"]),
        (np.array([True, False, True]), [False, True]),
        ((2.5, 1, 2.5), [1, 2.5]),
        (pd.Series([("U", 2), ("U", 1), ("U", 2)]), [("U", 1), ("U", 2)]),
        (np.ma.masked_equal([2, 1, 2], 7), [1, 2]),
        ([str(state) for state in ("b", 1, "b")], ["1", "b"]),
    ],
)
def test_states_are_sorted_and_found(group, names):
    found, place = states(group)
    assert found.tolist() == names
    assert [found[where] for where in place] == list(np.asarray(group))


def test_what_is_kept_is_frozen_inside_tuples_too():
    kept = SimpleNamespace(array=np.ones(2), pair=(np.ones(2), "text"), number=3.0, text="ab")
    v.freeze(kept)
    for array in (kept.array, kept.pair[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 2
