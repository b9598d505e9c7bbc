# The commands of the project. Everything is installed into .venv from the lock file.
PYTHON ?= python3
DRAWS ?= 1000
SEED ?= 2027
SCENARIOS = scenarios/haaglanden-2027 scenarios/haaglanden-2027-pxq
BIN = .venv/bin

.PHONY: help install dev run test check lock clean

help:  ## Show the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: .venv/installed  ## Make .venv and install jeugdsim.

dev: .venv/installed-dev  ## Install what tests and checks need as well.

run: install  ## Run Haaglanden and its all-P x Q twin, print the answer, write out/.
	@for scenario in $(SCENARIOS); do \
		$(BIN)/jeugdsim run $$scenario --draws $(DRAWS) --seed $(SEED) || exit $$?; \
	done

test: dev  ## Run the tests.
	$(BIN)/python -m pytest

check: dev  ## Lint, formatting, types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: dev  ## Write the lock files anew from pyproject.toml.
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header -q pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header -q pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:  ## Remove what was built and written.
	rm -rf .venv out build src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "jeugdsim needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@
