PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help compare view test lint format lock bench reference baselines clean

define CHECK_PYTHON
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    found = "%d.%d" % sys.version_info[:2]
    sys.exit("Concord needs Python 3.11, 3.12 or 3.13, not %s: name one, as in make PYTHON=python3.12 ..." % found)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("$(PYTHON) lacks venv or ensurepip: install them (Debian, Ubuntu: apt install python3-venv).")
endef
export CHECK_PYTHON

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

compare: $(VENV)/.installed ## ask the headline question: do joint responses outperform siloed ones?
	@$(BIN)/concord compare

view: $(VENV)/.installed ## open the browser: two institutions live through the same future, side by side
	@$(BIN)/concord view

test: lint ## check style and types, run the tests, then those that can differ under another Python
	@echo "Testing under $$($(BIN)/python --version)"
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore tests/benchmarks tests
	@bash tests/other_python.sh $(BIN)/python

lint: $(VENV)/.installed ## check style and types
	@echo "Checking style and types"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary

format: $(VENV)/.installed ## put the code into the project's style
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

lock: $(VENV)/.installed ## write requirements.lock from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@echo "Resolving requirements.lock"
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra test \
		--no-emit-index-url --custom-compile-command "make lock" $(UPGRADE) --output-file requirements.lock pyproject.toml

bench: $(VENV)/.installed ## measure how fast the model and the browser's page are on this machine
	@$(BIN)/concord bench
	@$(BIN)/python -m pytest -q -s tests/benchmarks

reference: $(VENV)/.installed ## write results/reference anew, on purpose: the full evidence on the African world
	@$(BIN)/python -m experiments.maintenance.reference

baselines: $(VENV)/.installed ## write the frozen results in tests/baselines anew, on purpose
	@$(BIN)/python -m tests.baselines.update
	@$(BIN)/python -m tests.baselines.rows --update

clean: ## remove the environments and caches (results/ stays)
	@rm -rf .venv .venv-other .cache .numba_cache .hypothesis .mypy_cache .pytest_cache .ruff_cache build *.egg-info
	@find model experiments tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: name one, as in make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c "$$CHECK_PYTHON"
	@echo "Installing into $(VENV), once: about half a minute"
	@$(PYTHON) experiments/maintenance/install.py $(VENV)
	@touch $@
