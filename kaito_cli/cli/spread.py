"""Let a command take a dataclass of options as if it declared each of them itself."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Replace each parameter of ``command`` that is a dataclass by the dataclass's fields.

    Typer reads ``__signature__`` and ``__annotations__``; both are set. The fields must be
    annotated with ``typer.Option`` or ``typer.Argument``, and no two groups may share a name.
    """
    own = inspect.signature(command).parameters
    groups: dict[str, Callable[..., Any]] = {
        each.name: each.annotation for each in own.values() if _is_group(each.annotation)
    }
    fields = {name: inspect.signature(group).parameters for name, group in groups.items()}

    @functools.wraps(command)
    def spread_out(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field: given.pop(field) for field in fields[name]})
        command(**given)

    shared = [field for group in fields.values() for field in group.values()]
    alone = [each for each in own.values() if each.name not in groups]
    parameters = [each.replace(kind=each.KEYWORD_ONLY) for each in (*alone, *shared)]
    spread_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    spread_out.__annotations__ = {each.name: each.annotation for each in parameters}
    return spread_out


def _is_group(annotation: object) -> bool:
    return isinstance(annotation, type) and is_dataclass(annotation)
