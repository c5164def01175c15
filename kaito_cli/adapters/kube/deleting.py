"""Removal of objects, in the reverse of the order in which they are applied."""

from collections.abc import Sequence

from kaito_cli.adapters.kube.calls import Sent
from kaito_cli.adapters.kube.objects import Objects
from kaito_cli.adapters.kube.problems import translated
from kaito_cli.adapters.kube.side_by_side import side_by_side
from kaito_cli.adapters.kube.told import Rejected
from kaito_cli.adapters.kube.waves import waves
from kaito_cli.model import Ref

_NOT_FOUND, _CONFLICT = 404, 409


def deleted(objects: Objects, refs: Sequence[Ref]) -> None:
    """Ask for the removal of each; nothing for what is gone or going. What fails lets its own
    wave finish, and the next does not begin: it holds what the first one needs."""
    for wave in reversed(waves(refs, lambda each: each.kind)):
        side_by_side(lambda ref: _delete(objects, ref), wave[::-1])


def _delete(objects: Objects, ref: Ref) -> None:
    kind = objects.known(ref.kind, ref.api_version)
    if kind is None:
        return  # no such kind, no such object
    namespace = kind.in_namespace(ref.namespace)
    path = kind.path(namespace, ref.name)
    sent = Sent(method="DELETE", path=path, query={"propagationPolicy": "Background"})
    with translated(objects.call("delete", kind, namespace, ref.name)):
        try:
            objects.calls.asked(sent)
        except Rejected as error:
            gone = error.status == _NOT_FOUND and error.is_of_an_api_server
            if not gone and error.status != _CONFLICT:  # it is being emptied already
                raise
