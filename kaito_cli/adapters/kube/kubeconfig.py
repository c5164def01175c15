"""Read kubeconfig files as kubectl does: which cluster, which namespace, which sign-in.

The kubernetes client has a reader of its own; importing it takes half a second, and whoever
only wants to know what the current context points at should not wait for it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kaito_cli.adapters.home import expanded, in_home
from kaito_cli.decoding import read_yaml
from kaito_cli.errors import BadInput

Entries = dict[str, dict[str, Any]]

_KINDS = {"clusters": "cluster", "contexts": "context", "users": "user"}
_KUBELOGIN = re.compile(r"(.*[/\\])?kubelogin(\.exe)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubeconfig:
    """All files in one: entries by name, each as the file has it. ``current`` names a context;
    empty: none."""

    current: str = ""
    contexts: Entries = field(default_factory=dict)
    clusters: Entries = field(default_factory=dict)
    users: Entries = field(default_factory=dict)

    def server_host(self, context: str = "") -> str:
        """The host of the API server that ``context`` (default: the current one) points at, in
        lower case; empty: it points at none."""
        cluster = self.clusters.get(str(self._context(context).get("cluster")), {})
        try:
            return urlsplit(str(cluster.get("server") or "")).hostname or ""
        except ValueError:  # an address that is none
            return ""

    def namespace(self, context: str = "") -> str:
        """The namespace that ``context`` chooses; empty: none."""
        return str(self._context(context).get("namespace") or "")

    def entra_server(self, context: str = "") -> str:
        """The id of the Entra application that tokens for the cluster are for, where its user
        signs in by kubelogin; empty: it signs in otherwise."""
        user = self.users.get(str(self._context(context).get("user")), {})
        sign_in = user.get("exec")
        if not isinstance(sign_in, dict) or not _KUBELOGIN.fullmatch(str(sign_in.get("command"))):
            return ""
        return _option("--server-id", sign_in.get("args"))

    def _context(self, name: str) -> Mapping[str, Any]:
        if name and name not in self.contexts:
            there = ", ".join(f"`{each}`" for each in self.contexts) or "none"
            raise BadInput(
                f"The kubeconfig has no context `{name}`.", hint=f"Its contexts: {there}."
            )
        return self.contexts.get(name or self.current, {})


def load(file: str = "") -> Kubeconfig:
    """``file`` (--kubeconfig), else the files that KUBECONFIG lists, else ~/.kube/config.

    The first file to name an entry wins. A file of the list, or the default one, may be
    missing. Raises BadInput for one that is broken, and for ``file`` when it is not there.
    """
    if file:
        return parsed(_text(expanded(file)), file)
    listed = [each for each in os.environ.get("KUBECONFIG", "").split(os.pathsep) if each]
    at_home = in_home(".kube", "config")
    files = [Path(each) for each in listed] or ([at_home] if at_home else [])
    return _merged([found for each in files if (found := _unless_missing(each))])


def parsed(text: str, source: str) -> Kubeconfig:
    """One file's text; BadInput names ``source``."""
    value = read_yaml(text, source)
    if value is None:
        return Kubeconfig()
    if not isinstance(value, dict):
        raise _broken(source, "it is no mapping")
    return Kubeconfig(
        current=str(value.get("current-context") or ""),
        **{kind: _entries(value, kind, source) for kind in _KINDS},
    )


def _entries(config: Mapping[str, Any], kind: str, source: str) -> Entries:
    """The named entries of a list as ``clusters``, without those that lack a name or a body."""
    listed = config.get(kind) or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise _broken(source, f"`{kind}` is no list of named entries")
    found: Entries = {}
    for each in listed:
        body = each.get(_KINDS[kind])
        if each.get("name") and isinstance(body, dict):
            found.setdefault(str(each["name"]), body)
    return found


def _merged(found: list[Kubeconfig]) -> Kubeconfig:
    return Kubeconfig(
        current=next((each.current for each in found if each.current), ""),
        **{
            kind: {
                name: body for each in reversed(found) for name, body in getattr(each, kind).items()
            }
            for kind in _KINDS
        },
    )


def _unless_missing(file: Path) -> Kubeconfig | None:
    try:
        text = _text(file)
    except BadInput as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise
    return parsed(text, str(file))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"The kubeconfig {file} cannot be read.",
            detail=str(error),
            hint="Name another one with --kubeconfig, or set KUBECONFIG.",
        ) from error


def _broken(source: str, what: str) -> BadInput:
    return BadInput(
        f"The kubeconfig {source} is not valid: {what}.",
        hint=f"See what kubectl makes of it: kubectl config view --kubeconfig {source}",
    )


def _option(name: str, arguments: object) -> str:
    """The value of ``name`` in a command line, as the next word or behind `=`."""
    words = [str(each) for each in arguments] if isinstance(arguments, list) else []
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return ""
