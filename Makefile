# Every target that says `## ...` is listed by `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
SOURCES := $(wildcard src tests scripts examples benchmarks)
# What is passed on: `make demo ARGS="--port 9000"`, `make test ARGS="-k drift"`.
ARGS ?=
# How many tests run at once: a number, or one per core.
WORKERS ?= auto

.PHONY: help setup demo test coverage check format bench screenshots constraints clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## Create .venv with modeldesk and the tools for working on it

.venv/.ready: pyproject.toml constraints.txt scripts/setup_environment.sh
	@scripts/setup_environment.sh .venv
	@touch $@

demo: setup ## Start modeldesk with example models and traffic: make demo ARGS="--help"
	@$(BIN)/modeldesk demo $(ARGS)

test: setup ## Run all tests: make test ARGS="-k drift" WORKERS=0
	@scripts/system_packages.sh
	@$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal $(MEASURED) $(ARGS)

coverage: MEASURED := --cov
coverage: test ## Run all tests, and tell which lines none of them runs; takes half as long again

check: setup ## Check style, types, layers and the documentation's examples
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest --quiet tests/docs

format: setup ## Format the code and mend what can be mended by itself
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: setup ## List the benchmarks; each runs by make bench-NAME
	@$(BIN)/python scripts/list_benchmarks.py benchmarks

bench-%: setup
	@$(BIN)/python -m benchmarks.$* $(ARGS)

screenshots: setup ## Take the documentation's screenshots anew
	@scripts/system_packages.sh
	@$(BIN)/python scripts/screenshots.py $(ARGS)
	@$(BIN)/python scripts/report_screenshots.py $(ARGS)

constraints: setup ## Write the versions installed in .venv to constraints.txt
	@$(BIN)/python scripts/write_constraints.py constraints.txt

clean: ## Delete .venv and everything the tools wrote
	@rm -rf .venv build dist htmlcov .coverage .coverage.* coverage.xml \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
		benchmarks/.cache benchmarks/peers/.venvs
	@find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
