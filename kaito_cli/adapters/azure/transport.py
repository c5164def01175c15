"""The way to a server, which gives up on answers that do not come to an end."""

from typing import TYPE_CHECKING, Any

from kaito_cli.adapters.answers import within
from kaito_cli.adapters.azure.retries import Patience

if TYPE_CHECKING:
    from azure.core.pipeline.transport import RequestsTransport


def transport(patience: Patience, *, use_environment: bool = True) -> "RequestsTransport":
    """A transport of azure-core within the limits of ``patience``; raises Endless beyond them.

    ``use_environment``: by the proxies and certificates that the environment names.
    """
    from azure.core.pipeline.transport import RequestsTransport

    class Bounded(RequestsTransport):  # type: ignore[misc]  # it is loaded lazily
        def send(self, request: Any, **options: Any) -> Any:
            send = super().send
            return within(patience.bounds, lambda: _whole(send(request, **options), options))

    return Bounded(
        connection_timeout=patience.connect_seconds,
        read_timeout=patience.read_seconds,
        use_env_settings=use_environment,
    )


def _whole(answer: Any, options: dict[str, Any]) -> Any:
    """An answer with its body, also where it would be read later."""
    if options.get("stream"):
        answer.read()
    return answer
