# Two commands: `make check` sets up what it needs and runs the main job on the shipped rollout;
# `make test` does the same and runs every test. Both are quick the second time.

PYTHON ?= python3
VENV := .venv
ACTIONLINT := v1.7.12
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: check test lint setup bench clean

check: setup
	gateshift generate --check
	gateshift validate overlays

test: check lint
	pytest -n auto

lint: setup $(BIN)/actionlint
	ruff check tool tests bench action
	ruff format --check tool tests bench action
	mypy
	lint-imports
	actionlint
	zizmor --offline --quiet .

bench: setup
	python bench/validate.py

setup: $(VENV)/.installed
	@gateshift tools install --quiet --offline 2>/dev/null || gateshift tools install

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

$(BIN)/actionlint: | $(VENV)/.installed
	GOBIN=$(CURDIR)/$(BIN) go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
