"""Folders of files: what counts in them, whether they have changed, and how to pack or replace them."""

import fcntl
import hashlib
import shutil
import zipfile
from contextlib import contextmanager


def files(root):
    """Yield the files under the folder `root` (or `root` itself, a file) that count, sorted by name."""
    found = [root] if root.is_file() else sorted(root.rglob("*"))
    for path in found:
        hidden = any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not hidden:
            yield path


def digest(base, names):
    """Return a digest of the names and contents of the files and folders `names` in the folder `base`.

    It does not look at times, so that a fresh clone has the same digest as an old one.
    """
    total = hashlib.sha256()
    for name in names:
        if not (base / name).exists():
            raise FileNotFoundError(f"the digest of what the chapters depend on needs {base / name}")
        for path in files(base / name):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(base).as_posix()} {content}\n".encode())
    return total.hexdigest()[:16]


def write_zip(path, members):
    """Write a zip file from the contents of its members by name: the same bytes wherever and whenever it is written."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            information = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            information.compress_type = zipfile.ZIP_DEFLATED
            information.create_system = 3  # Unix, whose permissions follow
            information.external_attr = 0o644 << 16
            archive.writestr(information, members[name])


def contents(root, base):
    """Return the contents of the files under `root` that count, by their names relative to `base`."""
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in files(root)}


@contextmanager
def locked(path):
    """Hold a lock, so that of two processes that would write the same files the second waits for the first.

    It ends with the process that holds it, however that ends; a child has it too if it is given the open file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another build holds {path.name}: waiting for it to end.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def replace(target, made):
    """Put the folder `made` in the place of `target`, which is whole at every moment at which it is there."""
    old = made.with_name(f"{made.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    made.rename(target)
    shutil.rmtree(old, ignore_errors=True)
