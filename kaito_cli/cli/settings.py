"""Where a setting comes from: a flag, the environment, or what `kaito use` saved."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from kaito_cli.adapters.home import in_home
from kaito_cli.cli import files
from kaito_cli.decoding import read_file
from kaito_cli.errors import BadInput
from kaito_cli.model import Auth, AzureCloud, TargetKind

VERSION = 1
FLAG = "flag"

# in the order in which they are asked
ENVIRONMENT = {
    "target": ("KAITO_TARGET",),
    "subscription": ("KAITO_SUBSCRIPTION", "AZURE_SUBSCRIPTION_ID"),
    "resource_group": ("KAITO_RESOURCE_GROUP",),
    "cluster": ("KAITO_CLUSTER",),
    "namespace": ("KAITO_NAMESPACE",),
    "auth": ("KAITO_AUTH",),
    "azure_cloud": ("AZURE_CLOUD",),
    "arm_endpoint": ("KAITO_ARM_ENDPOINT",),
}
# other tools read AZURE_CLOUD too: the Azure CLI's names, and those of azure-core
_CLOUDS = {
    "azurecloud": AzureCloud.PUBLIC,
    "azurepubliccloud": AzureCloud.PUBLIC,
    "azureusgovernment": AzureCloud.GOVERNMENT,
    "azureusgovernmentcloud": AzureCloud.GOVERNMENT,
    "azurechinacloud": AzureCloud.CHINA,
}
_MISSING = (FileNotFoundError, NotADirectoryError)
_CLOSED: dict[str, type[StrEnum]] = {"target": TargetKind, "auth": Auth, "azure_cloud": AzureCloud}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults as config.yaml holds them; empty or None: not set."""

    version: int = VERSION
    target: TargetKind | None = None
    subscription: str = ""
    resource_group: str = ""
    cluster: str = ""
    context: str = ""
    kubeconfig: str = ""
    namespace: str = ""
    auth: Auth | None = None
    azure_cloud: AzureCloud | None = None
    arm_endpoint: str = ""
    arm_audience: str = ""

    def given(self) -> dict[str, str]:
        """What is set, by the name of its field."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: str(value) for name, value in values.items() if value and name != "version"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value in force; ``source`` is a flag, a variable or a file."""

    option: str
    value: str
    source: str


def file() -> Path | None:
    """Where defaults are saved; None where the user has no home to save them in."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    home = Path(folder) if folder else in_home(".config")
    return home / "kaito" / "config.yaml" if home else None


def saved() -> Settings:
    """What `kaito use` saved; nothing where there is no file. BadInput names a broken one."""
    where = file()
    if where is None:
        return Settings()
    try:
        found = read_file(where, Settings)
    except BadInput as error:
        if isinstance(error.__cause__, _MISSING):
            return Settings()
        raise BadInput(
            error.message,
            detail=error.detail,
            hint=f"Mend {where}, or start anew with `kaito use --clear`.",
        ) from error
    if found.version != VERSION:
        raise BadInput(
            f"{where} was written by a newer kaito.", hint="Update kaito, or `kaito use --clear`."
        )
    return found


def save(settings: Settings) -> Path:
    """Replace the saved defaults, readable by their owner alone; the file they are in."""
    import yaml

    where = file()
    if where is None:
        raise BadInput(
            "There is no home folder to save it in.",
            hint="Name a folder of yours in XDG_CONFIG_HOME.",
        )
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {where.parent} cannot be made.",
            detail=error.strerror or str(error),
            hint="Name another one in XDG_CONFIG_HOME.",
        ) from error
    files.write(where, yaml.safe_dump({"version": VERSION, **settings.given()}, sort_keys=False))
    return where


def clear() -> bool:
    """Forget the saved defaults; whether there were any."""
    where = file()
    if where is None:
        return False
    try:
        where.unlink()
    except _MISSING:
        return False
    except OSError as error:
        raise BadInput(
            f"{where} cannot be removed.",
            detail=error.strerror or str(error),
            hint="Remove it by hand.",
        ) from error
    return True


def merged(typed: Mapping[str, str], settings: Settings) -> Settings:
    """``settings`` with what was typed in its place."""
    values: dict[str, Any] = {name: _closed(name, text, FLAG) for name, text in typed.items()}
    return replace(settings, **values)


def in_force(typed: Mapping[str, str]) -> dict[str, Setting]:
    """The value of each setting that has one: flag, then environment, then file."""
    kept, where = saved().given(), str(file() or "")
    found = {}
    for each in fields(Settings):
        for value, source in _candidates(each.name, typed, kept, where):
            if value:
                checked = str(_closed(each.name, value, source))
                found[each.name] = Setting(option=option(each.name), value=checked, source=source)
                break
    return found


def option(name: str) -> str:
    """How a setting is spelled as a flag."""
    return f"--{name.replace('_', '-')}"


def _candidates(
    name: str, typed: Mapping[str, str], kept: Mapping[str, str], where: str
) -> list[tuple[str, str]]:
    named = [(os.environ.get(each, ""), each) for each in ENVIRONMENT.get(name, ())]
    return [(typed.get(name, ""), FLAG), *named, (kept.get(name, ""), where)]


def _closed(name: str, text: str, source: str) -> str | StrEnum:
    """``text`` as one of a closed set, where there is one. BadInput names what there is."""
    if name not in _CLOSED:
        return text
    shape = _CLOSED[name]
    plain = text.lower().replace("_", "")
    if name == "azure_cloud" and plain in _CLOUDS:
        return _CLOUDS[plain]
    try:
        return shape(text.lower())
    except ValueError as error:
        raise BadInput(
            f"`{text}` in {source} is none of {', '.join(shape)}.",
            hint="Use one of them.",
        ) from error
