"""What preflight finds, before a cent is spent."""

from dataclasses import dataclass
from enum import StrEnum

from kaito_cli.model.plan import Cost, Placement


class Verdict(StrEnum):
    """BLOCKED only on a conclusive no; UNKNOWN never stops anything."""

    OK = "ok"
    WARNING = "warning"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """What is looked at; WORKSPACE by doctor alone."""

    OFFER = "offer"
    ZONES = "zones"
    FAMILY_QUOTA = "family-quota"
    REGIONAL_QUOTA = "regional-quota"
    SPOT_QUOTA = "spot-quota"
    OS_DISK = "os-disk"
    PERMISSION = "permission"
    PROVIDER = "provider"
    CLUSTER = "cluster"
    KUBERNETES_VERSION = "kubernetes-version"
    SUBNET = "subnet"
    NODE_POOL = "node-pool"
    WORKSPACE = "workspace"
    WEIGHTS = "weights"
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``message`` is a sentence; ``needed``, ``used`` and ``limit`` are in ``unit`` where the
    check is about a figure; ``hint`` is a command or page that solves it."""

    check: Check
    verdict: Verdict
    message: str
    unit: str = ""
    needed: int | None = None
    used: int | None = None
    limit: int | None = None
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A choice that nothing known blocks: ``flags`` select it; ``unchecked`` says what of it
    could not be asked."""

    placement: Placement
    cost: Cost
    flags: str
    reason: str
    zones: tuple[str, ...] = ()
    unchecked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Everything looked at for one workspace, worst first, and the way out when blocked."""

    workspace: str
    namespace: str
    cluster: str
    placement: Placement
    cost: Cost
    findings: tuple[Finding, ...]
    nearest: Nearest | None = None

    @property
    def blocked(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.verdict is Verdict.BLOCKED)
