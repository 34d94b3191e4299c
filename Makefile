# Seven commands are all there is to learn: setup, run, test, lint, bench, proof, chaos.
# Everything lives in .venv/ at the project's root; nothing else on the machine is touched,
# but for the browser, the Chinese font and wrk, which the tests and the bench need, where root on Debian may install them.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -q
FRONT := package.json package-lock.json build_hooks/front.py
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: setup run test lint bench proof chaos lock clean
.DEFAULT_GOAL := help

help:
	@echo "make setup | run | test | lint | bench | proof | chaos      (README.md says what each does)"

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pointsapp needs Python 3.11 or later")'
	$(PYTHON) -m venv .venv

# What serving needs: the hashed runtime set, the front-end files, and the package itself.
.venv/.run: .venv/pyvenv.cfg requirements.txt pyproject.toml $(FRONT)
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

# What the tests and the checks need on top.
.venv/.dev: .venv/.run requirements-dev.txt
	$(PIP) install --require-hashes -r requirements-dev.txt
	@bash build_hooks/system.sh
	@touch $@

setup: .venv/.dev

run: .venv/.run
	@$(PY) -m pointsapp demo --host $(HOST) --port $(PORT)

# Two processes, a file at a time, the slow ones first (tests/order.py); `make test ARGS="-n0 tests/tasks"` for a closer look.
test: .venv/.dev
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/.dev
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

# Our acts beside what Flask and PostgreSQL take at most, then the demo's pages; writes docs/bench.md.
# `make bench ARGS="--part crowd --only checkin --no-docs"`; at most ten minutes.
bench: .venv/.dev
	@$(PY) -m benchmarks $(ARGS)

# Crowds against a running server on both databases; writes docs/proof.md. `make proof ARGS="--clients 400 --rounds 5"`.
proof: .venv/.dev
	@$(PY) -m proof $(ARGS)

# Server, worker, database, line, disk, clock, Redis and a cluster's leader struck in the middle of load, and a crowd that is too many; writes docs/chaos.md.
chaos: .venv/.dev
	@bash build_hooks/faults.sh
	@$(PY) -m chaos $(ARGS)

# Rewrites the hashed sets from pyproject.toml; needs uv on the PATH. No registry host is written.
UV_COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	$(PY) build_hooks/requirements.py dev | $(UV_COMPILE) - -o requirements-dev.txt
	$(PY) build_hooks/requirements.py run | $(UV_COMPILE) - -c requirements-dev.txt -o requirements.txt
	$(PY) build_hooks/requirements.py chaos | $(UV_COMPILE) - -c requirements-dev.txt -o requirements-chaos.txt

clean:
	rm -rf .venv static/vendor instance
