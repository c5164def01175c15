"""Requests about objects: each a path, a verb and what it is called in messages."""

from itertools import count
from typing import Any

from kaito_cli.adapters.answers import bounded
from kaito_cli.adapters.kube.calls import JSON, Calls, Query, Sent
from kaito_cli.adapters.kube.kinds import Kind, Kinds, plural, root
from kaito_cli.adapters.kube.problems import OddAnswer, translated
from kaito_cli.adapters.kube.refusals import unknown_kind
from kaito_cli.adapters.kube.remembered import RememberedKinds
from kaito_cli.adapters.kube.shapes import oddity
from kaito_cli.adapters.kube.told import Call, Rejected
from kaito_cli.model import Ref
from kaito_cli.ports import Manifest

# objects; kubectl asks for 500 to show the first ones early, and we need them all: 200 workspaces
# of 25 replicas are one request of some 50 MB
_PAGE = 5_000
_GONE = 410
_NOT_FOUND = 404


class Objects:
    """Reads objects, and knows their kinds. Raises as `translated` does where that is not left
    to the caller."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        kept = RememberedKinds(calls.server)
        self.kinds = Kinds(self._discovered, kept.read, kept.keep)

    def kind(self, name: str, api_version: str) -> Kind:
        """Raises ClusterFailed when the server does not know it."""
        found = self.known(name, api_version)
        if found is None:
            call = _about(self.calls.server, name, api_version)
            raise unknown_kind(call, f"{api_version} has no {name}")
        return found

    def known(self, name: str, api_version: str) -> Kind | None:
        """None when the server does not know it."""
        with translated(_about(self.calls.server, name, api_version)):
            return self.kinds.of(name, api_version)

    def below(self, verb: str, ref: Ref, subresource: str, name: str = "") -> tuple[str, Call]:
        """Path and call of a subresource; ``name``: as the path has it, where it differs."""
        kind = self.kind(ref.kind, ref.api_version)
        namespace = kind.in_namespace(ref.namespace)
        call = self.call(verb, kind, namespace, ref.name, subresource)
        return kind.path(namespace, name or ref.name, subresource), call

    def call(
        self, verb: str, kind: Kind, namespace: str = "", name: str = "", sub: str = ""
    ) -> Call:
        return Call(
            server=self.calls.server,
            verb=verb,
            resource=kind.plural,
            group=kind.group,
            kind=kind.name,
            name=name,
            namespace=namespace if kind.namespaced else "",
            namespaced=kind.namespaced,
            subresource=sub,
        )

    def get(self, ref: Ref, accept: str = JSON) -> Manifest | None:
        """One object; None when it is not there."""
        kind = self.kind(ref.kind, ref.api_version)
        namespace = kind.in_namespace(ref.namespace)
        with translated(self.call("get", kind, namespace, ref.name)):
            try:
                path = kind.path(namespace, ref.name)
                sent = Sent(method="GET", path=path, query={}, accept=accept)
                found = self.calls.asked(sent)[1]
                if what := oddity(_shape(kind, accept), [found]):
                    raise OddAnswer(what)
                return named(kind, found)
            except Rejected as error:
                if error.status == _NOT_FOUND and error.is_of_the_object:
                    return None
                self._forget(kind, error)
                raise

    def listed(
        self, kind: Kind, namespace: str, query: Query, accept: str = JSON
    ) -> tuple[list[Manifest], str]:
        """All of them, and the resourceVersion of the list. Items of a list carry neither kind
        nor version: these do."""
        with translated(self.call("list", kind, namespace)):
            try:
                items, version = self._all(kind.path(namespace), query, accept)
            except Rejected as error:
                self._forget(kind, error)
                raise
            if what := oddity(_shape(kind, accept), items):
                raise OddAnswer(f"items.{what}")
            return [named(kind, each) for each in items], version

    def _all(self, path: str, query: Query, accept: str) -> tuple[list[Manifest], str]:
        """All pages; all at once where the server forgets its pages before we read them."""
        try:
            return self._pages(path, {**query, "limit": _PAGE}, accept)
        except Rejected as error:
            if error.status != _GONE:
                raise
            return self._pages(path, query, accept)

    def _pages(self, path: str, query: Query, accept: str) -> tuple[list[Manifest], str]:
        items: list[Manifest] = []
        token = ""
        for _ in bounded(count(), self.calls.pace.bounds):
            asked = {**query, "continue": token}
            sent = Sent(method="GET", path=path, query=asked, accept=accept)
            page = self.calls.asked(sent)[1]
            more, metadata = _of_a_list(page)
            items += more
            token = str(metadata.get("continue") or "")
            if not token:
                break
        return items, str(metadata.get("resourceVersion") or "")

    def _discovered(self, api_version: str) -> tuple[Kind, ...]:
        """The kinds of a group and version, in one request; none when there is no such group."""
        try:
            path = root(api_version)
            found = self.calls.asked(Sent(method="GET", path=path, query={}))[1]
        except Rejected as error:
            if error.status == _NOT_FOUND:
                return ()
            raise
        try:
            return tuple(
                Kind(
                    name=str(each["kind"]),
                    api_version=api_version,
                    plural=str(each["name"]),
                    namespaced=bool(each["namespaced"]),
                )
                for each in found["resources"]
                if "/" not in each["name"]
            )
        except (KeyError, TypeError) as error:
            raise OddAnswer(f"kinds of {api_version} without {error}") from None

    def _forget(self, kind: Kind, error: Rejected) -> None:
        if error.status == _NOT_FOUND and not error.is_of_the_object:
            self.kinds.forget(kind.api_version)


def _about(server: str, kind: str, api_version: str) -> Call:
    group = api_version.rpartition("/")[0]
    return Call(server=server, verb="get", resource=plural(kind), group=group, kind=kind)


def _shape(kind: Kind, accept: str) -> str:
    """The kind whose shape an answer has; none where only metadata was asked for."""
    return kind.name if accept == JSON else ""


def named(kind: Kind, item: Any) -> Manifest:
    """An item of a list, with its kind and version."""
    if not isinstance(item, dict) or not isinstance(item.get("metadata"), dict):
        raise OddAnswer(f"an item that is no {kind.name}")
    own = {"apiVersion": kind.api_version, "kind": kind.name}
    return {**own, **item, **own}


def _of_a_list(page: Manifest) -> tuple[list[Any], Manifest]:
    items, metadata = page.get("items") or [], page.get("metadata") or {}
    listed = str(page.get("kind", "")).endswith("List")
    if not listed or not isinstance(items, list) or not isinstance(metadata, dict):
        raise OddAnswer(f"kind: {page.get('kind')}")
    return items, metadata
