"""How the API server is reached: a kubeconfig, in-cluster, and whose token is shown.

Nothing here talks to the cluster; a credential plugin of the user's own kubeconfig is run.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kaito_cli.adapters.answers import ODD
from kaito_cli.adapters.home import expanded, in_home
from kaito_cli.adapters.kube.plugin import Plugin, is_kubelogin, take_plugin
from kaito_cli.adapters.loopback import LOOPBACK
from kaito_cli.errors import BadInput, ClusterFailed
from kaito_cli.readiness.known_secrets import keep_secret

Token = Callable[[], str]

_DEFAULT_FILE = "~/.kube/config"
_IN_CLUSTER = "KUBERNETES_SERVICE_HOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """``configuration`` is a ``kubernetes.client.Configuration``: address and certificates;
    ``token``, where there is one, is asked before each request and goes beside it. ``forget``:
    what was shown is not accepted, read or make another."""

    configuration: Any
    token: Token | None = None
    forget: Callable[[], None] = lambda: None

    @property
    def server(self) -> str:
        return str(self.configuration.host)


def from_text(kubeconfig: str, token: Token | None = None) -> Connection:
    """By a kubeconfig that Azure handed out, as YAML.

    ``token`` replaces kubelogin. No program named there is ever run: raises ClusterFailed when
    it wants another one, or kubelogin and there is no ``token``.
    """
    import yaml
    from kubernetes.config.kube_config import ConfigNode

    with _readable("The kubeconfig of the cluster"):
        config = ConfigNode("kubeconfig", yaml.safe_load(kubeconfig))
        return _connection(config, "", token, run_plugins=False)


def from_files(files: str = "", context: str = "", token: Token | None = None) -> Connection:
    """As kubectl: ``files`` or KUBECONFIG or ~/.kube/config, and without any, in-cluster.

    ``token`` replaces kubelogin; other credential plugins are run. Raises BadInput when there
    is no such file or context, or none at all, and ClusterFailed when a plugin fails.
    """
    from kubernetes.config.kube_config import KubeConfigMerger

    named = files or os.environ.get("KUBECONFIG") or str(in_home(".kube", "config") or "")
    if not any(expanded(each).is_file() for each in named.split(os.pathsep) if each):
        return _without_file(named or _DEFAULT_FILE, asked=bool(files))
    with _readable(f"The kubeconfig `{named}`"):
        merged = KubeConfigMerger(named)
        return _connection(merged.config, context, token, persister=merged.save_changes)


def _without_file(named: str, *, asked: bool) -> Connection:
    if not asked and os.environ.get(_IN_CLUSTER):
        return _in_cluster()
    raise BadInput(
        f"There is no kubeconfig `{named}`.",
        hint="Name one with --kubeconfig or KUBECONFIG; "
        "`az aks get-credentials -g GROUP -n CLUSTER` writes one.",
    )


def _in_cluster() -> Connection:
    """The service account of the pod we run in; the client reads its token anew each minute."""
    from kubernetes.client import Configuration
    from kubernetes.config import load_incluster_config

    configuration = Configuration()
    with _readable("The service account of this pod"):
        load_incluster_config(client_configuration=configuration)

    def read_again() -> None:
        with _readable("The service account of this pod"):
            load_incluster_config(client_configuration=configuration)

    return Connection(configuration=_bounded(configuration), forget=read_again)


def _connection(
    config: Any,
    context: str,
    token: Token | None,
    *,
    persister: Callable[[], None] | None = None,
    run_plugins: bool = True,
) -> Connection:
    """Address, certificates and token of one context of a kubeconfig.

    A credential plugin is taken out before the client sees it, for the client logs a failure
    of it and goes on as nobody.
    """
    from kubernetes.client import Configuration
    from kubernetes.config.kube_config import KubeConfigLoader

    _require_context(config, context)
    _keep_secrets(config)
    loader = KubeConfigLoader(
        config, active_context=context or None, config_base_path=None, config_persister=persister
    )
    plugin = take_plugin(config, loader.current_context["context"])
    shown = _shown(plugin, token, run_plugins)
    configuration = Configuration()
    loader.load_and_set(configuration)
    # also what a file holds that the kubeconfig names
    keep_secret(*(word for each in configuration.api_key.values() for word in each.split()[1:]))
    if shown:
        _require_safe(configuration.host)

    def read_again() -> None:
        """A token of a file may be newer by now, and a plugin may print another."""
        with _readable("The kubeconfig"):
            loader.load_and_set(configuration)
        if plugin and shown == plugin.token:
            plugin.renew()

    return Connection(configuration=_bounded(configuration), token=shown, forget=read_again)


def _shown(plugin: Plugin | None, token: Token | None, run_plugins: bool) -> Token | None:
    """Whose token is shown: none where certificates or a token of the kubeconfig are."""
    if plugin is None:
        return None
    if token and is_kubelogin(plugin.command):
        return token
    if not run_plugins:
        raise _unasked(plugin.command)
    return plugin.sign_in()


def _keep_secrets(config: Any) -> None:
    """What the users of a kubeconfig sign in with is never shown."""
    for each in config.safe_get("users") or ():
        user = getattr(each, "value", each).get("user") or {}
        keep_secret(user.get("token"), user.get("password"))


def _bounded(configuration: Any) -> Any:
    """The client's own retries off: they would wait out three read timeouts."""
    import urllib3

    configuration.retries = False
    if not configuration.verify_ssl:  # the user's kubeconfig wants it so; kubectl is silent too
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return configuration


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Errors of reading a kubeconfig come out as BadInput, without quoting it: it may hold
    a token."""
    import yaml
    from kubernetes.config import ConfigException

    try:
        yield
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise BadInput(f"{what} is not YAML{line}.", hint=_INSTEAD) from None
    except (ConfigException, OSError) as error:
        raise BadInput(f"{what} cannot be used.", detail=str(error), hint=_INSTEAD) from error
    except ODD as error:
        raise BadInput(
            f"{what} is not a kubeconfig.", detail=type(error).__name__, hint=_INSTEAD
        ) from None


_INSTEAD = "`kubectl config view` shows what kubectl makes of it."


def _require_context(config: Any, context: str) -> None:
    """BadInput that lists the contexts there are, when the one asked for is none of them."""
    names = [each["name"] for each in config.safe_get("contexts") or ()]
    if context and context not in names:
        raise BadInput(
            f"The kubeconfig has no context `{context}`.",
            hint=f"Its contexts: {', '.join(names) or 'none'}.",
        )
    if not context and not config.safe_get("current-context"):
        raise BadInput(
            "The kubeconfig has no current context.",
            hint=f"Choose one with --context: {', '.join(names) or 'it has none'}.",
        )


def _require_safe(server: str) -> None:
    """A token goes out encrypted, or to this machine."""
    address = urlsplit(server)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise ClusterFailed(
            f"The API server `{server}` is not reached by https: no token is sent there.",
            hint="Use a kubeconfig whose server begins with https.",
        )


def _unasked(command: str) -> ClusterFailed:
    name = re.split(r"[\\/]", command)[-1]
    return ClusterFailed(
        f"The cluster's kubeconfig wants `{name}` to be run, which kaito does not do unasked.",
        hint="`az aks get-credentials` writes it to your own; then use --target kubeconfig.",
    )
