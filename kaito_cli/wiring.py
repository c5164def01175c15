"""Connect the ports to the real world.

An adapter is imported, and a port built, when a command first needs it: `kaito plan` of a
preset pays for none.
"""

from collections.abc import Callable
from functools import cached_property

from kaito_cli.errors import BadInput
from kaito_cli.model import Target
from kaito_cli.ports import Clock, Cloud, Cluster, Hub, Limits, Prices, World

Connect = Callable[[Target], World]


def connect(target: Target) -> World:
    """The world as ``target`` names it; nothing is asked yet."""
    return _Connected(target)


class _Connected:
    """The World port: every port is made once, at its first use."""

    def __init__(self, target: Target) -> None:
        self.target = target

    @cached_property
    def hub(self) -> Hub:
        """Hugging Face's hub, or the one that HF_ENDPOINT names."""
        from kaito_cli.adapters.hub.repository import HuggingFaceHub

        return HuggingFaceHub()

    @property
    def cloud(self) -> Cloud:
        raise no_target()

    @property
    def limits(self) -> Limits:
        raise no_target()

    @property
    def cluster(self) -> Cluster:
        raise no_target()

    @property
    def prices(self) -> Prices:
        raise no_target()

    @cached_property
    def clock(self) -> Clock:
        from kaito_cli.adapters.clock import SystemClock

        return SystemClock()


def no_target() -> BadInput:
    """What a command that needs a cluster says when none was named."""
    return BadInput(
        "Which cluster is meant?",
        hint="Add --target aks, --target kubeconfig or --target sandbox; `kaito use` remembers it.",
    )
