PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
RUN := $(BIN)/python
# Many tests start an interpreter of their own: without compiled modules each of them compiles the same files again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup assets demo generate diff check test test-slow soak bench docs build clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed-%: pyproject.toml scripts/setup
	@scripts/setup "$(PYTHON)" "$(VENV)" "$*"

setup: $(VENV)/.installed-test ## Create the virtual environment with every extra and tool

assets: ## Fetch Apache ECharts with npm, for pages with charts
	@$(PYTHON) scripts/assets

demo: $(VENV)/.installed-demo ## Run the main job on real data against the embedded gateway
	@$(RUN) scripts/demo.py

generate: $(VENV)/.installed-test ## Write generated/ anew from openapi/, and docs/api.txt
	@$(RUN) scripts/generate
	@$(RUN) scripts/surface.py

diff: $(VENV)/.installed-test ## Tell what changed since REF (HEAD), with WRITE=1 also to the changelog
	@$(RUN) scripts/diff.py $(or $(REF),HEAD) $(if $(WRITE),--write)

check: $(VENV)/.installed-test ## Lint, type-check, regenerate and compare; writes nothing
	@scripts/check "$(BIN)"

test: check ## Check, then run every test with coverage
	@scripts/test "$(BIN)"

test-slow: $(VENV)/.installed-test assets ## What takes minutes: an environment for each extra, the built packages, browsers
	@$(BIN)/pytest -m "slow and not soak" --timeout=900 -n "$${INFINO_TEST_WORKERS:-2}" --dist loadfile

soak: $(VENV)/.installed-test ## The long proofs: fuzzing, crash rounds, ten million records
	@$(BIN)/pytest -m soak --timeout=3600 -p no:xdist

bench: $(VENV)/.installed-bench ## Print the budgets side by side with their peers
	@scripts/bench "$(BIN)"

docs: $(VENV)/.installed-docs ## Build the documentation site into site/
	@$(BIN)/python scripts/reference
	@$(BIN)/mkdocs build --strict --quiet --config-file docs/mkdocs.yml

build: $(VENV)/.installed-test assets ## Build the wheel and the source archive into dist/
	@$(BIN)/python -m build --outdir dist . >/dev/null
	@ls dist

clean: ## Remove what the other targets made
	rm -rf "$(VENV)" dist site .demo .coverage .coverage.*
