# Jackfield's commands. `make` alone lists them. See CONTRIBUTING.md.
#
# They need Python 3.11 or newer with pip and venv, and git. PYTHON=… chooses the interpreter that
# makes .venv; without it, the newest that fits is taken. The network is used only when .venv is
# made, or when .ci/*.txt or a pyproject.toml has changed.

VENV := .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/.stamp-demo
DEV := $(VENV)/.stamp-dev
PROJECTS := core $(sort $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml)))
SOURCES := $(wildcard core/src plugins/*/src)
DECLARED := pyproject.toml $(PROJECTS:%=%/pyproject.toml) .ci/environment
WORKERS ?= auto

# Another environment, active or inherited, is not ours.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test seeds lint format bench bench-peers bench-proxy bench-proxy-peers docs lock wheels clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

demo: $(DEMO) ## Install what is needed to run, and run the quickstart (no API key needed)
	@$(BIN)/jackfield quickstart

test: $(DEV) ## Install the development environment, and run every test
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

seeds: $(DEV) ## Run every example of the pages that Jackfield implements, and print what works
	@$(BIN)/python tests/seeds/report.py $(ARGS)

lint: $(DEV) ## Check style (ruff) and types (mypy --strict)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy --strict $(SOURCES)

format: $(DEV) ## Format, and fix what can be fixed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## Measure against bare httpx (needs nginx; core/bench/README.md)
	$(BIN)/python core/bench/run.py $(ARGS)

bench-peers: $(DEV) ## The same, and the OpenAI SDK and LiteLLM
	$(BIN)/python core/bench/run.py --peers $(ARGS)

bench-proxy: $(DEV) ## Measure the proxy against a bare relay (nginx and wrk; plugins/proxy/bench/README.md)
	$(BIN)/python plugins/proxy/bench/run.py $(ARGS)

bench-proxy-peers: $(DEV) ## The same, and LiteLLM and Portkey where they are installed
	$(BIN)/python plugins/proxy/bench/run.py --peers $(ARGS)

docs: $(DEV) ## Build the documentation into site/; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --config-file docs/mkdocs.yml </dev/null

lock: ## Pin the newest versions again (network; needs Python 3.11)
	@PYTHON="$(PYTHON)" sh .ci/lock --upgrade

wheels: $(DEV) ## Build a wheel and an sdist of every package into dist/
	@for project in $(PROJECTS); do $(BIN)/python -m build --no-isolation --outdir dist "$$project" || exit 1; done

clean: ## Remove everything that these commands have made
	rm -rf $(VENV) .venv-* build dist site .coverage* coverage.xml .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find core plugins tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# In a checkout that was moved or copied, or whose Python is gone, .venv is not what its stamps say.
ifneq ($(shell $(BIN)/python -V >/dev/null 2>&1 && cat $(VENV)/.checkout 2>/dev/null),$(shell pwd -P))
STALE := stale
.PHONY: stale
stale: ;
endif

# The smaller environment is a subset of the other, at the same versions.
$(DEMO): .ci/demo-requirements.txt $(DECLARED) $(STALE)
	@PYTHON="$(PYTHON)" sh .ci/environment .ci/demo-requirements.txt $(PROJECTS)
	@touch $(DEMO)

$(DEV): .ci/requirements.txt $(DECLARED) $(STALE)
	@PYTHON="$(PYTHON)" sh .ci/environment .ci/requirements.txt $(PROJECTS)
	@touch $(DEMO) $(DEV)
