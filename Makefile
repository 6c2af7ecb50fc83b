# Two commands matter: `make serve` and `make test`. Each does its own set-up.
PYTHON ?= python3
VENV := .venv
FUZZ_MIN ?= 30
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: serve test lint bench fuzz soak soak-store pictures clean chromium postgis lock audit

serve: $(STAMP)
	$(BIN)/locator serve

# Two at a time, a file in one process; browsers and servers wait for each other most of the time.
test: $(STAMP) chromium postgis lint
	$(BIN)/pytest --numprocesses 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test,bench]"
	$(BIN)/python -m tests.benchmarks $(BENCH)

# As long as is wanted: make fuzz FUZZ_MIN=5. What it finds is kept in .fuzz/.
fuzz: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test,fuzz]"
	$(BIN)/python -m tests.fuzz $(FUZZ_MIN)

pictures: $(STAMP) chromium
	$(BIN)/pytest tests/browser -k pictures --pictures docs/pictures

# Made anew when what the package needs changes.
$(STAMP): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=23.1" "setuptools>=70" wheel
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@echo "compiling the search"; $(BIN)/python -c "import locator.index, locator.coverage.gaps; locator.index.warm()"
	@touch $@

# Browser tests need Debian's Chromium and a Chinese font for their pictures.
chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing Chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else echo "Browser tests will be left out: install Chromium first (apt-get install chromium fonts-noto-cjk)."; fi

# The store's tests run on PostgreSQL, too, in a cluster of their own.
postgis:
	@if ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing PostgreSQL with PostGIS for the store's tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-15-postgis-3 >/dev/null; \
	else echo "Tests on PostgreSQL will be left out: install it first (apt-get install postgresql postgresql-15-postgis-3)."; fi

soak-store: $(STAMP) postgis
	LOCATOR_SOAK_S=30 LOCATOR_KILLS=20 $(BIN)/pytest tests/store/test_soak.py tests/ingest/test_killed.py

# The tools have a folder of their own: what they need is no part of what is locked.
TOOLS := $(VENV)/tools
$(TOOLS)/bin/pip-compile:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check pip-tools pip-audit

lock: $(TOOLS)/bin/pip-compile
	@sed '/^#/!d' requirements.lock > $(TOOLS)/head
	$(TOOLS)/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file $(TOOLS)/locked setup.cfg
	@cat $(TOOLS)/head $(TOOLS)/locked > requirements.lock

# Asks the advisory service of PyPI about every locked version; without a way to it, this fails and says so.
audit: $(TOOLS)/bin/pip-compile
	$(TOOLS)/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock
# Thirty minutes of mixed load on two workers: SOAK_MIN=5 make soak for less.
soak: $(STAMP)
	$(BIN)/python -m tests.live.soak

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz
