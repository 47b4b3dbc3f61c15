"""Where things lie: the repository, its data, the built site."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "lib" / "data"
SITE = ROOT / "_build" / "html"
