"""The plan as an annotation: kaito's only memory is the cluster's."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kaito_cli import __version__
from kaito_cli.decoding import decode
from kaito_cli.errors import BadInput
from kaito_cli.model import Plan

PLAN_ANNOTATION = "kaito-cli.dev/plan"
PLAN_VERSION = 1  # raised when an old reader would misread the new form
LIMIT_BYTES = 32 * 1024
EXPLANATIONS = ("alternatives", "rejected", "terms")

Manifest = dict[str, Any]


def recorded(plan: Plan) -> str:
    """The plan as compact JSON, with the version of the form and of kaito.

    Raises BadInput above 32 KiB, which only very many or very long values of the user's reach.
    """
    fields = _without_explanations(asdict(plan))
    content = {"version": PLAN_VERSION, "kaito": __version__, **fields}
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    if len(text) > LIMIT_BYTES:
        raise BadInput(
            f"The plan of `{plan.workspace}` takes {len(text)} bytes; {LIMIT_BYTES} can be kept.",
            hint="Shorten what --env, --set-label and --engine-arg hold.",
        )
    return text


def plan_of(live: Mapping[str, Any]) -> Plan:
    """The plan an object was rendered from, read from its annotation.

    Unknown fields of the same version are ignored. Raises BadInput when the object carries no
    plan, one that is damaged, or one of a newer version.
    """
    subject = _subject(live)
    content = _content(live, subject)
    _require_version(content, subject)
    known = {name: value for name, value in content.items() if name not in ("version", "kaito")}
    return _decoded(known, subject)


def writer_of(live: Mapping[str, Any]) -> str:
    """The version of kaito that wrote an object's plan, also of a plan that this one cannot read;
    empty where none is told."""
    try:
        writer = _content(live, _subject(live)).get("kaito", "")
    except BadInput:
        return ""
    return writer if isinstance(writer, str) else ""


def _without_explanations(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in EXPLANATIONS}


def _content(live: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    text = ((live.get("metadata") or {}).get("annotations") or {}).get(PLAN_ANNOTATION)
    if text is None:
        raise BadInput(
            f"{subject} carries no plan of kaito.",
            hint="Name a workspace that `kaito list` shows, or deploy it again.",
        )
    try:
        content = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(subject, str(error)) from error
    if not isinstance(content, dict):
        raise _damaged(subject, f"It is {type(content).__name__}, not a mapping.")
    return content


def _require_version(content: Mapping[str, Any], subject: str) -> None:
    version = content.get("version")
    if type(version) is not int or version < 1:
        raise _damaged(subject, f"version: {version!r}")
    if version > PLAN_VERSION:
        writer = content.get("kaito", "of unknown version")
        raise BadInput(
            f"The plan of {subject} was written by kaito {writer}; this one is {__version__}.",
            hint="Upgrade with `pip install --upgrade kaito-cli`.",
            detail=f"plan version {version}, known up to {PLAN_VERSION}",
        )


def _decoded(content: Mapping[str, Any], subject: str) -> Plan:
    try:
        return decode(content, Plan, subject, extra="ignore")
    except BadInput as error:
        raise _damaged(subject, error.detail) from error


def _damaged(subject: str, detail: str) -> BadInput:
    return BadInput(
        f"The plan kept on {subject} cannot be read.",
        hint="Deploy the workspace again to write it anew.",
        detail=detail,
    )


def _subject(live: Mapping[str, Any]) -> str:
    metadata = live.get("metadata") or {}
    place = "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))
    return f"{live.get('kind', 'The object')} `{place}`"
