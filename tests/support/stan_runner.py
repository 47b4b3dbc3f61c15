"""Run a Stan program through PyStan, in a process of its own.

There it may keep its event loop, print its progress, read the compiler's standard error and leave a folder ``build``.
Compiled programs are kept in _build/stan, so that a second run need not wait for them; draws are not.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import numpy as np
from paths import ROOT
from skips import missing

CACHE = ROOT / "_build" / "stan"
LOOSE_ENDS = ["Traceback", "never awaited", "was destroyed", "Unclosed", "Event loop is closed"]


def compiler():
    """The C++ compiler that Python's build tools call."""
    return (os.environ.get("CXX") or sysconfig.get_config_var("CXX") or "c++").split()[0]


def need_compiler():
    """Fail in CI, and skip elsewhere, where there is nothing to compile with."""
    if shutil.which(compiler()) is None:
        missing("C++ compiler", f"there is no {compiler()} (on Debian and Ubuntu: apt install g++)")


def run_stan(program, data, *, seed, draws=5000, warmup=1000, chains=4, target=0.8, cache=CACHE):
    """Compile a program, sample from its posterior and return the draws by name, shape (chains, draws, ...)."""
    need_compiler()
    request = {
        "program": program,
        "data": {name: np.asarray(value).tolist() for name, value in data.items()},
        "seed": seed,
        "sample": {"num_chains": chains, "num_samples": draws, "num_warmup": warmup, "delta": target},
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__],
            input=json.dumps(request),
            env=os.environ | {"XDG_CACHE_HOME": str(cache)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, f"PyStan failed:\n{said}"
        assert not [words for words in LOOSE_ENDS if words in said], said
        with np.load(Path(folder, "draws.npz")) as found:
            return dict(found)


def main():
    import httpstan.cache  # only in a process of its own
    import stan

    request = json.load(sys.stdin)
    options = request["sample"]
    model = stan.build(request["program"], data=request["data"], random_seed=request["seed"])
    # With the same seed PyStan would give back an earlier run's draws.
    shutil.rmtree(httpstan.cache.model_directory(model.model_name) / "fits", ignore_errors=True)
    fit = model.sample(**options)
    shape = (options["num_samples"], options["num_chains"])
    drawn = {name: np.asarray(fit[name]) for name in (*fit, "divergent__")}
    by_chain = {name: value.reshape(*value.shape[:-1], *shape).T for name, value in drawn.items()}
    np.savez("draws.npz", **{name: v[..., 0] if v.shape[2:] == (1,) else v for name, v in by_chain.items()})


if __name__ == "__main__":
    main()
