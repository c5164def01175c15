"""All a server is made of, free to be looked at and changed while it runs."""

from dataclasses import dataclass, field

from kaito_cli.sandbox.kubernetes.access import Access
from kaito_cli.sandbox.kubernetes.faults import Faults
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.logs import Logs
from kaito_cli.sandbox.kubernetes.proxy import Address, Reach
from kaito_cli.sandbox.kubernetes.store import Store
from kaito_cli.sandbox.kubernetes.watching import Stop
from kaito_cli.sandbox.kubernetes.writes import create

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


def _unreached(pod: Manifest, port: int) -> Address | None:
    return None


@dataclass(slots=True, kw_only=True)
class ApiState:
    """``reach`` tells where a pod's port listens on this machine."""

    store: Store = field(default_factory=Store)
    access: Access = field(default_factory=Access)
    faults: Faults = field(default_factory=Faults)
    reach: Reach = _unreached
    stop: Stop = field(default_factory=Stop)
    logs: Logs = field(init=False)

    def __post_init__(self) -> None:
        self.logs = Logs(self.store)
        namespaces = self.store.resources.of("", "namespaces")
        accounts = self.store.resources.of("", "serviceaccounts")
        for name in NAMESPACES:
            create(self.store, namespaces, "", {"metadata": {"name": name}})
            create(self.store, accounts, name, {"metadata": {"name": "default"}})
