import hashlib
from pathlib import Path

import numpy as np
import pytest

import lib
from lib import datasets

CHECKSUMS = {"eight_schools.csv": "a1c28881a82a652fba1d3afc6254761fa95fd7f16f2ccab1fc7a7075dc8a8a0e"}
DATA = Path(lib.__file__).parent / "data"


@pytest.mark.parametrize("name", CHECKSUMS)
def test_checksum(name):
    # Line endings may change when git checks a file out; the content may not.
    content = (DATA / name).read_bytes().replace(b"\r\n", b"\n")
    assert hashlib.sha256(content).hexdigest() == CHECKSUMS[name]


def test_every_file_has_a_checksum_and_a_loader():
    assert {path.name for path in DATA.glob("*.csv")} == set(CHECKSUMS)
    assert all(callable(getattr(datasets, name.removesuffix(".csv"))) for name in CHECKSUMS)


def test_eight_schools():
    schools = datasets.eight_schools()
    assert list(schools.columns) == ["school", "y", "sigma"]
    assert list(schools["school"]) == list("ABCDEFGH")
    # Bayesian Data Analysis, 3rd edition, Table 5.2.
    np.testing.assert_array_equal(schools["y"], [28, 8, -3, 7, -1, 1, 18, 12])
    np.testing.assert_array_equal(schools["sigma"], [15, 10, 16, 11, 9, 11, 10, 18])


def test_each_call_gives_a_frame_of_its_own():
    schools = datasets.eight_schools()
    schools.loc[0, "y"] = 99
    assert datasets.eight_schools().loc[0, "y"] == 28
