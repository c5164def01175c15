"""From what the user typed to a model: a preset, a folder, or a repository of the hub."""

import re
from collections.abc import Callable
from pathlib import Path

from kaito_cli.catalog.architectures import require_supported
from kaito_cli.catalog.config import model_from_config
from kaito_cli.catalog.config_weights import weights_from_config
from kaito_cli.catalog.models import find_preset, pinned, preset
from kaito_cli.errors import NotFound
from kaito_cli.model import Model
from kaito_cli.ports import Hub, Snapshot

_HUB_ID = re.compile(r"(?P<id>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?", re.ASCII)
_HUB_PAGE = re.compile(
    r"(https?://)?(huggingface\.co|hf\.co)/(?P<id>[\w.-]+/[\w.-]+)/?.*", re.ASCII
)
_LIKE_A_FOLDER = ("./", "../", "/", "~", ".\\", "..\\")
_ALSO_FOLDERS = (".", "..")


def resolve(
    name: str,
    hub: Callable[[], Hub],
    folders: tuple[Path, ...] = (),
    *,
    trust_remote_code: bool = False,
    offline: bool = False,
) -> Model:
    """The model ``name`` stands for: a preset's name, a folder, or ``org/name[@revision]``.

    ``hub`` is called only when the hub or a folder has to be read; a hub id that a preset
    pins is that preset, unless a revision is named. ``folders`` hold presets of the user.
    Raises NotFound with near misses, Unsupported for architectures the engine does not
    know, and whatever the hub raises.
    """
    if found := find_preset(name, folders):
        return found
    if folder := _folder(name):
        return _supported(model_of(hub().folder(folder), folder.name), trust_remote_code)
    wanted = _HUB_ID.fullmatch(name)
    if not wanted:
        _refuse_a_page(name)
        return preset(name, folders)  # which says what is near
    if not wanted["revision"] and (found := pinned(name, folders)):
        return found
    snapshot = _snapshot(hub(), wanted["id"], wanted["revision"] or "", offline=offline)
    return _supported(model_of(snapshot, wanted["id"]), trust_remote_code)


def model_of(snapshot: Snapshot, name: str) -> Model:
    """The model a snapshot describes. Without tensors `weights.bytes` is 0: not known."""
    source = f"config.json of {snapshot.id}"
    tensors = snapshot.tensors
    weights = weights_from_config(
        snapshot.config,
        bytes=tensors.bytes if tensors else 0,
        dtype=tensors.dtype if tensors else "",
        vision_bytes=tensors.vision_bytes if tensors else 0,
        draft_bytes=tensors.draft_bytes if tensors else 0,
        source=source,
    )
    return model_from_config(
        snapshot.config,
        name=name,
        id=snapshot.id,
        revision=snapshot.revision,
        weights=weights,
        parameters=tensors.parameters if tensors else 0,
        license=snapshot.license,
        gated=snapshot.gated,
        chat=snapshot.chat,
        source=source,
    )


def _refuse_a_page(name: str) -> None:
    """A page of the hub is where ids are copied from."""
    if page := _HUB_PAGE.fullmatch(name):
        raise NotFound(
            f"`{name}` is an address, not the name of a model.", hint=f"Name it `{page['id']}`."
        )


def _folder(name: str) -> Path | None:
    """The folder that is meant, if one is: `org/name` is one only with a config.json in it."""
    path = _expanded(name)
    if _is_folder(path) and (path / "config.json").is_file():
        return path.resolve()
    if not name.startswith(_LIKE_A_FOLDER) and name not in _ALSO_FOLDERS:
        return None
    if _is_folder(path):
        return path.resolve()
    raise NotFound(
        f"There is no folder `{name}`.", hint="Name the folder that holds the config.json."
    )


def _expanded(name: str) -> Path:
    """With `~` replaced; as it is where `~user` names nobody."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def _is_folder(path: Path) -> bool:
    """False, too, for what no folder can be called, such as a name of 5000 letters."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _snapshot(hub: Hub, id: str, revision: str, *, offline: bool) -> Snapshot:
    if not offline:
        return hub.snapshot(id, revision)
    if found := hub.cached(id, revision):
        return found
    raise NotFound(
        f"`{id}` is not in the local hub cache, and `--offline` was asked.",
        hint=f"Fill it with `hf download {id}`, or leave `--offline` out.",
    )


def _supported(model: Model, trust_remote_code: bool) -> Model:
    require_supported(model, trust_remote_code=trust_remote_code)
    return model
