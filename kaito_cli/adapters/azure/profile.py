"""What the Azure CLI remembers of its user: ``azureProfile.json``."""

import json
import os
import re
from pathlib import Path
from typing import Any

from kaito_cli.adapters.answers import ODD
from kaito_cli.adapters.azure.clouds import CLI_NAMES
from kaito_cli.adapters.home import in_home
from kaito_cli.model import AzureCloud

_BROKEN: tuple[type[Exception], ...] = (OSError, *ODD)


def default_subscription(cloud: AzureCloud) -> str:
    """The id of the subscription that `az account set` chose in ``cloud``; empty: none.

    A file that is missing, broken or of another shape chooses none: it is not ours.
    """
    for each in _subscriptions():
        if each.get("isDefault") is True and each.get("environmentName") == CLI_NAMES[cloud]:
            return _guid(each.get("id"))
    return ""


def _guid(id: object) -> str:
    """An id that goes into addresses: a GUID and nothing else."""
    found = str(id)
    return (
        found if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", found) else ""
    )


def _subscriptions() -> list[dict[str, Any]]:
    folder = os.environ.get("AZURE_CONFIG_DIR")
    home = Path(folder) if folder else in_home(".azure")
    if home is None:
        return []
    try:
        found = json.loads((home / "azureProfile.json").read_text(encoding="utf-8-sig"))[
            "subscriptions"
        ]
    except _BROKEN:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
