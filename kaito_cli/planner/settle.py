"""S, the most sequences at once: lowered only when that is what makes the ask fit."""

from collections.abc import Iterator
from dataclasses import replace

from kaito_cli.model import Engine, Model, Serve
from kaito_cli.sizing import Budget
from kaito_cli.sizing.activations import activations_gib


def settle(model: Model, engine: Engine, serve: Serve, base: Budget) -> tuple[Serve, Budget]:
    """The settings with the largest S, of its halves down to the concurrency, that hold the
    ask; as they are when none does."""
    found = at_sequences(model, engine, serve, base)
    if found.holds(serve):
        return serve, found
    least = replace(serve, max_num_seqs=min(serve.concurrency, serve.max_num_seqs))
    if not at_sequences(model, engine, least, base).holds(least):
        return serve, found
    for lowered in _halves(serve):
        smaller = replace(serve, max_num_seqs=lowered)
        found = at_sequences(model, engine, smaller, base)
        if found.holds(smaller):
            return smaller, found
    return least, at_sequences(model, engine, least, base)


def at_sequences(model: Model, engine: Engine, serve: Serve, base: Budget) -> Budget:
    """The same budget with another S: only activations move."""
    return replace(base, activations_gib=activations_gib(model, engine, serve))


def _halves(serve: Serve) -> Iterator[int]:
    """Halves of S, above the engine's share of the concurrency."""
    sequences = serve.max_num_seqs // 2
    while sequences > serve.concurrency:
        yield sequences
        sequences //= 2
