"""Tensor headers of safetensors files: what is in them, and how many bytes it takes.

A file starts with 8 bytes, the little-endian length of a JSON header that names every tensor
with its dtype, shape and offsets (https://github.com/huggingface/safetensors, README).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from kaito_cli.errors import BadInput
from kaito_cli.ports import Tensors

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
LENGTH_BYTES = 8
LONGEST_HEADER = 100_000_000  # the format's own limit
MOST_BYTES = 10**15  # of one model, and its most elements: larger is a broken file

_FLOATS = {"BF16": "bfloat16", "F16": "float16", "F32": "float32"}
_PACKED = frozenset({"I32", "U32", "U8", "F4"})  # may hold several weights an element
_TOWER = re.compile(
    r"(^|\.)(visual|vision\w*|audio\w*|\w*vision_(tower|model)|embed_(vision|audio)"
    r"|mm_projector|multi_modal_projector|patch_merge\w*|image_newline)(\.|$)"
)
_DRAFT = re.compile(r"(^|\.)mtp\w*\.")
_LAYER = re.compile(r"(^|\.)layers\.(\d{1,9})\.")


def header_length(start: bytes, source: str) -> int:
    """Bytes of the JSON header, from a file's first 8 bytes; BadInput when absurd."""
    length = int.from_bytes(start[:LENGTH_BYTES], "little")
    if len(start) < LENGTH_BYTES or not 2 <= length <= LONGEST_HEADER:
        raise broken(source, f"the header would be {length} bytes long")
    return length


def read_header(text: bytes, source: str) -> Mapping[str, Any]:
    """Tensor name → its entry; BadInput when it is not a safetensors header."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise broken(source, str(error)) from error
    if not isinstance(header, dict):
        raise broken(source, "the header is not a JSON object")
    return {name: entry for name, entry in header.items() if name != "__metadata__"}


def tally(headers: Iterable[tuple[str, Mapping[str, Any]]], layers: int) -> Tensors:
    """All tensors added up. ``headers`` are pairs of file name and header; ``layers`` of the
    language model: those numbered above are multi-token prediction."""
    of_dtype: Counter[str] = Counter()
    of_part: Counter[str] = Counter()
    elements = 0
    for source, header in headers:
        for name, entry in header.items():
            dtype, count, size = _entry(name, entry, source)
            of_dtype[dtype] += size
            of_part[_part(name, layers)] += size
            elements += count
    return Tensors(
        bytes=sum(of_dtype.values()),
        dtype=_FLOATS.get(_largest_float(of_dtype), ""),
        parameters=0 if _PACKED & of_dtype.keys() else elements,
        vision_bytes=of_part["tower"],
        draft_bytes=of_part["draft"],
    )


def index_of(text: str | bytes, source: str) -> tuple[int, tuple[str, ...]]:
    """Total bytes (0: not said) and shard names of an index; BadInput when it is broken."""
    try:
        index = json.loads(text)
        total = int(index.get("metadata", {}).get("total_size", 0))
        shards = tuple(sorted({str(shard) for shard in index["weight_map"].values()}))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise broken(source, f"{type(error).__name__}: {error}") from error
    except RecursionError as error:
        raise broken(source, "nested too deeply") from error
    if not 0 <= total <= MOST_BYTES or any("/" in shard or "\\" in shard for shard in shards):
        raise broken(source, "it names an impossible size or a file outside the folder")
    return total, shards


def root_files(names: Iterable[str]) -> tuple[str, ...]:
    """The weight files to load when there is no index: those of the root folder, without the
    second copy that `consolidated` files are."""
    found = sorted(name for name in names if name.endswith(".safetensors") and "/" not in name)
    if SINGLE in found:
        return (SINGLE,)
    return tuple(name for name in found if "consolidated" not in name) or tuple(found)


def broken(source: str, detail: str) -> BadInput:
    return BadInput(
        f"{source} is not a readable safetensors file.",
        detail=detail,
        hint="Download the file again: it may have been cut off.",
    )


def _entry(name: str, entry: object, source: str) -> tuple[str, int, int]:
    """Dtype, elements and bytes of one tensor."""
    try:
        begin, end = entry["data_offsets"]  # type: ignore[index]
        dtype, shape = str(entry["dtype"]), entry["shape"]  # type: ignore[index]
        count, size = prod(int(side) for side in shape), int(end) - int(begin)
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise broken(source, f"tensor `{name}`: {type(error).__name__}: {error}") from error
    if not (0 <= size <= MOST_BYTES and 0 <= count <= MOST_BYTES):
        raise broken(source, f"tensor `{name}` has an impossible size")
    return dtype, count, size


def _part(name: str, layers: int) -> str:
    if _TOWER.search(name):
        return "tower"
    layer = _LAYER.search(name)
    if _DRAFT.search(name) or (layer and int(layer[2]) >= layers):
        return "draft"
    return "language"


def _largest_float(of_dtype: Mapping[str, int]) -> str:
    floats = [dtype for dtype in of_dtype if dtype in _FLOATS]
    return max(floats, key=lambda dtype: of_dtype[dtype], default="")
