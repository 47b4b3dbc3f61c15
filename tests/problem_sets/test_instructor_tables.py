"""The tables that help to grade by hand are computed a second time, from the class's data alone."""

import ast
import re

import numpy as np
import pytest
import references
from problem_set_tools import builder
from scipy import stats


def space_and_tables(name):
    """What a set's own code makes, its hidden tests left out, and what its instructor's cells show."""
    space, tables = {"display": lambda *shown: None}, []
    hidden = False
    for cell in builder.read(builder.SOURCES / f"{name}.md").cells:
        if cell.cell_type == "raw":
            hidden = "BEGIN TESTS" in cell.source or (hidden and "END TESTS" not in cell.source)
        if cell.cell_type != "code" or hidden or "grader" in builder.tags(cell):
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if "instructor" in builder.tags(cell) else None
        exec(compile(tree, name, "exec"), space)
        if isinstance(last, ast.Expr):
            tables.append(eval(compile(ast.Expression(last.value), name, "eval"), space))
    return space, tables


def test_pooling_and_shrinkage():
    space, [table] = space_and_tables("pooling-and-shrinkage")
    y, sigma = np.asarray(space["y"], dtype=float), np.asarray(space["sigma"], dtype=float)
    assert set(table.index) == set(space["town"])
    order = [list(space["town"]).index(town) for town in table.index]
    given = {tau: references.given_tau(float(tau), y, sigma) for tau in (2, 5, 10)}
    expected = {f"shrunken, tau = {tau}": mean[: y.size] for tau, (mean, _) in given.items()}
    expected |= {"raw": y, "sigma": sigma, "sd, posterior": np.sqrt(np.diag(given[5][1]))[: y.size]}
    assert set(expected) == set(table.columns)
    for column, values in expected.items():
        np.testing.assert_allclose(table[column], values[order], atol=0.051, err_msg=column)
    assert (np.diff(table["shrunken, tau = 5"]) <= 0).all()


def test_shrinkage_in_sport():
    space, [table] = space_and_tables("shrinkage-in-sport")
    made, attempts, rest = (np.asarray(space[name]) for name in ("made", "attempts", "rest_attempts"))
    alpha = space["league_mean"] * space["league_worth"] + made
    beta = (1 - space["league_mean"]) * space["league_worth"] + attempts - made
    leaders = np.argsort(-made / attempts, kind="stable")[:8]
    assert set(table.index) == set(np.asarray(space["player"])[leaders])
    for name, row in table.iterrows():
        j = list(space["player"]).index(name)
        # The percentage of the second half, its true rate drawn from its posterior at 4,000 evenly spread quantiles.
        rates = stats.beta(alpha[j], beta[j]).ppf((np.arange(4000) + 0.5) / 4000)
        chance = stats.binom(rest[j], rates[:, np.newaxis]).cdf(np.arange(rest[j] + 1)).mean(axis=0)
        for end, probability in (("5%", 0.05), ("95%", 0.95)):
            assert row[end] == pytest.approx(np.searchsorted(chance, probability) / rest[j], abs=6e-4), name
        assert row["expected"] == pytest.approx(rates.mean(), abs=6e-4)
        assert row["own"] == pytest.approx(made[j] / attempts[j], abs=6e-4)
        assert row["second half"] == pytest.approx(space["rest_made"][j] / rest[j], abs=6e-4)
        assert row["true rate"] == pytest.approx(space["true_rate"][j], abs=6e-4)
    assert (np.diff(table["expected"]) <= 0).all()


def test_no_other_set_has_such_a_table_untested():
    with_tables = set()
    for source in builder.sources():
        cells = [cell for cell in builder.read(source).cells if cell.cell_type == "code"]
        if any("instructor" in builder.tags(cell) for cell in cells):
            with_tables.add(source.stem)
    # That of `rates` has its test in `test_rates_problem_set.py`.
    assert with_tables == {"pooling-and-shrinkage", "shrinkage-in-sport", "rates"}


@pytest.mark.parametrize("source", builder.sources(), ids=lambda source: source.stem)
def test_the_instructor_is_told_who_grades_each_question(source):
    """The table at the top, from the settings of the questions; and students are told the same in their headings."""
    text = source.read_text(encoding="utf-8")
    questions = re.findall(
        r"^# BEGIN QUESTION\nname: (\w+)\npoints: (\d+)\n(manual: true\n)?```\n\n(.*)$", text, re.MULTILINE
    )
    assert len(questions) == text.count("# BEGIN QUESTION")
    summary = builder.instructor_notebook(source).cells[1].source
    rows = re.findall(r"^\| (\w+) \| (\d+) \|(.*)\|$", summary, re.MULTILINE)
    graded = {True: "by hand, with the rubric", False: "by the grader"}
    expected = [(name, points, graded[bool(manual)]) for name, points, manual, _ in questions]
    assert [(name, points, by.strip()) for name, points, by in rows] == [
        *expected,
        ("all", str(sum(int(points) for _, points, _, _ in questions)), ""),
    ]
    for _, _, manual, heading in questions:
        assert ("graded by hand" in heading) == bool(manual), heading
