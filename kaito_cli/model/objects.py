"""Objects of a cluster, by name: what is applied, watched and taken away."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """One object; ``namespace`` is empty for what belongs to the whole cluster."""

    kind: str
    name: str
    api_version: str = "v1"
    namespace: str = ""

    def __str__(self) -> str:
        place = f" in {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{place}"


class Effect(StrEnum):
    """What applying an object did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """``object`` is as the server returned it: after the merge, in a dry run too."""

    ref: Ref
    effect: Effect
    object: dict[str, object]
