# Everything a developer needs. The first target of each line sets up what it lacks.
# PORT (8000) and NLU_PORT (5005) move the listeners: `make run PORT=8001 NLU_PORT=5006`.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check bench setup nlu-train nlu-serve nlu-test format lock migration clean

PYTHON := .venv/bin/python
SETUP := python3 -m tools.setup
FAST := not slow and not browser and not faults and not rasa
UV := $(or $(shell command -v uv),var/tools/uv/bin/uv)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set everything up, then serve the shop, Rasa and the sandbox; Ctrl-C stops them
	@$(SETUP) run
	@exec $(PYTHON) -m tools.run

test: ## Set everything up, then run every test
	@$(SETUP) test
	# One hash seed: both workers must collect the same tests in the same order.
	PYTHONHASHSEED=0 $(PYTHON) -m pytest -n 2 --dist loadgroup

check: ## Format, lint, types, import contracts and the fast tests on SQLite, in under two minutes
	@$(SETUP) check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports --no-logo
	# One hash seed: both workers must collect the same tests in the same order.
	PYTHONHASHSEED=0 $(PYTHON) -m pytest -n 2 -m "$(FAST)" -k "not postgres"

bench: ## Run the benchmarks; prints ratios, writes var/bench.json
	@$(SETUP) nlu
	$(PYTHON) -m tests.benchmarks

setup: ## Set everything up and stop there
	@$(SETUP) run

nlu-train: ## Train the language model
	@$(SETUP) environments
	$(PYTHON) -m nlu train

nlu-serve: ## Serve the language model alone, on NLU_PORT
	@$(SETUP) nlu
	@exec $(PYTHON) -m nlu serve

nlu-test: ## Test the understanding of language
	@$(SETUP) nlu
	$(PYTHON) -m pytest tests/nlu tests/nlu_quality
	$(PYTHON) -m nlu test $(if $(SHOP_NLU_SAMPLES),--samples $(SHOP_NLU_SAMPLES))

format: ## Format the code and mend what the linter can
	@$(SETUP) check
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix

migration: ## Write a revision for changed tables: make migration m="What it does"
	@$(SETUP) check
	$(PYTHON) -m tools.migration "$(m)"

lock: ## Lock the newest packages that pyproject.toml and nlu/requirements.in allow
	@$(SETUP) check
	$(UV) pip compile pyproject.toml --upgrade --python-version 3.12 --generate-hashes --no-emit-index-url --quiet -o requirements.txt
	$(UV) pip compile pyproject.toml --upgrade --group dev --python-version 3.12 --generate-hashes --no-emit-index-url --quiet -o requirements-dev.txt
	$(UV) pip compile nlu/requirements.in --upgrade --python-version 3.10 --generate-hashes --no-emit-index-url --quiet -o nlu/requirements.txt

clean: ## Remove the environments and all that set-up made; the shop in var/ too
	rm -rf .venv nlu/.venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
