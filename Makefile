# make scan   scans the sample design, in an environment of its own
# make test   passes the tests
PYTHON ?= python3
VENV ?= .venv
DESIGN ?= fixtures/designs/image-classifier/terraform-aws

.PHONY: scan test check bench clean

scan: $(VENV)/installed
	"$(VENV)/bin/mlarchlint" scan "$(DESIGN)"

test: $(VENV)/installed-dev
	"$(VENV)/bin/python" -m pytest

check: $(VENV)/installed-dev
	"$(VENV)/bin/ruff" format --check .
	"$(VENV)/bin/ruff" check .
	"$(VENV)/bin/mypy"

bench: $(VENV)/installed
	"$(VENV)/bin/python" benchmarks/startup.py

# Not bin/python: where Python lacks ensurepip that exists, and the environment is of no use.
$(VENV)/bin/pip:
	"$(PYTHON)" -c 'import sys; sys.exit("mlarchlint needs Python 3.10 or newer" if sys.version_info < (3, 10) else 0)'
	"$(PYTHON)" -m venv "$(VENV)"

$(VENV)/installed: $(VENV)/bin/pip pyproject.toml
	"$(VENV)/bin/python" -m pip install --quiet --disable-pip-version-check --editable .
	touch "$(VENV)/installed"

$(VENV)/installed-dev: $(VENV)/bin/pip pyproject.toml
	"$(VENV)/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch "$(VENV)/installed" "$(VENV)/installed-dev"

clean:
	rm -rf "$(VENV)" build dist
