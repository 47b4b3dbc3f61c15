"""The plotting helpers draw what they are given, where they are told, and touch nothing else."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import colors

from lib import plots


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.fixture(autouse=True)
def nothing_global_changes(monkeypatch):
    def fail():
        raise AssertionError("a helper called show")

    monkeypatch.setattr(plt, "show", fail)
    before = dict(plt.rcParams)
    yield
    assert dict(plt.rcParams) == before
    plt.close("all")


def test_forest_draws_one_row_a_group_from_the_top(ax):
    figures = plt.get_fignums()
    assert plots.forest([3.0, 1.0, 2.0], [1.0, 0.5, 0.25], labels=["a", "b", "c"], ax=ax) is ax
    assert plt.get_fignums() == figures  # it made no other
    x, rows = ax.lines[0].get_data()
    assert list(x) == [3, 1, 2] and list(rows) == [0, 1, 2]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b", "c"]
    bottom, top = ax.get_ylim()
    assert bottom > top
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [[2.0, 4.0], [0.5, 1.5], [1.75, 2.25]]


@pytest.mark.parametrize("groups", [1, 3, 30])
def test_forest_draws_each_point_interval_and_name_in_the_same_row(ax, groups):
    rng = np.random.default_rng(groups)
    estimate, half_width = rng.normal(-5, 9, groups), rng.uniform(1, 4, groups)
    names = rng.permutation(groups) + 100  # numbers, and not in their order
    given = {"labels": names, "color": plots.GREEN, "marker": "^", "label": "these", "shift": 0.2}
    plots.forest(estimate, half_width, **given, ax=ax)
    plots.forest(-estimate, labels=names, ax=ax)
    (points, others), (bars,) = ax.lines, ax.collections
    rows = np.arange(groups)
    assert points.get_xdata() == pytest.approx(estimate) and points.get_ydata() == pytest.approx(rows + 0.2)
    assert others.get_xdata() == pytest.approx(-estimate) and others.get_ydata() == pytest.approx(rows)
    wanted = [[(x - half, y), (x + half, y)] for x, half, y in zip(estimate, half_width, rows + 0.2, strict=True)]
    assert np.array(bars.get_segments()) == pytest.approx(np.array(wanted))
    assert list(ax.get_yticks()) == list(rows)
    assert [text.get_text() for text in ax.get_yticklabels()] == [str(name) for name in names]
    bottom, top = ax.get_ylim()
    assert top < -0.2 and bottom > groups - 1 + 0.2
    left, right = ax.get_xlim()
    assert left <= np.min(wanted, axis=(0, 1))[0] and right >= np.max(wanted, axis=(0, 1))[0]
    assert (points.get_color(), points.get_marker(), points.get_linestyle()) == (plots.GREEN, "^", "None")
    assert (others.get_color(), others.get_marker()) == (plots.BLUE, "o")
    assert colors.to_hex(bars.get_color()[0]) == plots.GREEN.lower()
    assert ax.get_legend_handles_labels() == ([points], ["these"])


def test_forest_draws_intervals_from_low_to_high(ax):
    """The sides differ, one interval is a point, and one does not hold its estimate."""
    low, high = [-2.0, 0.5, 9.0], np.array([4.0, 0.5, 9.5])
    plots.forest([3.0, 0.5, 2.0], low=low, high=high, labels="abc", color=plots.VERMILION, shift=0.2, ax=ax)
    (points,), (bars,) = ax.lines, ax.collections
    assert list(points.get_xdata()) == [3, 0.5, 2]
    assert [segment.tolist() for segment in bars.get_segments()] == [
        [[left, row + 0.2], [right, row + 0.2]] for row, (left, right) in enumerate(zip(low, high, strict=True))
    ]
    assert colors.to_hex(bars.get_color()[0]) == plots.VERMILION.lower()


@pytest.mark.parametrize("groups", [1, 3, 30])
def test_paths_draws_every_line_and_names_it_at_its_end(ax, groups):
    rng = np.random.default_rng(groups)
    x, names = np.array([0.0, 1.0, 4.0, 9.0]), rng.permutation(groups) + 100
    lines = rng.normal(0, 20, (4, groups))
    plots.paths(x, lines, labels=names, gap=0.01, ax=ax)
    for drawn, wanted in zip(ax.lines, lines.T, strict=True):
        assert drawn.get_xdata() == pytest.approx(x) and drawn.get_ydata() == pytest.approx(wanted)
        assert drawn.get_linestyle() == "-"
    told = {text.get_text(): text for text in ax.texts}
    assert set(told) == {str(name) for name in names}
    for name, end in zip(names, lines[-1], strict=True):
        text = told[str(name)]
        assert text.xy == pytest.approx((9.0, end), abs=0.01 * groups)
        assert text.anncoords == "offset points" and text.xyann == (5, 0) and text.get_va() == "center"


def test_paths_names_lines_at_their_ends_and_apart(ax):
    ends = np.array([0.0, 0.1, 5.0, 0.2])
    plots.paths([0, 1], np.stack([np.zeros(4), ends]), labels="abcd", gap=1.0, ax=ax)
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert sorted(heights, key=heights.get) == ["a", "b", "d", "c"]  # the order of the lines
    assert heights["a"] == 0 and heights["c"] == 5  # nobody crowds these
    assert np.diff(sorted(heights.values())).min() >= 1 - 1e-12


def test_helpers_make_axes_when_given_none():
    assert plots.forest([1.0], labels=["a"]).figure is plt.gcf()
    assert plots.paths([0, 1], [[0], [1]], labels=["a"], gap=1).figure is plt.gcf()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.forest([1.0, 2.0], labels=["a"]), "labels must name each of the 2 estimates"),
        (lambda: plots.forest([1.0], [-0.5], labels="a"), "half_width must be zero or more .* smallest is -0.5"),
        (lambda: plots.forest([1.0], [0.5], low=[0.5], labels="a"), "half_width must be left out where low or high"),
        (lambda: plots.forest([1.0], [0.5], high=[2], labels="a"), "half_width must be left out where low or high"),
        (lambda: plots.forest([1.0], [1], low=[0], high=[2], labels="a"), "half_width must be left out where low"),
        (lambda: plots.forest([1.0], low=[0.5], labels="a"), "high must be given where low is"),
        (lambda: plots.forest([1.0], high=[1.5], labels="a"), "low must be given where high is"),
        (
            lambda: plots.forest([1.0, 2.0, 3.0], low=[2, 5, 2], high=[1, 2, 9], labels="abc"),
            "low must be at most high in every group; it is above it by up to 3",
        ),
        (lambda: plots.forest([1.0, 2.0], low=[0], high=[2, 3], labels="ab"), "low must have one value for each of"),
        (lambda: plots.forest([1.0, 2.0], low=[0, 1], high=[2], labels="ab"), "high must have one value for each of"),
        (lambda: plots.paths([0, 1], [[0, 1]], labels="ab", gap=1), r"lines must have the shape \(2, 2\)"),
    ],
)
def test_bad_input_is_refused_before_anything_is_drawn(call, message):
    figures = plt.get_fignums()
    with pytest.raises(ValueError, match=message):
        call()
    assert plt.get_fignums() == figures


def test_the_style_of_the_book_draws_the_same_picture_each_time():
    """Else every build of the book would be another one."""

    def drawn():
        with plt.style.context("lib.book"):
            ax = plots.forest([3.0, 1.0], [1.0, 0.5], labels=["a", "b"])
            picture = io.BytesIO()
            ax.figure.savefig(picture, format="svg", metadata={"Date": None})
            plt.close(ax.figure)
        return picture.getvalue()

    assert b"clip-path" in drawn(), "it has names that Matplotlib makes up"
    assert drawn() == drawn()
