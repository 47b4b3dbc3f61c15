"""Formulas and sizes that the package's docstrings state are those of its code and of its data."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy import stats
from scipy.special import comb

import lib
from lib import datasets, estimators, exchangeability

RNG = np.random.default_rng(0)
SHARE, TRIALS, TAU, SIGMA, Y = (
    *(RNG.uniform(0.1, 0.9, 5), RNG.integers(3, 90, 5).astype(float)),
    *(4.5, RNG.uniform(1, 9, 5), RNG.normal(0, 9, 5)),
)
X = RNG.uniform(-3, 3, 5)
POOLED = estimators.partial_pooling(Y, SIGMA, TAU)
COUNTS = RNG.dirichlet(np.ones(5))
LAW = exchangeability.joint_law(COUNTS)
FUNCTIONS = {"sqrt": np.sqrt, "arcsin": np.arcsin, "exp": np.exp, "sin": np.sin, "pi": np.pi, "comb": comb, "abs": abs}
# What each formula is equal to, for which values of its names; or, in words, which test tries it. A formula of a
# docstring that has no row here fails, and so does a row without its formula.
FORMULAS = {
    "weight * y + (1 - weight) * mu": (POOLED.mean, {"weight": POOLED.weight, "y": Y, "mu": POOLED.mu}),
    "tau**2 / (tau**2 + sigma**2)": (estimators.shrinkage_weight(SIGMA, TAU), {"sigma": SIGMA, "tau": TAU}),
    "sqrt(trials) * arcsin(2 * share - 1)": (
        estimators.to_arcsine(SHARE, TRIALS),
        {"share": SHARE, "trials": TRIALS},
    ),
    "sqrt(trials) * pi / 2": (estimators.to_arcsine(np.ones(5), TRIALS), {"trials": TRIALS}),
    "(1 + exp(-variance / (2 * trials)) * sin(x / sqrt(trials))) / 2": (
        estimators.from_arcsine(X, TRIALS, variance=0.7),
        {"x": X, "trials": TRIALS, "variance": 0.7},
    ),
    "counts[s] / comb(n, s)": (LAW[0, 1, 0, 1], {"counts": COUNTS, "n": 4, "s": 2}),
    "m * (1 - m) / (kappa + 1)": (stats.beta(0.3 * 7, 0.7 * 7).var(), {"m": 0.3, "kappa": 7}),
    "1 / (sigma**2 + tau**2)": "tests/lib/models/test_normal_normal.py integrates out what these sums come from",
    "atol + rtol * abs(expected)": "tests/lib/test_checks.py goes to either side of it",
}


def docstrings():
    """Yield every docstring of the package, private ones included."""
    for found in pkgutil.walk_packages(lib.__path__, "lib."):
        module = importlib.import_module(found.name)
        tree = ast.parse(inspect.getsource(module))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield " ".join((ast.get_docstring(node) or "").split())


def formulas(docstring):
    """Return the pieces of code in a docstring that compute something; of an assignment, its right side."""
    found = []
    for piece in re.findall(r"``(.+?)``", docstring):
        text = piece.split(" = ", 1)[-1]
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError:
            continue
        if isinstance(tree.body, ast.BinOp) and not isinstance(tree.body.left, ast.Tuple):
            found.append(text)
    return found


def test_every_formula_has_its_row_and_every_row_its_formula():
    stated = {formula for docstring in docstrings() for formula in formulas(docstring)}
    assert stated == FORMULAS.keys()


@pytest.mark.parametrize("formula", [formula for formula, row in FORMULAS.items() if isinstance(row, tuple)])
def test_a_formula_gives_what_the_code_gives(formula):
    value, names = FORMULAS[formula]
    np.testing.assert_allclose(eval(formula, FUNCTIONS | names), value, rtol=1e-12)


def test_formulas_are_found():
    assert formulas("The weight, ``w = a / (b + 1)``, and ``a + b``; ``(J,)``, ``f(x)`` and ``lam[i]`` are none.") == [
        "a / (b + 1)",
        "a + b",
    ]


TESTS = Path(__file__).parent
CLAIMS = yaml.safe_load((TESTS / "docstrings.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_docstring_claims_what_a_test_shows(name):
    """Words of direction, order and bounds are read by nobody but people: they stand, and so does their test."""
    docstring = " ".join(pkgutil.resolve_name(name).__doc__.split())
    for words, test in CLAIMS[name].items():
        file, function = test.split("::")
        assert words in docstring
        assert f"\ndef {function}(" in (TESTS / file).read_text(encoding="utf-8"), test


def test_sizes_in_the_docstrings_of_data_sets():
    """Every whole number of more than one digit in them is a size or a sum of their data, or one of a few others."""
    batting, shots, asthma, kidney = (
        datasets.batting_1970(),
        datasets.three_point_2018(),
        datasets.asthma_california(),
        datasets.kidney_cancer_us(),
    )
    deaths = [column for column in asthma if column.startswith("deaths")]
    hidden = [int(asthma[column].isna().sum()) for column in deaths]
    of = batting.set_index("player")
    kessinger = [int(of.filter(like="Kessinger", axis=0)[column].item()) for column in ("rest_hits", "rest_at_bats")]
    williams = [int(of.filter(like="Williams", axis=0)[column].item()) for column in ("rest_hits", "rest_at_bats")]
    (first,) = batting["first_at_bats"].unique()
    least, most = (int(shots["first_attempts"].agg(how)) for how in ("min", "max"))
    sizes = {
        "eight_schools": [200, 800, 377, 30],  # of the test's scores; a page; pupils, by the source
        # A volume and its page; and the season of another Williams.
        "batting_1970": [len(batting), *[int(first)] * 4, 70, 311, *kessinger, *williams, 195, 591],
        "three_point_2018": [len(shots), 100, 100, most, 100],
        "asthma_california": [len(asthma), 36, 66, 55, *hidden],  # tests/lib/test_datasets.py has the sums
        "kidney_cancer_us": [len(kidney), kidney["state"].nunique() - 1],
    }
    assert least == 100
    for name, expected in sizes.items():
        text = getattr(datasets, name).__doc__
        text = re.sub(r"\d{4}-\d\d\b|\bJ4[56]\b|ICD-10|_\d{4}(_\d{2,4})*|\*\*?\d+.*?, \d+-\d+", " ", text)
        years = {*range(1960, 2030)}
        found = [int(number.replace(",", "")) for number in re.findall(r"(?<![\w.-])\d[\d,]*\d(?![\w.])", text)]
        assert [number for number in found if number not in years] == expected, name
