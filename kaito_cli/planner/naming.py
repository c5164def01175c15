"""Names of what kaito makes: workspaces and node pools."""

import hashlib
import json
import re
from collections.abc import Mapping

from kaito_cli.errors import BadInput

WORKSPACE = re.compile(r"[a-z][a-z0-9-]{0,44}")
LONGEST_WORKSPACE = 45
POOL_WORD = 5
POOL_DIGITS = 6
BASE_36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def workspace_name(asked: str, model: str) -> str:
    """The name asked for, checked; or the last part of the model's made a DNS label."""
    if asked:
        if not WORKSPACE.fullmatch(asked):
            raise BadInput(
                f"`{asked}` cannot name a workspace.",
                hint="Use at most 45 lower-case letters, digits and dashes, a letter first.",
            )
        return asked
    label = re.sub(r"[^a-z0-9]+", "-", model.lower().rsplit("/", 1)[-1]).strip("-")
    label = label if label[:1].isalpha() else f"m-{label}".rstrip("-")
    return label[:LONGEST_WORKSPACE].rstrip("-")


def node_pool_name(
    cluster_id: str, namespace: str, workspace: str, vm_size: str, immutable: Mapping[str, object]
) -> str:
    """`k`, up to 5 letters or digits of the workspace, 6 base-36 digits of SHA-256 over all
    that a pool cannot change: another spot, zone or disk is another pool. AKS allows 12
    lower-case letters and digits."""
    word = re.sub(r"[^a-z0-9]", "", workspace)[:POOL_WORD]
    return f"k{word}{_digits([cluster_id, namespace, workspace, vm_size, dict(immutable)])}"


def karpenter_pool_name(namespace: str, workspace: str) -> str:
    """The workspace and 6 base-36 digits of SHA-256 over namespace and workspace.

    A NodePool is of the whole cluster, so two namespaces may not meet in one name; it is the
    value of a label and begins names of nodes and machines, hence a DNS label of 52 at most. It
    stays whatever the pool becomes: Karpenter changes pools in place.
    """
    return f"{workspace}-{_digits([namespace, workspace])}"


def _digits(identity: list[object]) -> str:
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    digits = ""
    for _ in range(POOL_DIGITS):
        number, digit = divmod(number, len(BASE_36))
        digits += BASE_36[digit]
    return digits
