# Two commands for a fresh machine: `make demo` and `make test`.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
HEADLESS ?=
# Tests wait for processes more than they compute, so that six keep two cores busy.
JOBS ?= 6
# Tests start hundreds of processes: whoever forbids bytecode pays for it each time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test check unit coverage mutants fuzz format reference docs snapshots pictures release bench clean

help:  ## Show what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo-ready  ## Start three bots on the local Telegram (HEADLESS=1: without a dashboard)
	@# With job control the program has the terminal to itself: Ctrl-C reaches it and
	@# not make, so that its exit code 0 is what make ends with.
	@if [ -t 0 ]; then set -m; fi; $(BIN)/coderbot demo $(if $(HEADLESS),--headless)

test: $(VENV)/.dev-ready check unit release  ## Run everything that CI runs

check: $(VENV)/.dev-ready docs  ## Format, lint, types, import contracts and documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.dev-ready  ## Run the tests alone
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

coverage: $(VENV)/.dev-ready  ## Run the tests and tell what none of them does
	@sh scripts/install-test-packages.sh
	@rm -rf .coverage
	@# It slows everything down: a test that measures time may fail here.
	-$(BIN)/python -m coverage run -m pytest -n $(JOBS) --dist loadfile --timeout 300
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

mutants: $(VENV)/.dev-ready  ## Change the pure files in many ways, and tell what no test sees
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt mutmut
	@rm -rf mutants
	$(BIN)/mutmut run --max-children $(JOBS)
	$(BIN)/mutmut results

fuzz: $(VENV)/.dev-ready  ## Fuzz the wire, terminals and the sandbox for long
	$(BIN)/python -m pytest tests/fuzz tests/properties -q --timeout 0 \
		--hypothesis-profile long

format: $(VENV)/.dev-ready  ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

reference: $(VENV)/.dev-ready  ## Write the pages that are made from the code
	$(BIN)/python -m scripts.reference

docs: $(VENV)/.dev-ready  ## Build the documentation into site/, strictly
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

snapshots: $(VENV)/.dev-ready  ## Draw the golden pictures anew
	$(BIN)/python -m pytest tests/tui --snapshot-update
	CODERBOT_UPDATE_PICTURES=1 $(BIN)/python -m pytest -q \
		tests/unit/terminal/test_pictures.py tests/unit/terminal/test_recordings.py

pictures: $(VENV)/.dev-ready  ## Draw the pictures of the README from the running program
	$(BIN)/python -m scripts.pictures.dashboard
	$(BIN)/python -m scripts.pictures.chat

release: $(VENV)/.dev-ready  ## Build the packages and try them in fresh environments
	$(BIN)/python scripts/check_release.py

bench: $(VENV)/.dev-ready  ## Measure the figures of bench/README.md
	$(BIN)/python -m bench.figures

clean:  ## Remove the virtual environment and what the demo left
	rm -rf $(VENV) .demo

$(VENV)/.demo-ready: pyproject.toml constraints.txt
	@sh scripts/make-venv.sh $(VENV) '.[sandbox]'
	@touch $@

$(VENV)/.dev-ready: pyproject.toml constraints.txt
	@sh scripts/make-venv.sh $(VENV) '.[dev]'
	@touch $@ $(VENV)/.demo-ready
