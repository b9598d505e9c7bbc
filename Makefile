# The commands of the project. Everything is installed into .venv from the lock file.
PYTHON ?= python3
DRAWS ?= 1000
SEED ?= 2027
SCENARIOS = scenarios/haaglanden-2027 scenarios/haaglanden-2027-pxq
BIN = .venv/bin

.PHONY: help install dev run lab test prove docs check bench lock clean

help:  ## Show the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: .venv/installed  ## Make .venv and install jeugdsim.

dev: .venv/installed-dev  ## Install what tests and checks need as well.

run: install  ## Run Haaglanden and its all-P x Q twin, print the answer, write out/.
	@for scenario in $(SCENARIOS); do \
		$(BIN)/jeugdsim run $$scenario --draws $(DRAWS) --seed $(SEED) || exit $$?; \
	done

lab: .venv/installed-lab  ## Open the notebooks in JupyterLab (installs it first).
	$(BIN)/jupyter lab notebooks

test: dev  ## Run the tests.
	$(BIN)/python -m pytest

prove: dev  ## Run the statistical proofs and benchmarks (long) and write proofs/latest.txt; wants a clean tree.
	$(BIN)/python -m proofs.record

docs: dev  ## Build the documentation into build/docs.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo build/docs/index.html

check: dev  ## Lint, formatting, types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: dev  ## Measure speed (a quarter of an hour, on an idle machine) and write the ratios into the README.
	@mkdir -p out
	$(BIN)/python -m pytest benchmarks $(BENCH) --benchmark-json=out/benchmarks.json --benchmark-sort=name --benchmark-columns=median,min,max,rounds
	$(BIN)/python -m benchmarks.table out/benchmarks.json README.md

lock: dev  ## Write the lock files anew from pyproject.toml.
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header -q pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header -q pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:  ## Remove what was built and written.
	rm -rf .venv out build src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# With PYTHON= on the command line a .venv of another version is made anew, not used in its place.
MINOR = -c 'import sys; print(*sys.version_info[:2], sep=".")'
ifeq ($(origin PYTHON),command line)
ifneq ($(wildcard .venv/bin/python),)
ASKED := $(or $(shell $(PYTHON) $(MINOR) 2>/dev/null),$(error PYTHON=$(PYTHON) does not run))
STALE := $(if $(filter-out $(ASKED),$(shell .venv/bin/python $(MINOR))),remove-venv)
endif
endif

.venv/bin/python: $(STALE)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "jeugdsim needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.PHONY: remove-venv
remove-venv:
	rm -rf .venv

.venv/installed: .venv/bin/python $(STALE) requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/installed-lab: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements-dev.lock --editable ".[notebooks]"
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@
