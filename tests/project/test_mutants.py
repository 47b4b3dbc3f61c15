"""The planted defects can still be planted, and the tests that are to notice them exist; `make mutants` tries them."""

import mutants
import pytest
import yaml
from paths import ROOT

DEFECTS = yaml.safe_load(mutants.DEFECTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect["name"])
def test_a_defect_can_be_planted(defect):
    whole, faulty = mutants.planted(defect)
    assert whole != faulty
    for test in defect["tests"]:
        assert (ROOT / test.split("::")[0]).exists(), test


def test_names_are_distinct():
    names = [defect["name"] for defect in DEFECTS]
    assert len(names) == len(set(names)) >= 90


def test_a_defect_that_cannot_be_planted_is_refused():
    for old in ("not in this file", "e"):
        with pytest.raises(ValueError, match="must stand in README.md once"):
            mutants.planted({"name": "a", "file": "README.md", "old": old, "new": "x"})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('raise ValueError("tau must be positive")', 'raise ValueError("XXtau must be positiveXX")', True),
        ('raise ValueError(f"{name} must be one")', 'raise ValueError(f"{name} MUST BE ONE")', True),
        ('array("sigma", x)', 'array("XXsigmaXX", x)', False),  # the name of an argument, which a message gives
        ("a + b", "a - b", False),
        ("if a > 1:", "if a >= 1:", False),
    ],
)
def test_a_change_of_wording_is_told_from_others(old, new, words):
    assert mutants.only_words([f"-    {old}", f"+    {new}"]) is words


def test_tests_that_are_red_anyhow_see_nothing(monkeypatch):
    monkeypatch.setattr(mutants, "copy_repository", lambda: None)
    monkeypatch.setattr(mutants, "failing", lambda tests, *options: True)
    with pytest.raises(RuntimeError, match="fails without one"):
        mutants.survivors_of_planting(DEFECTS[0]["name"])
