# Everything a developer or a visitor starts. `make demo` needs Python 3.11 or newer, and nothing else.

VENV := .venv
BIN := $(VENV)/bin
export PARLEY_HOME ?= $(CURDIR)/.parley

.DEFAULT_GOAL := help
.PHONY: help demo demo-check dev test check fmt bench torture screenshots lock clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# Locked, with hashes. A stamp for each lock file, so that nothing is installed twice.
$(VENV)/.runtime: requirements.lock dev/environment
	@sh dev/environment requirements.lock
	@touch $@

$(VENV)/.development: requirements-dev.lock dev/environment
	@sh dev/environment requirements-dev.lock
	@touch $@ $(VENV)/.runtime

demo: $(VENV)/.runtime ## a sample company with a simulated WhatsApp; Ctrl-C ends it
	@exec $(BIN)/parley demo

demo-check: $(VENV)/.runtime ## walk the demo's journey in a temporary place and say what was seen
	@$(BIN)/parley demo --check

dev: $(VENV)/.development ## the demo, with errors shown and templates read anew
	@PARLEY_DEBUG=1 exec $(BIN)/parley demo

test: $(VENV)/.development ## all tests but the torture; make test ARGS="-k inbox"
	@$(BIN)/pytest -n auto $(ARGS)

torture: $(VENV)/.development ## kill, cut and flood it
	@$(BIN)/pytest tests/torture -m torture $(ARGS)

bench: $(VENV)/.development ## measure
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/.development ## the pictures of the README and docs
	@$(BIN)/python -m dev.screenshots

check: $(VENV)/.development ## style, types, layers, templates, migrations
	@sh dev/check

fmt: $(VENV)/.development ## put code into shape
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile -q --upgrade --generate-hashes --universal --python-version 3.11 pyproject.toml \
		-o requirements.lock --no-header --no-annotate
	uv pip compile -q --upgrade --generate-hashes --universal --python-version 3.11 --extra dev pyproject.toml \
		-o requirements-dev.lock --no-header --no-annotate

clean: ## remove the environment and the demo's data
	rm -rf $(VENV) .parley .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
