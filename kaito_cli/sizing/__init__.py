"""Memory arithmetic: pure functions from a model, a GPU and an engine to what fits."""

from kaito_cli.sizing.budget import Budget, budget
from kaito_cli.sizing.fit import answer, fit
from kaito_cli.sizing.legality import illegal

__all__ = ["Budget", "answer", "budget", "fit", "illegal"]
