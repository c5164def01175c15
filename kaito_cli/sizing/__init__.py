"""Memory arithmetic: pure functions from a model, a GPU and an engine to what fits."""

from kaito_cli.sizing.fit import Budget, budget, fit
from kaito_cli.sizing.legality import illegal

__all__ = ["Budget", "budget", "fit", "illegal"]
