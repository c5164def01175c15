"""What an engine wrote."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Lines of one pod of a workspace, oldest first."""

    workspace: str
    namespace: str
    pod: str
    lines: tuple[str, ...]
