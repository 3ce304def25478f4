# The commands of this repository. `make` alone lists them; each installs what it needs on first use and says so.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: python pages ## a seeded Plenary on one port, ready to click through
	@PLENARY_DEMO=1 PLENARY_GATEWAY=test .venv/bin/plenary demo

demo-reset: ## forget the demo's data; the next `make demo` seeds again
	@.ci/demo-reset "$${PLENARY_VAR:-var}"

test: python ## every test there is; the last line counts them
	@.ci/test

torture: python ## several processes, attacked a hundred times more often than by `make test`; SEED=123 repeats a run
	@.ci/debian
	@TORTURE=all SEED=$(SEED) $(PY) -m pytest tests/torture -s -o faulthandler_timeout=0 --durations=0

bench: python pages ## the measurements of docs/benchmarks.md that take a quarter of an hour together
	@$(PY) -m bench

bench-long: python pages ## those that take longer
	@$(PY) -m bench --long

lint: python ## mistakes in Python and in the scripts that a reader would point at
	$(PY) -m ruff check .
	.venv/bin/shellcheck -S warning -x -P .ci .ci/lib.sh .ci/python .ci/node .ci/frontend .ci/debian .ci/test .ci/run .ci/demo-reset

types: types-python types-frontend ## types on both sides; the front end's check also lints and looks at its format

types-python: python
	$(PY) -m mypy

types-frontend: packages
	@.ci/frontend run check

format: python packages ## rewrite all code the way it is formatted here
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix --quiet --select I .
	@.ci/frontend run format

format-check: python
	$(PY) -m ruff format --check .

schema: python ## print schema.graphql from the code
	$(PY) -m plenary.graphql.schema

schema-check: python
	$(PY) -c 'from plenary.graphql import schema as s; print(s.printed(s.assemble()), end="")' | diff -u schema.graphql -

lock: python ## write requirements.lock anew from pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra dev pyproject.toml -o requirements.lock

clean: ## delete everything that can be made again; the demo's data stays
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis frontend/node_modules frontend/dist

python:
	@.ci/python

packages: python
	@.ci/frontend packages

pages: python
	@.ci/frontend build

.PHONY: help demo demo-reset test torture bench bench-long lint types types-python types-frontend format format-check schema schema-check \
	lock clean python packages pages
