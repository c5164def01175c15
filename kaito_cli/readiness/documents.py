"""Objects of Kubernetes and errors of Azure, as the lines a person would read out of them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kaito_cli.decoding import read_yaml
from kaito_cli.errors import BadInput

DEEPEST = 12
_SAYING = ("message", "msg", "log", "error", "err", "exception", "exc_info", "stack", "event")


def lines_of_document(text: str) -> tuple[str, ...]:
    """The whole text as one JSON or YAML document of a kind we know; else nothing."""
    start = text.lstrip()[:4000]
    value: Any = None
    if start.startswith(("{", "[")):
        value = _json(text)
    elif re.search(r"^kind: +\w+", start, re.M) and re.search(r"^(apiVersion|items):", start, re.M):
        value = _yaml(text)
    whole = isinstance(value, list) or (isinstance(value, Mapping) and _known(value))
    return tuple(_lines(value)) if whole else ()


def lines_of_json(line: str) -> tuple[str, ...]:
    """One line of a log in JSON, as its level and what it says."""
    value = _json(line)
    if not isinstance(value, Mapping):
        return ()
    if _known(value):
        return tuple(_lines(value))
    said = [str(value[key]) for key in _SAYING if isinstance(value.get(key), str | int)]
    level = str(value.get("level") or value.get("levelname") or value.get("severity") or "").upper()
    text = f"{level} {': '.join(said)}".strip()
    return tuple(text.split("\n")) if said else ()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _yaml(text: str) -> Any:
    try:
        return read_yaml(text, "the document")
    except BadInput:
        return None


def _is_object(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("kind"), str) and ("metadata" in value or "items" in value)


def _known(value: Mapping[str, Any]) -> bool:
    return _is_object(value) or _azure(value)


def _azure(value: Mapping[str, Any]) -> bool:
    inner = value.get("error", value)
    return isinstance(inner, Mapping) and {"code", "message"} <= set(inner)


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _lines(each)
    elif isinstance(value, Mapping) and isinstance(value.get("items"), list):
        yield from _lines(value["items"])
    elif isinstance(value, Mapping) and value.get("kind") == "Event":
        yield event_line(value)
    elif isinstance(value, Mapping) and _is_object(value):
        yield from object_lines(value)
    elif isinstance(value, Mapping):
        yield from _flat(value)


def event_line(event: Mapping[str, Any]) -> str:
    """An event as `kubectl get events` shows it."""
    about = _mapping(event.get("involvedObject")) or _mapping(event.get("regarding"))
    named = f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}"
    told = event.get("message") or event.get("note") or ""
    return f"{event.get('type', '')}  {event.get('reason', '')}  {named}  {told}".replace("\n", " ")


def object_lines(live: Mapping[str, Any]) -> Iterator[str]:
    """Conditions that are not met, and the states of containers, of an object's status."""
    status = _mapping(live.get("status"))
    yield from _pod_lines(status)
    for each in _mappings(status.get("conditions")):
        yield from _condition_line(each, str(live.get("kind")))
    if live.get("kind") == "Node" and "allocatable" in status:
        yield from _allocatable_lines(_mapping(status["allocatable"]))
    if live.get("kind") == "PersistentVolumeClaim" and status.get("phase") == "Pending":
        yield f"PersistentVolumeClaim {_mapping(live.get('metadata')).get('name')} is Pending"
    yield from _flat({key: status[key] for key in ("provisioningError", "error") if key in status})


_GOOD_WHEN_FALSE = (
    "Pressure",
    "Unavailable",
    "Failed",
    "Failure",
    "Problem",
    "Scheduled",
    "Deadlock",
)


def _condition_line(condition: Mapping[str, Any], kind: str) -> Iterator[str]:
    name, state = str(condition.get("type")), str(condition.get("status"))
    inverted = name == "ReplicaFailure" or (kind == "Node" and name.endswith(_GOOD_WHEN_FALSE))
    if state != ("False" if inverted else "True") or name == "DisruptionTarget":
        told = f"{condition.get('reason') or ''}: {condition.get('message') or ''}"
        yield f"{kind} {name} is {state}: {told}"


def _allocatable_lines(allocatable: Mapping[str, Any]) -> Iterator[str]:
    if str(allocatable.get("nvidia.com/gpu", "0")) == "0":
        yield "Allocatable: no nvidia.com/gpu"


def _pod_lines(status: Mapping[str, Any]) -> Iterator[str]:
    if status.get("reason") or status.get("message"):
        yield f"Pod {status.get('phase')}: {status.get('reason')}: {status.get('message')}"
    names = ("initContainerStatuses", "containerStatuses")
    for each in (one for name in names for one in _mappings(status.get(name))):
        for state in (each.get("state"), each.get("lastState")):
            yield from container_lines(_mapping(state))


def container_lines(state: Mapping[str, Any]) -> Iterator[str]:
    """What a container waits for, or how it ended, as a line each."""
    waiting, ended = _mapping(state.get("waiting")), _mapping(state.get("terminated"))
    if waiting and waiting.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
        yield f"Waiting: {waiting['reason']}: {waiting.get('message') or ''}"
    if ended and (ended.get("exitCode") or ended.get("reason") not in (None, "Completed")):
        yield f"Terminated: {ended.get('reason')}, exit code: {ended.get('exitCode')}"
        yield from str(ended.get("message") or "").split("\n")


def _mapping(value: Any) -> Mapping[str, Any]:
    """What was pasted may have any shape: one that is no mapping says nothing."""
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _flat(value: Any, depth: int = 0) -> Iterator[str]:
    """`code: message` of an error and of all its details, whatever they are wrapped in."""
    if isinstance(value, Mapping):
        said = [str(value[key]) for key in ("code", *_SAYING) if isinstance(value.get(key), str)]
        if said:
            yield ": ".join(said).replace("\n", " ")
    for each in _inner(value) if depth < DEEPEST else ():
        yield from _flat(each, depth + 1)


def _inner(value: Any) -> list[Any]:
    """What is nested in a value, also as JSON in a string."""
    nested = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(nested, list):
        return []
    return [_json(each) if _is_json(each) else each for each in nested]


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("{")
