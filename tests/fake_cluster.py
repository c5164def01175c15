"""A cluster with a little life of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kaito_cli.adapters.kube.waves import waves
from kaito_cli.errors import BadManifest, ClusterFailed, FieldConflict, KaitoError, NotPermitted
from kaito_cli.model import Applied, Effect, Ref
from kaito_cli.ports import Manifest, Mirror
from tests import fake_fields
from tests.fake_objects import MANAGER, FakeObjects, Step, copied, ref_of, title

__all__ = ["FakeCluster", "FakeMirror", "Step"]


class FakeCluster:
    """A cluster that holds objects, and does with them what a cluster would.

    ``life``: by kind (`Deployment`) or object (`Deployment chat`), what happens to it at each
    look: a mapping is laid over it, as in ``{"status": {…}}``, a function is called, None is
    nothing; after the last step it stays as it is. ``lingering``: looks for which an object that
    is being deleted is still there.

    ``refused``: the kind that may not be listed. ``failing``: errors by what is asked for, as in
    `apply Deployment` or `get Secret token`; free to be changed. ``interfere`` is called with
    the name of each method, as in `before apply`, once before its effect and once after; apply
    and delete also with `before apply Deployment chat` for each object. It may raise, or do what
    somebody else does meanwhile.
    """

    def __init__(
        self,
        *objects: Manifest,
        refused: str = "",
        life: Mapping[str, Sequence[Step]] | None = None,
        lingering: int = 0,
        failing: Mapping[str, KaitoError] | None = None,
        interfere: Callable[[str], None] = lambda moment: None,
    ) -> None:
        self._all = FakeObjects(objects, life or {}, lingering)
        self._interfere = interfere
        self._logs: dict[tuple[str, str, bool], list[str]] = {}
        self.asked: list[str] = []  # what changed something, as in `apply Deployment chat`
        self.looks = 0  # find, get, and looks at a mirror
        self.failing = dict(failing or {})
        self.answers: dict[str, bytes] = {}  # what ``proxied`` finds, by path
        self.ports: dict[int, int] = {}  # where ``forward`` leads, by the pod's port
        self.mirrors: list[FakeMirror] = []
        if refused:
            why = NotPermitted(f"You may not list {refused}s.", hint="Ask for a role.")
            self.failing[f"find {refused}"] = why

    @property
    def objects(self) -> list[Manifest]:
        """All of them, as they are; free to be changed."""
        return self._all.listed

    def find(
        self,
        kind: str,
        *,
        api_version: str = "v1",
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> tuple[Manifest, ...]:
        self._begin("find", kind)
        self.looks += 1
        found = self._all.look(kind, api_version, namespace, label_selector, field_selector)
        self._interfere("after find")
        return found

    def get(self, ref: Ref) -> Manifest | None:
        self._begin("get", ref.kind, ref.name)
        self.looks += 1
        found = self._all.look_at(ref)
        self._interfere("after get")
        return found

    def apply(
        self, objects: Sequence[Manifest], *, force: bool = False, dry_run: bool = False
    ) -> tuple[Applied, ...]:
        self._interfere("before apply")
        done = {}
        for wave in waves(enumerate(objects), lambda each: str(each[1].get("kind"))):
            failed = []
            for place, each in wave:
                try:
                    done[place] = self._applied(each, force=force, dry_run=dry_run)
                except KaitoError as error:
                    failed.append(error)
            if failed:
                raise failed[0]
        self._interfere("after apply")
        return tuple(done[place] for place in range(len(objects)))

    def delete(self, refs: Sequence[Ref]) -> None:
        self._interfere("before delete")
        for ref in (
            each for wave in waves(refs, lambda ref: ref.kind)[::-1] for each in wave[::-1]
        ):
            self._begin("delete", ref.kind, ref.name, each=True)
            if found := self._all.at(ref):
                self.asked.append(f"delete {title(found)}")
                self._all.remove(found)
        self._interfere("after delete")

    def watch(
        self, kind: str, *, api_version: str = "v1", namespace: str = "", label_selector: str = ""
    ) -> Mirror:
        self._begin("watch", kind)
        look = lambda: self._all.look(kind, api_version, namespace, label_selector, "")  # noqa: E731
        self.mirrors.append(FakeMirror(self, look))
        self._interfere("after watch")
        return self.mirrors[-1]

    def logs(
        self,
        pod: Ref,
        *,
        container: str = "",
        tail: int | None = None,
        follow: bool = False,
        previous: bool = False,
    ) -> Iterator[str]:
        self._begin("logs", pod.kind, pod.name)
        self._require(pod)
        lines = self._logs.get((pod.name, container, previous))
        if lines is None and previous:
            raise ClusterFailed(f"There is no earlier log of {pod}.", detail="not found")
        chosen = lines or []
        yield from chosen if tail is None else chosen[len(chosen) - min(tail, len(chosen)) :]

    @contextmanager
    def forward(self, pod: Ref, port: int) -> Iterator[int]:
        self._begin("forward", pod.kind, pod.name)
        self._require(pod)
        yield self.ports.get(port, port)

    def proxied(self, service: Ref, port: int, path: str) -> bytes:
        self._begin("proxied", service.kind, service.name)
        self._require(service)
        if path not in self.answers:
            raise ClusterFailed(f"{service} does not answer.", detail="no endpoints available")
        return self.answers[path]

    def write(self, pod: str, *lines: str, container: str = "", previous: bool = False) -> None:
        """More lines of a pod's log; ``previous``: of the run before this one."""
        for name in {"", container}:
            self._logs.setdefault((pod, name, previous), []).extend(lines)

    def edit(self, ref: Ref, change: Mapping[str, Any], manager: str = "kubectl-edit") -> None:
        """What somebody else does: ``change`` is laid over the object, and is theirs then."""
        found = self._require(ref)
        paths = set(fake_fields.leaves(change))
        holders = {name: each - paths for name, each in fake_fields.held(found).items()}
        holders[manager] = holders.get(manager, set()) | paths
        self._all.keep(fake_fields.merged(found, change), holders)

    def _begin(self, verb: str, kind: str, name: str = "", *, each: bool = False) -> None:
        self._interfere(f"before {verb} {kind} {name}" if each else f"before {verb}")
        for asked in (f"{verb} {kind} {name}", f"{verb} {kind}"):
            if asked in self.failing:
                raise self.failing[asked]

    def _require(self, ref: Ref) -> Manifest:
        found = self._all.at(ref)
        if found is None:
            raise ClusterFailed(f"There is no {ref}.", detail=f'"{ref.name}" not found')
        return found

    def _applied(self, wanted: Manifest, *, force: bool, dry_run: bool) -> Applied:
        if not wanted.get("metadata", {}).get("name") or not wanted.get("kind"):
            raise BadManifest("An object has no kind or no name.", detail="name is required")
        ref, mine = ref_of(wanted), set(fake_fields.leaves(wanted))
        self._begin("apply", ref.kind, ref.name, each=True)
        old = self._all.at(ref)
        holders = fake_fields.held(old) if old else {}
        others = {name: each for name, each in holders.items() if name != MANAGER}
        new = fake_fields.merged(old or {}, wanted)
        if old and not force:
            _require_free(ref, old, new, others, mine)
        taken = set().union(*others.values())
        for path in holders.get(MANAGER, set()) - mine - taken:
            new = fake_fields.without(new, path)
        effect = _effect(old, new)
        if not dry_run and effect is not Effect.UNCHANGED:
            self.asked.append(f"apply {title(wanted)}")
            kept = {name: paths - _changed(old, new) for name, paths in others.items()}
            new = self._all.keep(new, {MANAGER: mine, **kept})
        return Applied(ref=ref, effect=effect, object=copied(new))


