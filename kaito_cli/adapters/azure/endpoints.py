"""Where Azure Resource Manager answers, and for whom a token is asked."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from kaito_cli.adapters.loopback import LOOPBACK
from kaito_cli.errors import BadInput
from kaito_cli.model import AzureCloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``url`` without a slash at its end; ``audience`` is whom tokens are asked for."""

    url: str
    audience: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def plain_loopback(self) -> bool:
        """A server on this machine without TLS, which must never see a user's token."""
        return self.url.startswith("http:")

    def covers(self, url: str) -> bool:
        """Whether a link leads to this server, or to a part of it as eastus.management… is."""
        asked, own = urlsplit(url), urlsplit(self.url)
        if self.plain_loopback:
            return asked[:2] == own[:2]
        host = (asked.hostname or "").lower()
        same = host == self.host or host.endswith(f".{self.host}")
        return asked.scheme == "https" and same and _port(asked) == _port(own)


EXAMPLE = "management.azure.com"

# azure-mgmt-core 1.6.0, tools.get_arm_endpoints
CLOUDS = {
    AzureCloud.PUBLIC: Endpoint(
        url="https://management.azure.com", audience="https://management.azure.com"
    ),
    AzureCloud.GOVERNMENT: Endpoint(
        url="https://management.usgovcloudapi.net",
        audience="https://management.core.usgovcloudapi.net",
    ),
    AzureCloud.CHINA: Endpoint(
        url="https://management.chinacloudapi.cn", audience="https://management.chinacloudapi.cn"
    ),
}


def arm_endpoint(
    cloud: AzureCloud = AzureCloud.PUBLIC,
    url: str = "",
    audience: str = "",
    *,
    source: str = "--arm-endpoint",
) -> Endpoint:
    """The endpoint of ``cloud``, or the one at ``url`` with its ``audience``; ``source`` is the
    flag, variable or file that named it.

    Raises BadInput for what is no address, for http beyond this machine, and for a host that
    is not Azure's when no audience is named: a token is only ever sent to whom it is for.
    """
    if not url:
        return Endpoint(url=CLOUDS[cloud].url, audience=audience or CLOUDS[cloud].audience)
    named = Endpoint(url=checked(url, source), audience=audience.rstrip("/"))
    if named.plain_loopback or named.audience:
        return named
    for each in CLOUDS.values():
        if each.covers(named.url):
            return Endpoint(url=named.url, audience=each.audience)
    raise BadInput(
        f"Whom is a token for `{named.host}` meant for? It is not a host of Azure.",
        hint="Add --arm-audience, as in --arm-audience https://management.example.com",
    )


def checked(url: str, option: str) -> str:
    """``url`` without a slash at its end; BadInput, which names the flag, variable or file in
    ``option``, unless it is https, or http on this machine."""
    parts = _parts(url)
    if parts.scheme in ("https", "http") and _port(parts) is None:
        raise BadInput(
            f"The address in `{option}` has a port that is none: they are 1 to 65535.",
            hint=_as_in(option, f"{parts.scheme}://{_without_port(parts)}"),
        )
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.hostname and (plain or parts.scheme == "https"):
        if parts.username or parts.password or parts.query or parts.fragment:
            raise BadInput(
                f"`{option}` takes scheme, host, port and path, and no more.",
                hint=_as_in(option, f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"),
            )
        return url.strip().rstrip("/")
    raise BadInput(
        f"`{option}` takes an https:// address; http:// only on 127.0.0.1 or [::1].",
        hint=_as_in(option, f"https://{_host_of(url)}"),
    )


def _as_in(option: str, url: str) -> str:
    """How the address is typed: behind a flag, into a variable, or what mends the file."""
    if option.startswith("--"):
        return f"Type `{option} {url}`."
    if option.isidentifier():
        return f"Type `export {option}={url}`."
    return f"Type `kaito use --arm-endpoint {url}`."


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url.strip())
    except ValueError:  # as of half an IPv6 address
        return urlsplit("")


def _port(parts: SplitResult) -> int | None:
    """None for what is no port."""
    try:
        port = parts.port
    except ValueError:
        return None
    return (443 if parts.scheme == "https" else 80) if port is None else port or None


def _without_port(parts: SplitResult) -> str:
    """The host as it is typed, an IPv6 address in its brackets."""
    return parts.netloc.rpartition("@")[2].rpartition(":")[0] or EXAMPLE


def _host_of(url: str) -> str:
    """Something to show as an example: the host that was typed, if there is one."""
    found = re.match(r"(?:[a-z]+://)?+(?:[^/@\s]*@)?([\w.-]+)", url.strip(), re.IGNORECASE)
    return found[1] if found else EXAMPLE
