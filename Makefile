# Everything runs inside .venv, which the first target that needs it creates from requirements.txt.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

# uv builds the environment. One on PATH serves, whatever its version; otherwise this one is installed into .uv, and
# nowhere else, if it has one of the hashes in .ci/uv.txt.
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

.PHONY: book
book: $(VENV)/installed  ## build the site at _build/html
	python book/_ext/build.py
	@echo "The book is at _build/html/index.html"

.PHONY: serve
serve: book  ## show the site at http://localhost:8000
	python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

.PHONY: lint
lint: $(VENV)/installed  ## check style and types
	ruff check .
	ruff format --check .
	mypy

.PHONY: check
check: book lint  ## before a commit: build the book, check its prose and its numbers, run the fast tests
	pytest -n 2 --dist loadgroup -m 'not slow'

.PHONY: test
test: book lint  ## build the book and run every test
	@python tests/site/browsers.py || playwright install chromium || \
	    echo 'No browser was found, and none could be fetched: the browser tests will say so.' >&2
	pytest -n 2 --dist loadgroup

.PHONY: reproducible
reproducible: book  ## build the book a second time elsewhere, and compare every file
	python tests/support/reproducible.py

.PHONY: calibration
calibration: $(VENV)/installed  ## try every sampler on every model, and on planted bugs, in _build/calibration.json
	python tests/lib/calibration_study.py

.PHONY: study
study: $(VENV)/installed  ## try every sampler on a thousand data sets that nobody chose, in _build/study.jsonl (CASES, FIRST)
	PYTHONPATH=tests/support python tests/lib/any_groups_study.py $(if $(CASES),--cases $(CASES)) $(if $(FIRST),--first $(FIRST))

MUTANTS := _build/mutants/venv

.PHONY: mutants
mutants: book $(MUTANTS)/installed  ## plant defects and print those that no test notices (ONLY=planted, lib.samplers ENDING=3, ...)
	PATH="$(CURDIR)/$(MUTANTS)/bin:$$PATH" PYTHONPATH=tests/support \
	    python tests/project/mutants.py $(if $(ONLY),--only $(ONLY)) $(if $(ENDING),--ending $(ENDING))

# mutmut runs the tests in its own process: what they import has to be beside it.
$(MUTANTS)/installed: requirements.txt pyproject.toml | $(UV)
	$(UV) venv --quiet --clear --python $(BIN)/python $(MUTANTS)
	$(UV) pip install --quiet --python $(MUTANTS) --require-hashes --requirement requirements.txt
	$(UV) pip install --quiet --python $(MUTANTS) --constraint requirements.txt --group mutants
	touch $@

BENCH := _build/bench/venv

.PHONY: bench
bench: $(BENCH)/installed  ## compare the samplers' speed with PyMC, nutpie, NumPyro, emcee and Stan, in _build/bench
	$(BENCH)/bin/python -m benchmarks $(if $(ONLY),--only $(ONLY))

# An environment of its own, since the book needs no peers. Compiled, so that imports are timed as they usually are.
$(BENCH)/installed: requirements.txt pyproject.toml | $(UV)
	$(UV) venv --quiet --clear --python '>=3.12' $(BENCH)
	$(UV) pip install --quiet --python $(BENCH) --compile-bytecode --require-hashes --requirement requirements.txt
	$(UV) pip install --quiet --python $(BENCH) --compile-bytecode --constraint requirements.txt --group bench
	touch $@

.PHONY: notebooks
notebooks: book  ## write the chapters as notebooks, in _build/html/notebooks and notebooks.zip
	@echo "The notebooks are in _build/html/notebooks, and all of them with lib in _build/html/notebooks.zip"

.PHONY: lab
lab: $(VENV)/installed  ## open JupyterLab, in which the chapters are notebooks
	jupyter lab --LabApp.app_settings_dir=.jupyter book

.PHONY: problem-sets
problem-sets: $(VENV)/installed  ## write the student notebooks and the autograders, in _build/problem-sets (SEED=n: see README)
	python book/_ext/problem_set_builder.py students $(if $(SEED),--seed $(SEED))

.PHONY: instructor
instructor: $(VENV)/installed  ## build the instructor's edition, with the solutions, in _build/instructor
	python book/_ext/problem_set_builder.py instructor $(if $(SEED),--seed $(SEED))

.PHONY: clean
clean:  ## delete everything that was built, the environment excepted
	rm -rf _build .hypothesis .pytest_cache .mypy_cache .ruff_cache

.PHONY: lock
lock: $(UV)  ## write requirements.txt, environment.yml and .ci/uv.txt anew from pyproject.toml
	echo 'uv==$(UV_VERSION)' | $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate \
	    --no-header --output-file .ci/uv.txt -
	$(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate --no-header \
	    pyproject.toml --group test --output-file requirements.txt
	@mkdir -p _build
	@{ echo '# Written by `make lock`, with the versions of requirements.txt: conda env create --file environment.yml'; \
	    echo 'name: borrowing-strength'; \
	    printf '%s\n' 'channels:' '  - conda-forge' '  - nodefaults' 'dependencies:' '  - python=3.12' '  - pip' '  - pip:'; \
	    $(UV) pip compile --quiet --universal --python-version 3.12 --no-annotate --no-header \
	        --constraint requirements.txt pyproject.toml | sed 's/^/      - /'; \
	    echo '      - -e .'; } > _build/environment.yml
	mv _build/environment.yml environment.yml

.uv/bin/uv: .ci/uv.txt
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo 'Python cannot make a virtual environment here. Install Python 3.12 or newer with its venv module' \
	         '(on Debian and Ubuntu: apt install python3-venv), or install uv, and run make again.' >&2; exit 1; }
	rm -rf .uv .uv-unfinished
	python3 -m venv .uv-unfinished
	.uv-unfinished/bin/python -m pip install --quiet --require-hashes --requirement .ci/uv.txt
	touch .uv-unfinished/bin/uv
	mv .uv-unfinished .uv

# Without the mark there is no environment, or what a killed run has left of one: begin anew.
$(VENV)/installed: requirements.txt pyproject.toml | $(UV)
	@test -e $@ || $(UV) venv --quiet --clear --python 3.12 $(VENV) || \
	    $(UV) venv --quiet --clear --python '>=3.12' $(VENV) || { \
	    echo 'No Python 3.12 or newer was found, and uv could not fetch one. Install Python 3.12' \
	         '(pyenv install 3.12, or your system'"'"'s package) and run make again.' >&2; exit 1; }
	@rm -f $@
	$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