class FakeMirror:
    """Looks at the cluster each time it is looked at."""

    def __init__(self, cluster: FakeCluster, look: Callable[[], tuple[Manifest, ...]]) -> None:
        self._cluster = cluster
        self._look = look
        self.closed = False

    def objects(self) -> tuple[Manifest, ...]:
        assert not self.closed, "a mirror is looked at after it was closed"
        self._cluster.looks += 1
        return self._look()

    def close(self) -> None:
        self.closed = True


def _require_free(
    ref: Ref,
    old: Manifest,
    new: Manifest,
    others: Mapping[str, set[fake_fields.Path]],
    mine: set[fake_fields.Path],
) -> None:
    contested = _changed(old, new) & mine
    for manager, paths in others.items():
        for path in sorted(paths & contested):
            field = fake_fields.spelled(path)
            raise FieldConflict(
                f"`{field}` of {ref} is managed by `{manager}`.",
                detail=f'Apply failed with 1 conflict: conflict with "{manager}": {field}',
                hint="Take it over with --force-conflicts.",
            )


def _changed(old: Manifest | None, new: Manifest) -> set[fake_fields.Path]:
    before, after = fake_fields.leaves(old or {}), fake_fields.leaves(new)
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def _effect(old: Manifest | None, new: Manifest) -> Effect:
    if old is None:
        return Effect.CREATED
    return Effect.UPDATED if _changed(old, new) else Effect.UNCHANGED
