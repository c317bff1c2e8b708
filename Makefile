# `make help` lists the targets. Everything is installed into .venv, from the locks; what checks the
# page's modules into node_modules.

VENV ?= .venv
# PYTHON=python3.12 chooses the Python of the virtual environment; any 3.11 or newer will do.
export PYTHON

# How many tests run at once.
JOBS ?= 3

# The load: how many drag a slider, and how long. Four times as many follow for 20 s at most.
USERS ?= 40
SECONDS ?= 60

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
RUNTIME := $(VENV)/.installed-runtime
DEVELOPMENT := $(VENV)/.installed-development
ORACLE := $(VENV)/.installed-oracle
GENERATOR := $(VENV)/load
LOAD := $(VENV)/.installed-load
SCRIPTS := node_modules/.installed
TYPES := $(BIN)/mypy && $(BIN)/node node_modules/typescript/bin/tsc
PAGE := node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help serve test lint style types format oracle postgresql bench reproduce load screenshot lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(RUNTIME) $(PAGE) ## serve the page and the API at http://127.0.0.1:8000 (PORT=8001 for another port)
	@exec $(BIN)/unrolled serve $(if $(PORT),--port $(PORT))

test: style $(SCRIPTS) $(PAGE) ## check style and types, and run every test that needs no PyTorch, with its coverage
	@$(BIN)/node --test --test-reporter=dot tests/js/*.test.js
	@UNROLLED_CHROMIUM="$$(scripts/ensure-chromium $(BIN)/python)" && export UNROLLED_CHROMIUM \
	  && scripts/beside "nice -n 10 sh -c '$(TYPES)'" \
	    $(BIN)/pytest -n $(JOBS) --no-loadscope-reorder $(if $(ARGS),,--cov --cov-report=term) $(ARGS)

lint: style types ## check style and types

style: $(DEVELOPMENT)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEVELOPMENT) $(SCRIPTS)
	@$(TYPES)

format: $(DEVELOPMENT) ## put the code into its one format, and the API's types into TypeScript
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python -m scripts.api_types

oracle: $(ORACLE) ## compare with PyTorch, Keras and JAX, which are installed first
	@OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 tests/oracle $(ARGS)

postgresql: $(DEVELOPMENT) ## run the tests of what is kept against a real PostgreSQL, which is started for them
	@scripts/with-postgresql $(BIN)/pytest tests/postgresql tests/app/test_runs.py \
	  tests/app/test_run_files.py tests/app/test_run_events.py tests/app/test_networks.py \
	  tests/app/test_training_runs.py tests/app/test_training_flow.py \
	  tests/app/test_training_files.py tests/app/test_training_turns.py \
	  tests/app/test_sweeps.py tests/app/test_sweep_claims.py $(ARGS)

bench: $(ORACLE) $(PAGE) ## measure the service, the page, and the engine against PyTorch
	@UNROLLED_CHROMIUM="$$(scripts/ensure-chromium $(BIN)/python)" && export UNROLLED_CHROMIUM \
	  && $(BIN)/python -m benchmarks

reproduce: $(RUNTIME) ## train until published results are reproduced or not; hours, goes on (ARGS=--minutes 30)
	@$(BIN)/python -m benchmarks.reproduce $(ARGS)

load: $(RUNTIME) $(LOAD) ## let users move sliders (USERS=40 SECONDS=60), then four times as many
	@$(BIN)/python -m benchmarks.load --locust $(abspath $(GENERATOR))/bin/python \
	  --users $(USERS) --seconds $(SECONDS)

screenshot: $(DEVELOPMENT) ## make docs/screenshot.png anew
	@UNROLLED_CHROMIUM="$$(scripts/ensure-chromium $(BIN)/python)" && export UNROLLED_CHROMIUM \
	  && $(BIN)/python -m scripts.screenshot

lock: $(DEVELOPMENT) ## pin the dependencies anew (ARGS=--upgrade for the newest)
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/lock $(ARGS)

clean: ## remove the environment, the caches and what was built
	rm -rf $(VENV) node_modules build dist test-results .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python=$$(scripts/find-python) && echo "Making $(VENV) with $$python" \
	  && "$$python" -m venv $(VENV)

$(RUNTIME): pyproject.toml requirements.lock requirements-build.lock | $(BIN)/python
	@echo "Installing what the service needs"
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# npm writes this file last. Where nothing can be fetched the page does without.
$(PAGE): package-lock.json .npmrc | $(RUNTIME)
	@scripts/fetch-page $(BIN)

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# TypeScript, by the npm that comes with the tests' Node.js; .npmrc says how.
$(SCRIPTS): package.json package-lock.json .npmrc | $(DEVELOPMENT)
	@echo "Installing what checks the page's modules"
	@$(BIN)/npm ci --loglevel=error
	@touch $@

# The lock of the project does not name PyTorch: pip chooses the build, the CPU's where one is offered.
$(ORACLE): $(DEVELOPMENT)
	@echo "Installing PyTorch, Keras, JAX, ONNX Runtime and scikit-learn"
	@$(PIP) install torch==2.13.0 threadpoolctl==3.6.0 keras==3.15.1 jax==0.10.2 onnxruntime==1.32.0 \
	  safetensors==0.8.0 scikit-learn==1.9.1
	@touch $@

# The load generator changes the standard library that it runs on: an environment of its own.
$(LOAD): requirements-load.lock | $(BIN)/python
	@echo "Installing the load generator"
	@$(BIN)/python -m venv $(GENERATOR)
	@$(GENERATOR)/bin/python -m pip --disable-pip-version-check -qq install \
	  --require-hashes -r requirements-load.lock
	@touch $@
