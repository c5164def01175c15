"""What is asked of a model hub."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """The weights of a repository's root, added up from tensor headers or an index.

    ``bytes`` holds all of them; ``vision_bytes`` and ``draft_bytes`` (multi-token
    prediction) are parts of it. ``dtype`` is that of the largest 16- or 32-bit part and
    ``parameters`` the elements; empty and 0 where only an index was read.
    """

    bytes: int
    dtype: str = ""
    parameters: int = 0
    vision_bytes: int = 0
    draft_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a model's own files say, without its weights.

    ``config`` is config.json with the quantization of hf_quant_config.json, if that is where
    it stands. ``tensors`` None: there are no safetensors to count.
    """

    id: str
    revision: str = ""  # a commit; empty for a folder
    config: Mapping[str, Any]
    tensors: Tensors | None = None
    license: str = "unknown"
    gated: bool = False
    chat: bool = False  # has a chat template


class Hub(Protocol):
    """Models' own files: repositories of a model hub, and folders on this machine."""

    def snapshot(self, id: str, revision: str = "") -> Snapshot:
        """The repository at a branch, tag or commit; empty: its main branch.

        Raises NotFound, Gated (a token or an accepted licence is missing), Unsupported (no
        config.json or no safetensors), BadInput (a broken file) or HubFailed.
        """
        ...

    def cached(self, id: str, revision: str = "") -> Snapshot | None:
        """The same from the local hub cache, without network; None when it is not there."""
        ...

    def folder(self, path: Path) -> Snapshot:
        """A folder with config.json and, if it has them, safetensors. Raises BadInput."""
        ...

    def has_token(self) -> bool:
        """Whether a token for the hub is on this machine; nobody is asked, it is not shown."""
        ...
