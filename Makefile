# Works in an activated virtual environment that holds `.[dev]`; elsewhere: make check PYTHON=…
PYTHON ?= python3

.PHONY: check format-check lint types imports test format golden bench accuracy

check: format-check lint types imports test  ## everything a change has to pass

format-check:
	$(PYTHON) -m ruff format --check .

lint:
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

imports:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

test:
	$(PYTHON) -m pytest

format:  ## rewrite what format-check and lint complain about, where that is safe
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

golden:  ## rewrite tests/golden/; `git diff` is the review
	$(PYTHON) -m pytest --update-golden

bench:  ## how long planning takes, and applying over a slow line
	$(PYTHON) -m benchmarks.speed
	$(PYTHON) -m benchmarks.apply

accuracy:  ## sizing against real vLLM start-ups
	$(PYTHON) -m benchmarks.accuracy
