"""The lock's hashes are those of published files; and without an index, the tests that need one say so."""

import os
import re

import package_index
import pytest
from packaging.requirements import Requirement
from paths import ROOT

LOCKS = ["requirements.txt", ".ci/uv.txt"]


def entries(lock: str) -> dict[str, set[str]]:
    """Return the hashes of each locked package, by what comes before them: its name, version and marker."""
    lines = re.sub(r"\\\n\s*", " ", lock).splitlines()
    pairs = [line.partition(" --hash") for line in lines if line and not line.startswith("#")]
    return {name.strip(): set(re.findall(r"--hash=(\S+)", "--hash" + rest)) for name, _, rest in pairs}


def hash_faults(lock: str, folder) -> list[str]:
    """List the hashes in a lock that no published file of that package and version has."""
    locked = entries(lock)
    # Without what the lock says of hashes, which uv would take over.
    (folder / "pins.txt").write_text("\n".join(str(Requirement(name)) for name in locked))
    served = entries(
        package_index.uv(
            *("pip", "compile", "--quiet", "--universal", "--python-version", "3.12", "--no-deps"),
            *("--generate-hashes", "--no-annotate", "--no-header", "pins.txt"),
            folder=folder,
        )
    )
    by_pin = {Requirement(name).name: hashes for name, hashes in served.items()}
    assert len(by_pin) == len(locked)
    return [
        f"{name} has no file with {wrong}"
        for name, hashes in locked.items()
        for wrong in sorted(hashes - by_pin[Requirement(name).name] or ({"any hash"} if not hashes else set()))
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_hash_is_that_of_a_published_file(lock, tmp_path):
    assert hash_faults((ROOT / lock).read_text(encoding="utf-8"), tmp_path) == []


def test_a_wrong_hash_is_seen(tmp_path):
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    entry = re.search(r"^zipp==.*\n(?:\s+--hash.*\n?)+", text, flags=re.MULTILINE)[0]
    last = re.findall(r"sha256:\w+", entry)[-1]
    wrong = "sha256:" + last[7:][::-1]
    assert hash_faults(entry, tmp_path) == []
    assert hash_faults(entry.replace(last, wrong), tmp_path) == [
        f"{entries(entry).popitem()[0]} has no file with {wrong}"
    ]
    assert hash_faults(entry.split(" ")[0] + "\n", tmp_path) == [f"{entry.split(' ')[0]} has no file with any hash"]


def test_make_installs_the_uv_that_is_locked():
    (pin,) = entries((ROOT / ".ci" / "uv.txt").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert pin == f"uv=={re.search(r'^UV_VERSION := (.*)$', makefile, flags=re.MULTILINE)[1]}"
    assert "pip install --quiet --require-hashes --requirement .ci/uv.txt" in makefile


# Where nothing answers: port 9 of this machine.
NOWHERE = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1"}


@pytest.fixture
def no_index(monkeypatch, tmp_path):
    for name in os.environ:
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    for name, value in (NOWHERE | {"UV_CACHE_DIR": str(tmp_path / "cache")}).items():
        monkeypatch.setenv(name, value)


def test_without_an_index_a_test_is_skipped(no_index, monkeypatch, tmp_path):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no package index: this test"):
        hash_faults("zipp==4.1.0 --hash=sha256:0\n", tmp_path)


def test_in_ci_it_fails_with_the_reason(no_index, monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no package index: this test"):
        hash_faults("zipp==4.1.0 --hash=sha256:0\n", tmp_path)


def test_a_failure_that_is_not_the_index_s_is_one(monkeypatch, tmp_path):
    """The index is there, and the package is not: that is no reason to skip."""
    monkeypatch.setattr(package_index, "answers", lambda: True)
    with pytest.raises(AssertionError, match="uv pip: "):
        package_index.uv("pip", "compile", "--quiet", "absent.txt", folder=tmp_path)


def test_without_uv_a_test_is_skipped(monkeypatch, tmp_path):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(package_index, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match="no uv"):
        package_index.uv("--version", folder=tmp_path)
