"""What a subscription may have, told from memory, with every request counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kaito_cli.catalog.gpus import vm_sizes
from kaito_cli.errors import KaitoError
from kaito_cli.model import Permission, SkuOffer, Subnet, Usage

T = TypeVar("T")

EVERYTHING = (Permission(actions=("*",)),)


def offers(**changes: SkuOffer | None) -> tuple[SkuOffer, ...]:
    """Every size of the catalogue, offered in three zones; None takes one away."""
    found = {each.name: _offer(each.name) for each in vm_sizes()}
    return tuple(each for each in (found | changes).values() if each)


def _offer(name: str) -> SkuOffer:
    size = next(each for each in vm_sizes() if each.name == name)
    return SkuOffer(
        name=name,
        family=size.quota_family,
        vcpus=size.vcpus,
        zones=("1", "2", "3"),
        spot=True,
        ephemeral_os_disk=True,
        ephemeral_os_disk_gib=size.ephemeral_os_disk_gib,
    )


def offer(name: str, **changes: object) -> SkuOffer:
    """One size as offered, changed."""
    return replace(_offer(name), **changes)  # type: ignore[arg-type]


def usages(limit: int = 1000, **limits: int) -> tuple[Usage, ...]:
    """Nothing is in use; ``limits`` are those of the families of VM sizes, by size."""
    families = {each.name: each.quota_family for each in vm_sizes() if each.quota_family}
    found = dict.fromkeys(families.values(), limit)
    found |= {"cores": limit, "lowPriorityCores": limit}
    found |= {families.get(name, name): most for name, most in limits.items()}
    return tuple(Usage(name=name, used=0, limit=most) for name, most in found.items())


@dataclass(kw_only=True)
class TellsLimits:
    """The Limits port. A method in ``failing`` raises that error."""

    offered: tuple[SkuOffer, ...] = field(default_factory=offers)
    quotas: tuple[Usage, ...] = field(default_factory=usages)
    granted: tuple[Permission, ...] = EVERYTHING
    state: str = "Registered"
    free: int = 200
    failing: Mapping[str, KaitoError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def skus(self, region: str) -> tuple[SkuOffer, ...]:
        return self._told("skus", region, self.offered)

    def usages(self, region: str) -> tuple[Usage, ...]:
        return self._told("usages", region, self.quotas)

    def permissions(self, scope: str) -> tuple[Permission, ...]:
        return self._told("permissions", scope, self.granted)

    def provider_state(self, namespace: str) -> str:
        return self._told("provider_state", namespace, self.state)

    def subnet(self, id: str) -> Subnet:
        return self._told("subnet", id, Subnet(id=id, addresses=251, used=251 - self.free))

    def _told(self, method: str, about: str, answer: T) -> T:
        self.asked.append(f"{method} {about}")
        if method in self.failing:
            raise self.failing[method]
        return answer
