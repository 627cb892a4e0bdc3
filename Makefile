# Needs Python >= 3.11 and make. Everything lands in .venv; `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help setup test-setup run test lint bench pins clean
# Where it is set, every start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

help:           ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1	/p' Makefile | expand -t 20

setup:          ## make .venv with the pinned packages (run and test do it themselves)
	@scripts/setup

test-setup:     ## the same with what the tests need
	@scripts/setup test

run:            ## start the user interface and the API; options: make run ARGS="--ui-port 8600"
	@scripts/setup && exec .venv/bin/farp serve $(ARGS)

test:           ## style, types, layers and all tests
	@scripts/test

lint:           ## style, types and layers only
	@scripts/test lint

bench:          ## speed and memory beside a floor measured in the same run
	@scripts/setup test && exec .venv/bin/python -m benchmarks $(ARGS)

pins:           ## renew constraints.txt: newest versions pyproject.toml allows
	@scripts/pin

clean:          ## remove .venv, built tools and caches
	@rm -rf .venv .tools build dist farp.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
