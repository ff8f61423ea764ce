# Two commands: `make check` sets up what it needs and runs the main job on the shipped rollout;
# `make test` does the same and runs every test. Both are quick the second time.

PYTHON ?= python3
VENV := .venv
ACTIONLINT := v1.7.12
BIN := $(VENV)/bin
CHROMIUM ?= $(firstword $(shell command -v chromium chromium-browser google-chrome))
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Compiled modules make every start of the tool quicker, in tests and benchmarks too.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: check test test-attack test-live test-flux test-browser docs lint setup bench clean

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

# Kills at every step that writes, full disks, broken inputs and bombs, with the figures at the end.
test-attack: setup
	pytest -n auto tests/attack/kills.py tests/attack/disks.py tests/attack/fuzz.py tests/attack/bombs.py

# The gate against a real Prometheus, which must be installed.
test-live: setup
	pytest tests/live/real_prometheus.py

# What is built for Flux beside what Flux's own library builds: a program that Go makes of it.
test-flux: setup
	mkdir -p build
	cd tests/oracles/flux && go build -o $(CURDIR)/build/flux .
	GATESHIFT_TEST_FLUX=$(CURDIR)/build/flux pytest tests/app/test_flux_reference.py

# The HTML report in a real Chromium, which must be installed, as must Node.js; the packages come from npm.
test-browser: setup
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	mkdir -p build/browser
	$(BIN)/python -m tests.browser.pages build/browser
	PAGES=$(CURDIR)/build/browser CHROMIUM="$(CHROMIUM)" PYTHON=$(CURDIR)/$(BIN)/python node --test tests/browser/*.test.mjs

# The pages and schemas of docs/ that the program makes of itself; the tests see that they are fresh.
docs: setup
	gateshift docs commands -o docs/commands.md
	gateshift docs config -o docs/config.md
	gateshift rules -f markdown -o docs/rules.md
	for name in gateshift settings findings explain adopt plan status promote next generate verify gate export; do gateshift schema $$name -o docs/schemas/$$name.schema.json; done

# Beside what people run today; kubectl-validate too, where it is installed.
bench: setup
	python bench -o docs/performance.md

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
