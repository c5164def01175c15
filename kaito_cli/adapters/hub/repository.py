"""The Hugging Face hub, or a look-alike at HF_ENDPOINT, through huggingface_hub.

Only headers and small JSON files are fetched, nothing is stored. huggingface_hub adds the
token (HF_TOKEN or the logged-in one) and refuses to call out when HF_HUB_OFFLINE is set.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kaito_cli.adapters.hub.calls import Repository, translated, tried
from kaito_cli.adapters.hub.folder import (
    CHAT_TEMPLATES,
    language_layers,
    mentions_chat_template,
    read_folder,
    with_quantization,
)
from kaito_cli.adapters.hub.safetensors import (
    INDEX,
    LENGTH_BYTES,
    header_length,
    index_of,
    read_header,
    root_files,
    tally,
)
from kaito_cli.catalog.config import read_config
from kaito_cli.errors import Unsupported
from kaito_cli.ports import Snapshot, Tensors

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

_SECONDS = (10.0, 30.0, 30.0, 10.0)  # to connect, read, write, and get a connection
_FIRST_BYTES = 100_000  # holds most headers whole, so that one request is enough
_CHEAP_SHARDS = 64  # more than that, and the index alone is read
_AT_ONCE = 8
_LONGEST_FILE = 64 * 1024**2  # no JSON file of a model is larger


class HuggingFaceHub:
    """The Hub port over HTTP. ``endpoint`` empty: HF_ENDPOINT, or huggingface.co."""

    def __init__(self, endpoint: str = "", *, pause_seconds: float = 0.5) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._pause_seconds = pause_seconds

    def snapshot(self, id: str, revision: str = "") -> Snapshot:
        """See :class:`kaito_cli.ports.Hub`."""
        from huggingface_hub import constants

        if constants.HF_HUB_OFFLINE and (found := self.cached(id, revision)):
            return found
        repository = Repository(self._host(), id, revision)
        info = self._info(repository)
        at = replace(repository, revision=str(info.sha or revision or "main"))
        names = tuple(str(each.rfilename) for each in info.siblings or ())
        config = self._config(at, names)
        return Snapshot(
            id=id,
            revision=str(info.sha or ""),
            config=config,
            tensors=self._tensors(at, names, config),
            license=_license(info),
            gated=bool(info.gated),
            chat=self._chat(at, names),
        )

    def cached(self, id: str, revision: str = "") -> Snapshot | None:
        """See :class:`kaito_cli.ports.Hub`."""
        from huggingface_hub import try_to_load_from_cache

        with translated(Repository(self._host(), id, revision)):
            found = try_to_load_from_cache(id, "config.json", revision=revision or "main")
        if not isinstance(found, str):
            return None
        folder = Path(found).parent
        return replace(read_folder(folder), id=id, revision=folder.name)

    def folder(self, path: Path) -> Snapshot:
        """See :class:`kaito_cli.ports.Hub`."""
        return read_folder(path)

    def has_token(self) -> bool:
        """See :class:`kaito_cli.ports.Hub`."""
        from huggingface_hub import get_token

        return bool(get_token())

    def _host(self) -> str:
        from huggingface_hub import constants

        return self._endpoint or str(constants.ENDPOINT)

    def _api(self) -> "HfApi":
        from huggingface_hub import HfApi

        return HfApi(endpoint=self._host())

    def _info(self, repository: Repository) -> "ModelInfo":
        def ask() -> "ModelInfo":
            return self._api().model_info(
                repository.id, revision=repository.revision or None, timeout=_SECONDS[1]
            )

        with translated(repository):
            return tried(ask, self._pause_seconds)

    def _config(self, at: Repository, names: tuple[str, ...]) -> dict[str, Any]:
        if "config.json" not in names:
            raise Unsupported(
                f"`{at.id}` has no config.json.",
                detail=_what_is_there(names),
                hint="Name a repository in the transformers format.",
            )
        config = read_config(self._get(at, "config.json"), f"config.json of {at.id}")
        if "hf_quant_config.json" not in names:
            return config
        text = self._get(at, "hf_quant_config.json")
        return with_quantization(config, read_config(text, f"hf_quant_config.json of {at.id}"))

    def _tensors(self, at: Repository, names: tuple[str, ...], config: dict[str, Any]) -> Tensors:
        total, files = 0, root_files(names)
        if INDEX in names:
            total, files = index_of(self._get(at, INDEX), f"{INDEX} of {at.id}")
        if not files:
            raise Unsupported(
                f"`{at.id}` has no safetensors weights.",
                detail=_what_is_there(names),
                hint="Name a repository or revision with safetensors, or a folder with them.",
            )
        if total and len(files) > _CHEAP_SHARDS:
            return Tensors(bytes=total)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            headers = list(pool.map(lambda name: (name, self._header(at, name)), files))
        return tally(headers, language_layers(config, f"config.json of {at.id}"))

    def _header(self, at: Repository, name: str) -> Mapping[str, Any]:
        source = f"{name} of {at.id}"
        start = self._get(at, name, last_byte=_FIRST_BYTES)
        length = header_length(start, source)
        end = LENGTH_BYTES + length
        if end > len(start):
            start = self._get(at, name, last_byte=end - 1)
        return read_header(start[LENGTH_BYTES:end], source)

    def _chat(self, at: Repository, names: tuple[str, ...]) -> bool:
        if CHAT_TEMPLATES & set(names):
            return True
        if "tokenizer_config.json" not in names:
            return False
        return mentions_chat_template(self._get(at, "tokenizer_config.json"))

    def _get(self, at: Repository, name: str, last_byte: int = _LONGEST_FILE) -> bytes:
        """A file's content up to a byte. Streamed: a mirror may ignore the asked range."""
        from huggingface_hub import get_session, hf_hub_url

        # documented exports of huggingface_hub.utils that it does not mark as such
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

        url = hf_hub_url(at.id, name, revision=at.revision, endpoint=self._host())
        asked = {**build_hf_headers(), "range": f"bytes=0-{last_byte}"}

        def ask() -> bytes:
            with get_session().stream("GET", url, headers=asked, timeout=_SECONDS) as response:
                if response.is_error:
                    response.read()
                hf_raise_for_status(response)
                return _first(response.iter_bytes(), last_byte + 1)

        with translated(at):
            return tried(ask, self._pause_seconds)


def _first(chunks: Iterable[bytes], size: int) -> bytes:
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) >= size:
            break
    return bytes(read[:size])


def _license(info: "ModelInfo") -> str:
    """The licence of the model card; its own name where the card says `other`."""
    card = info.card_data
    if card is None or not hasattr(card, "get"):  # a mirror's card may be anything
        return "unknown"
    found = card.get("license")
    if found == "other":
        found = card.get("license_name") or found
    return str(found[0] if isinstance(found, list) and found else found or "unknown")


def _what_is_there(names: tuple[str, ...]) -> str:
    kinds = sorted({Path(name).suffix or name for name in names})
    return f"Its files are {', '.join(kinds[:12])}." if kinds else "It is empty."
