"""Check plain data against our dataclasses, and say exactly what is wrong."""

from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from kaito_cli.errors import BadInput

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

T = TypeVar("T")


def decode(
    value: Any, shape: type[T], source: str, extra: Literal["forbid", "ignore"] = "forbid"
) -> T:
    """``value`` as ``shape``. Unknown fields are refused, unless ``extra`` says to ignore them.

    Raises BadInput that names ``source`` and, line by line, each field and its trouble.
    """
    from pydantic import ValidationError

    try:
        checked: T = adapter(cast("Hashable", shape)).validate_python(value, extra=extra)
    except ValidationError as error:
        problems = dict.fromkeys(_line(each) for each in _telling(error.errors()))
        raise BadInput(
            f"{source} is not valid.",
            detail="\n".join(problems),
            hint=f"Correct the fields above in {source}.",
        ) from error
    return checked


@cache
def adapter(shape: Any) -> "TypeAdapter[Any]":
    """pydantic's checker of a shape, built once: building costs more than checking."""
    from pydantic import TypeAdapter

    return TypeAdapter(shape)


def read_yaml(text: str, source: str) -> Any:
    """Plain data from YAML, by the C loader; a broken or self-containing text is BadInput."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(text, Loader=loader)
        _refuse_cycles(value, source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(
            f"{source} is not readable YAML.",
            detail=str(error),
            hint="Check the indentation and quotes near the line above.",
        ) from error
    return value


def read_file(file: Path, shape: type[T]) -> T:
    """The YAML file as ``shape``; BadInput names the file."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        hint = "Save it as text in UTF-8."
        raise BadInput(f"{file} cannot be read.", detail=str(error), hint=hint) from error
    except OSError as error:
        hint = "Check that it is there, and yours to read."
        raise BadInput(f"{file} cannot be read.", detail=str(error), hint=hint) from error
    return decode(read_yaml(text, str(file)), shape, str(file))


def _refuse_cycles(
    value: Any, source: str, above: tuple[int, ...] = (), done: set[int] | None = None
) -> None:
    """YAML aliases can make a value contain itself; nothing of ours does. Each shared value is
    walked once, so that aliases of aliases cost nothing."""
    done = set() if done is None else done
    if not isinstance(value, dict | list) or id(value) in done:
        return
    if id(value) in above:
        raise BadInput(
            f"{source} contains itself through a YAML alias.",
            hint="Write the value out instead of using `&` and `*`.",
        )
    for child in value.values() if isinstance(value, dict) else value:
        _refuse_cycles(child, source, (*above, id(value)), done)
    done.add(id(value))


def _telling(errors: "list[ErrorDetails]") -> "list[ErrorDetails]":
    """Leave out the branches of a union whose ``kind`` says they were not meant."""
    not_meant = {each["loc"][:-1] for each in errors if each["type"] == "literal_error"}
    kept = [
        each
        for each in errors
        if not any(each["loc"][:depth] in not_meant for depth in range(len(each["loc"]) + 1))
    ]
    return kept or errors


def _line(error: "ErrorDetails") -> str:
    if not error["loc"]:
        return "the whole file: should be names with values, as in `name: value`"
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
