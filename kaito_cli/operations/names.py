"""Names of Azure's that a command to type has blanks for, where they are known."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kaito_cli.model import LiveNodePool, Readiness


def blanks(cluster: str, group: str, pools: Sequence[LiveNodePool]) -> dict[str, str]:
    """What stands for CLUSTER, GROUP and POOL; several pools are nobody's to choose from."""
    pool = pools[0].name if len(pools) == 1 else ""
    return {"CLUSTER": cluster, "GROUP": group, "POOL": pool}


def filled(found: Readiness, known: Mapping[str, str]) -> Readiness:
    """The same with those names in what mends it."""
    if found.diagnosis is None:
        return found
    fix = found.diagnosis.fix
    for blank, name in known.items():
        if name:
            fix = re.sub(rf"\b{blank}\b", shlex.quote(name).replace("\\", r"\\"), fix)
    return replace(found, diagnosis=replace(found.diagnosis, fix=fix))
