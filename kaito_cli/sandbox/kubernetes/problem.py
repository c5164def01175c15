"""Failures as the API server words them: a `Status` with code, reason, message and details."""

from collections.abc import Mapping, Sequence
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.resource import Resource


class Problem(Exception):
    """Answered as a `Status`."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.headers = dict(headers or {})
        self.status: Manifest = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "code": code,
        }
        if details:
            self.status["details"] = dict(details)


def no_such_path() -> Problem:
    return Problem(404, "NotFound", "the server could not find the requested resource")


def not_found(resource: Resource, name: str) -> Problem:
    message = f'{resource.qualified} "{name}" not found'
    return Problem(404, "NotFound", message, _details(resource, name))


def already_exists(resource: Resource, name: str) -> Problem:
    message = f'{resource.qualified} "{name}" already exists'
    return Problem(409, "AlreadyExists", message, _details(resource, name))


def modified(resource: Resource, name: str) -> Problem:
    message = (
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": the object has been '
        "modified; please apply your changes to the latest version and try again"
    )
    return Problem(409, "Conflict", message, _details(resource, name))


def wrong_uid(resource: Resource, name: str, wanted: str, found: str) -> Problem:
    message = (
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": Precondition failed: '
        f"UID in precondition: {wanted}, UID in object meta: {found}"
    )
    return Problem(409, "Conflict", message, _details(resource, name))


def invalid(resource: Resource, name: str, causes: Sequence[tuple[str, str, str]]) -> Problem:
    """422. Causes: reason, field without a leading dot, message."""
    told = [f"{field}: {message}" for _, field, message in causes]
    words = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    details = {
        "name": name,
        "group": resource.group,
        "kind": resource.kind,
        "causes": [
            {"reason": reason, "message": message, "field": field}
            for reason, field, message in causes
        ],
    }
    group = f".{resource.group}" if resource.group else ""
    message = f'{resource.kind}{group} "{name}" is invalid: {words}'
    return Problem(422, "Invalid", message, details)


def forbidden(resource: Resource, name: str, why: str) -> Problem:
    quoted = f' "{name}"' if name else ""
    message = f"{resource.qualified}{quoted} is forbidden: {why}"
    return Problem(403, "Forbidden", message, _details(resource, name))


def unauthorized() -> Problem:
    return Problem(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> Problem:
    return Problem(400, "BadRequest", message)


def gone(message: str) -> Problem:
    return Problem(410, "Expired", message)


def unsupported_media(found: str, taken: Sequence[str]) -> Problem:
    message = (
        f"the body of the request was in an unknown format - accepted media types include: "
        f"{', '.join(taken)}" + (f" (found {found})" if found else "")
    )
    return Problem(415, "UnsupportedMediaType", message)


def not_allowed() -> Problem:
    message = "the server does not allow this method on the requested resource"
    return Problem(405, "MethodNotAllowed", message)


def internal(message: str) -> Problem:
    return Problem(500, "InternalError", message)


def unavailable(message: str) -> Problem:
    return Problem(503, "ServiceUnavailable", message)


def _details(resource: Resource, name: str) -> Manifest:
    named = {"name": name} if name else {}
    return {**named, "group": resource.group, "kind": resource.plural}
