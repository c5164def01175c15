"""The JSON Schema of an agent pool's body, of Azure's own API specification."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from kaito_cli.sandbox.arm.wire import flat


def check_body(body: Any) -> None:
    """Refuse what is no agent pool: unknown fields, read-only ones, wrong types.

    Microsoft's own clients leave read-only fields out of what they send, so they are refused.
    """
    from fastjsonschema import JsonSchemaValueException

    try:
        _validator()(body)
    except JsonSchemaValueException as error:
        where = ".".join(error.path[1:])
        raise flat(400, "InvalidParameter", error.message, target=where) from error


@cache
def _validator() -> Callable[[Any], Any]:
    from fastjsonschema import compile

    text = Path(__file__).with_name("agentpool.schema.json").read_text(encoding="utf-8")
    checked: Callable[[Any], Any] = compile(json.loads(text), use_default=False)
    return checked
