# Trình Ký. `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM := bubblewrap libreoffice-writer-nogui python3-uno fonts-liberation2 qpdf poppler-utils
SYSTEM_TEST := softhsm2 chromium postgresql python3-swift strace nodejs slapd

# A file of tests shares its office, so it stays in one process; the long ones come first.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# What keeps, counts, routes and lets in: PostgreSQL sees it in `make test`, and everything in `make test-postgresql`.
ON_POSTGRESQL := tests/journeys/test_http_killed.py $(addprefix tests/rooms/test_,$(addsuffix .py,migrations storage audit \
  road session staff branches beside definitions delegation interleavings registers reservations case_files ledgers lists raising queue \
  page_costs tasks watch migrate handover remind escalate recall links permit circulation appoint))

ROOMS := config drafting exchange front identity records search signing storage tools web workflow

.DEFAULT_GOAL := help
.PHONY: help run serve work exchange partner test test-postgresql check verify workflow-check register-audit reindex backup rekey destroy-key restore faults attacks leak-test bench bench-signing office-day lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run system ## install what is missing and serve on 127.0.0.1:8000 (HOST, PORT, DEMO_PASSWORD)
	@TRINHKY_TRUST=$${TRINHKY_TRUST-var/partner/keys} exec $(BIN)/python app.py run

serve: $(VENV)/.run system ## pages and API alone, in several processes, for production (PROCESSES, THREADS)
	@exec $(BIN)/python app.py serve

work: $(VENV)/.run system ## one worker process beside `serve`; start as many as are needed
	@exec $(BIN)/python app.py work

exchange: $(VENV)/.run system ## the process that carries messages to partners, by itself (EXCHANGE_APART=1 for the others)
	@exec $(BIN)/python app.py exchange

partner: $(VENV)/.run system ## a second demonstration office on port 8001, to exchange documents with
	@TRINHKY_OFFICE=office-partner.yaml TRINHKY_DATA=var/partner TRINHKY_SPOOL=var/spool TRINHKY_TRUST=var/keys \
	  PORT=$${PORT:-8001} exec $(BIN)/python app.py run

test: $(VENV)/.test system system-test $(VENV)/oidc/package-lock.json check ## install what tests need and run them all, on both databases
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --database postgresql $(ON_POSTGRESQL)

test-postgresql: $(VENV)/.test system system-test $(VENV)/oidc/package-lock.json ## every test that has a database, on PostgreSQL
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --database postgresql

check: $(VENV)/.test ## what must hold of the code without running it
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit -q -ll -r app.py $(ROOMS)
	$(BIN)/python scripts/audit-packages

verify: $(VENV)/.run ## check the log's chain and checkpoints, every file and every number
	@$(BIN)/python app.py verify

workflow-check: $(VENV)/.run ## prove every workflow: no dead end, no way around a signature, somebody at every step
	@$(BIN)/python app.py workflow-check

register-audit: $(VENV)/.run ## prove that every register is 1…n, and tell every number that is not
	@$(BIN)/python app.py register-audit

reindex: $(VENV)/.run ## rebuild the search index from the database
	@$(BIN)/python app.py reindex

backup: $(VENV)/.run ## copy everything that must not be lost, while it runs, to TARGET (KEYS=1: keys too)
	@$(BIN)/python app.py backup "$${TARGET:-backups/$$(date +%Y%m%d-%H%M%S)}" $(if $(KEYS),--with-keys)

rekey: $(VENV)/.run ## a new master key for the vault, every document key under it; the office must be stopped
	@$(BIN)/python app.py rekey

destroy-key: $(VENV)/.run ## destroy the key of DOCUMENT for good and change the master key; the office must be stopped
	@$(BIN)/python app.py destroy-key "$${DOCUMENT:?which document}" --confirm "$${CONFIRM:?its id once more}"

restore: $(VENV)/.run system ## put the office back from SOURCE into an empty data folder (KEYS=folder of keys, LEDGER=raised.jsonl or none)
	@$(BIN)/python app.py restore "$${SOURCE:?which backup}" $(if $(KEYS),--keys "$(KEYS)") $(if $(LEDGER),--ledger "$(LEDGER)")

faults: $(VENV)/.test system system-test ## kill, starve and corrupt the office at every step and see that it holds
	$(BIN)/python -m bench.faults

leak-test: $(VENV)/.test system system-test ## read every byte outside the vault for words of secret documents, in both profiles on both databases
	$(BIN)/python -m bench.leaks
	$(BIN)/python -m bench.twins

attacks: $(VENV)/.test system ## damage signed files in 10,000 ways and see that none is believed that shows something else
	$(BIN)/python -m bench.mutations

bench: $(VENV)/.test system ## measure the main job and the transitions
	$(BIN)/python -m bench.transition
	$(BIN)/python -m bench.routing
	$(BIN)/python -m bench.main_job

bench-signing: $(VENV)/.test system system-test ## signatures and verdicts a second of one core, against others who sign PDFs
	@$(BIN)/python -m bench.signing

office-day: $(VENV)/.test system system-test ## live a federation's working day with 1,000 to 100,000 documents stored
	$(BIN)/python -m bench.office_day

lock: ## pin every package with its hash (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean: ## remove what was installed and built here, never the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || scripts/system python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/oidc/package-lock.json: tests/servers/oidc/package-lock.json | system-test
	@command -v npm >/dev/null || scripts/system npm
	@mkdir -p $(@D) && cp tests/servers/oidc/package*.json $(@D)/
	cd $(@D) && npm ci --silent --ignore-scripts
	@touch $@

.PHONY: system system-test
system:
	@scripts/system $(SYSTEM)

system-test:
	@scripts/system $(SYSTEM_TEST)
