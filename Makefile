# Two commands matter: `make run` (a demo clinic on this machine) and `make test`.
# Needed: Python 3.11 or later, and make. Everything else is installed into .venv.

SHELL := /bin/bash
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PORT ?= 8000
ADDRESS := http://127.0.0.1:$(PORT)/
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
CODE := taperplan patients plans

# The demo on this machine: plain http on the loopback address, keys in files of its own.
DEMO := HTTPS=false SECRET_KEY_FILE=var/secret-key TRAIL_KEY_FILE=var/trail-key
# Checks read the settings, so they need keys; these are nobody's.
CHECKS := HTTPS=false SECRET_KEY=checks-only TRAIL_KEY=checks-only DATABASE_URL=sqlite:///:memory:
# As a clinic's site runs: TLS, and keys that the deployment check finds long enough.
PRODUCTION := HTTPS=true ALLOWED_HOSTS=clinic.example DATABASE_URL=sqlite:///:memory: \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	TRAIL_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')

.DEFAULT_GOAL := help
.PHONY: help run test sweeps deep screenshots markup check format lint types imports templates security migrations deployment \
	documents interchange fresh docs sbom lock clean

help:
	@echo "make run     a demo clinic at $(ADDRESS)"
	@echo "make test    the tests: SQLite, PostgreSQL and Chromium where found"
	@echo "make sweeps  every page once more: the whole access matrix, every width and theme"
	@echo "make deep    the long tests; the last result stays in docs/evidence/"
	@echo "make screenshots  every page at three widths, light and dark, in var/screenshots"
	@echo "make markup  every page through the W3C's validator (VNU=/path/to/vnu.jar)"
	@echo "make check   format, lint, types, directions, templates, security, migrations, documents, interchange, age of the lock"
	@echo "make docs    write the generated documents again"
	@echo "make lock    write requirements*.txt again from requirements*.in"

# --- Installing ---------------------------------------------------------------------------

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python."; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

.venv/production: requirements.txt | .venv/bin/python
	@echo "Installing what runs (requirements.txt)"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt | .venv/bin/python
	@echo "Installing what tests and checks (requirements-dev.txt)"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/production

# --- Running ------------------------------------------------------------------------------

var/secret-key var/trail-key: | .venv/bin/python
	@mkdir -p -m 700 var && umask 077 && $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))' > $@

run: .venv/production var/secret-key var/trail-key
	@$(DEMO) $(MANAGE) migrate --noinput --verbosity 0
	@$(DEMO) $(MANAGE) createcachetable --verbosity 0
	@$(DEMO) $(MANAGE) collectstatic --noinput --verbosity 0
	@$(DEMO) $(MANAGE) load_demo --if-empty
	@echo
	@echo "Serving at $(ADDRESS)   (Ctrl+C stops)"
	@$(DEMO) $(BIN)/gunicorn --config deploy/gunicorn.conf.py taperplan.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --log-level warning

# --- Testing ------------------------------------------------------------------------------

test: .venv/development
	@$(BIN)/python -m tests.run

sweeps: .venv/development
	@$(BIN)/python -m tests.run --sweeps

deep: .venv/development
	@$(BIN)/python -m tests.run --deep

# To be looked at; ONLY=plans:home takes the pages whose name holds that.
screenshots: .venv/development
	@$(BIN)/python -m pytest tests/access/pictures.py -p no:randomly
	@cat var/screenshots/faults.*.txt; echo; echo "The pictures are in var/screenshots"

# Every page judged by the Nu HTML checker: VNU=/path/to/vnu.jar (npm install vnu-jar), and Java.
markup: .venv/development
	@$(BIN)/python -m pytest tests/access/markup.py -q -p no:randomly

# --- Checking: `make -k check` goes on after a failure ---------------------------------------

check: format lint types imports templates security migrations deployment documents interchange fresh

format: .venv/development
	$(BIN)/ruff format --check .

lint: .venv/development
	$(BIN)/ruff check .

types: .venv/development
	$(CHECKS) $(BIN)/mypy $(CODE) tests manage.py

imports: .venv/development
	$(BIN)/lint-imports

templates: .venv/development
	$(BIN)/djlint templates --lint --quiet

security: .venv/development
	$(BIN)/bandit --quiet --recursive $(CODE)

migrations: .venv/development
	$(CHECKS) $(MANAGE) makemigrations --check --dry-run

deployment: .venv/development
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

documents: .venv/development
	$(BIN)/python -m tests.documents --compare

# Two validators of others, locked in tests/judges; without npm the run says what it left out.
tests/judges/node_modules/.package-lock.json: tests/judges/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing the validators (tests/judges/package-lock.json)"; \
		cd tests/judges && npm ci --omit=peer --omit=optional --silent && touch node_modules/.package-lock.json; fi

interchange: .venv/development tests/judges/node_modules/.package-lock.json
	$(BIN)/python -m tests.judges

# docs/security.md, "Components": the whole list is renewed in the time that is promised there.
fresh: .venv/bin/python
	$(BIN)/python deploy/lock_age.py requirements.in

# A bill of what runs, as CycloneDX; made beside the lock, kept out of the repository.
sbom: .venv/production
	@mkdir -p var
	$(BIN)/python deploy/bill.py requirements.txt > var/sbom.cdx.json
	@echo "var/sbom.cdx.json"

docs: .venv/development
	$(BIN)/python -m tests.documents

# --- Keeping ------------------------------------------------------------------------------

lock: .venv/development
	for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --no-header $$name.in -o $$name.txt; done
	$(BIN)/python deploy/lock_age.py requirements.in --locked-now

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
