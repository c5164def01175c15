"""What differs between what is wanted and what is there, and what it takes to make it so."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """NONE: as wanted. RECREATE: it has to go and come again, for what differs cannot be
    changed. DELETE: it is ours and nothing wants it any more."""

    NONE = "none"
    CREATE = "create"
    UPDATE = "update"
    RECREATE = "recreate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field by its path, as in `spec.template.spec.containers[model].image`. None: not set."""

    path: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``subject`` is as in `Deployment chat in ml` or `node pool kchata1b2c3`."""

    subject: str
    action: Action
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A field that somebody else set by hand: ``wanted`` is what the plan says, ``found`` what is
    there; None: not set. ``manager`` is the name it left, empty where it left none."""

    subject: str
    path: str
    manager: str
    wanted: Any = None
    found: Any = None
