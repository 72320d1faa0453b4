# run · test · bench · lint · docs. Every target makes what it needs first; nothing has to be installed by hand.

PYTHON = .venv/bin/python
MANAGE = $(PYTHON) manage.py
PIP_INSTALL = $(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check
STATIC_FILES := $(shell find backoffice inventory orders notifications -path "*/static/*" -type f)

.PHONY: run demo-reset test test-deep soak lock audit bench lint docs screenshots messages shell python clean

run: .env .venv/runtime.stamp var/static/staticfiles.json
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) demo
	@exec $(MANAGE) serve --with-parent

demo-reset: .env .venv/runtime.stamp
	@$(MANAGE) migrate --verbosity 0
	@exec $(MANAGE) demo --reset

test: .venv/dev.stamp
	@exec $(PYTHON) -m backoffice.tests.run $(ARGS)

test-deep: .venv/dev.stamp
	@exec $(PYTHON) -m backoffice.tests.run --deep $(ARGS)

lint: .venv/dev.stamp
	@exec $(PYTHON) -m backoffice.tests.run --only lint

soak: .venv/dev.stamp
	@exec $(PYTHON) -m backoffice.tests.soak $(ARGS)

bench: .venv/dev.stamp
	@exec $(PYTHON) -m benchmarks $(ARGS)

docs: .venv/dev.stamp
	@exec $(PYTHON) -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build/html

screenshots: .venv/dev.stamp
	@exec $(PYTHON) -m backoffice.tests.screenshots

messages: .venv/dev.stamp
	@exec $(PYTHON) -m backoffice.tests.catalogue

# Every package that the pinned ones need, with the hashes of its files; for Python 3.12 and newer, on any system.
LOCK = $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

lock: .venv/dev.stamp
	@$(LOCK) --output-file requirements.lock requirements.txt
	@$(LOCK) --output-file requirements-extras.lock requirements-extras.txt
	@$(LOCK) --output-file requirements-dev.lock requirements-dev.txt

# Known holes in what is locked. That the list could not be asked is a failure, too.
audit: .venv/dev.stamp
	@$(PYTHON) -m pip_audit --strict --require-hashes --disable-pip -r requirements.lock
	@$(PYTHON) -m pip_audit --strict --require-hashes --disable-pip -r requirements-dev.lock

shell: .env .venv/runtime.stamp
	@exec $(MANAGE) shell

clean:
	rm -rf .venv docs/_build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# What runs needs -----------------------------------------------------------------------------------------------------

# A version manager leaves dead `python3.x` names on the PATH, so a candidate counts only when it answers.
FIND_PYTHON = for python in python3.14 python3.13 python3.12 python3 \
	$$(ls -d "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/*/bin/python3 2>/dev/null | sort -rV); do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null \
	&& { echo "$$python"; break; }; done; true

NO_PYTHON = No Python 3.12 or newer was found. Install one, for example with: pyenv install 3.13

python:
	@python="$$($(FIND_PYTHON))"; test -n "$$python" || { echo "$(NO_PYTHON)" >&2; exit 1; }; echo "$$python"

.venv/bin/python:
	@python="$$($(FIND_PYTHON))"; test -n "$$python" || { echo "$(NO_PYTHON)" >&2; exit 1; }; \
	"$$python" -m venv --clear .venv

.venv/runtime.stamp: requirements.lock | .venv/bin/python
	@echo "Installing what the back office runs on ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@touch $@

.venv/dev.stamp: requirements.lock requirements-dev.lock | .venv/bin/python
	@echo "Installing what the tests need ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@ .venv/runtime.stamp

# The settings of a demonstration on this machine. Its key is readable by its owner only.
.env: | .venv/bin/python
	@mkdir -p var; umask 077; key="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" && \
	printf '%s\n' "SECRET_KEY=$$key" DJANGO_HTTPS=0 DEMO=1 EMAIL_PROVIDER=capture LOG_LEVEL=WARNING > $@

var/static/staticfiles.json: .venv/runtime.stamp $(STATIC_FILES) | .env
	@$(MANAGE) collectstatic --noinput --clear --verbosity 0
	@touch $@
