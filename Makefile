# Two commands: `make check` sets up what it needs and runs the main job on the shipped rollout;
# `make test` does the same and runs every test. Both are quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: check test lint setup bench clean

check: setup
	gateshift generate --check
	gateshift validate overlays

test: check lint
	pytest -n auto

lint: setup
	ruff check tool tests
	ruff format --check tool tests
	mypy
	lint-imports

bench: setup
	python bench/validate.py

setup: $(VENV)/.installed
	@gateshift tools install --quiet

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
