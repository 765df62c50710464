# Everything starts with `make demo` and `make test`; both make the environment first, or reuse it.
SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
export DO_NOT_TRACK := 1
export PYTHONDONTWRITEBYTECODE :=# compiled once: each stage and each of pytest's processes starts sooner
export OMP_WAIT_POLICY ?= PASSIVE
export CROSSLOG_MIRROR
DATA ?= real

.DEFAULT_GOAL := help
.PHONY: help demo real cfdr crosyslog logsynergy serve test lint format lock environment

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

demo: environment ## simulate four logs, run the whole pipeline, print the table (no network, no key, no GPU)
	@$(call run,simulated)

real: environment ## the same over real public logs; CROSSLOG_MIRROR names a folder or base URL to look in first
	@$(call run,real)

cfdr: environment ## the same over the four full CFDR logs (3.5 GB to download, 97 GB unpacked, read as a stream)
	@$(call run,cfdr)

crosyslog: environment ## every table of the CroSysLog paper, as published and honest; DATA=real, simulated or cfdr
	@$(if $(filter $(DATA),real simulated cfdr),,$(error DATA is real, simulated or cfdr, not '$(DATA)'))
	@$(call run,crosyslog_$(DATA))

logsynergy: environment ## every table and figure of the LogSynergy paper, windows as published and honest; DATA as above
	@$(if $(filter $(DATA),real simulated cfdr),,$(error DATA is real, simulated or cfdr, not '$(DATA)'))
	@$(call run,logsynergy_$(DATA))

serve: environment ## Prefect's server with its UI, the deployments of prefect.yaml and a worker, until Ctrl-C
	@python -m flows.serve

test: environment ## ruff, mypy, pytest
	ruff check .
	ruff format --check .
	mypy
	pytest

lint: environment ## ruff and mypy only
	ruff check .
	ruff format --check .
	mypy

format: environment ## let ruff tidy up
	ruff check --fix .
	ruff format .

lock: environment ## write requirements.lock anew from pyproject.toml
	tools/lock.sh

environment:
	@./bootstrap.sh

define run
crosslog use $(1) && dvc repro --quiet && python -m tasks.report --show
endef
