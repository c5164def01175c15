"""The command line: words, tables and exit codes; never a decision about GPUs."""

from kaito_cli.cli.app import app, main, run

__all__ = ["app", "main", "run"]
