"""The package that the fixture imports."""

from pathlib import Path

VALUE = float((Path(__file__).parent / "data" / "value.csv").read_text())
