"""What the Azure CLI remembers of its user: ``azureProfile.json``."""

import json
import os
import re
from pathlib import Path
from typing import Any

from kaito_cli.adapters.azure.clouds import CLI_NAMES
from kaito_cli.model import AzureCloud


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
    file = (Path(folder) if folder else Path.home() / ".azure") / "azureProfile.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))["subscriptions"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, RuntimeError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
