"""The resources a server has: the built-in kinds, and those a CustomResourceDefinition adds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kaito_cli.sandbox.kubernetes.fields.openapi import custom_shape
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest, Shape, extract, named_shape

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
ResourceKey = tuple[str, str]  # group, plural
# kinds whose spec has no generation (their strategies in pkg/registry do not set one)
_WITHOUT_GENERATION = frozenset(
    [
        "Service",
        "Node",
        "Namespace",
        "PersistentVolumeClaim",
        "PersistentVolume",
        "ResourceQuota",
        "Lease",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """One kind in one version. ``columns``: a custom resource's additionalPrinterColumns."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    shape_name: str = ""
    custom: Shape | None = None
    columns: tuple[Manifest, ...] = ()
    scale_paths: Manifest | None = field(default=None)

    @property
    def shape(self) -> Shape:
        return self.custom if self.custom is not None else named_shape(self.shape_name)

    @property
    def key(self) -> ResourceKey:
        return self.group, self.plural

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """As messages name it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def has_status(self) -> bool:
        return "status" in self.subresources

    @property
    def has_generation(self) -> bool:
        return self.kind not in _WITHOUT_GENERATION


class Resources:
    """All of them, found by what a path names."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Resource] = {}
        self._latest: dict[ResourceKey, Resource] = {}
        self._kinds: dict[tuple[str, str], Resource] = {}
        for each in _built_in():
            self.add(each)

    def __iter__(self) -> Iterator[Resource]:
        return iter(tuple(self._found.values()))

    def add(self, resource: Resource) -> None:
        self._found[resource.group, resource.version, resource.plural] = resource
        self._latest.setdefault(resource.key, resource)
        self._kinds.setdefault((resource.group, resource.kind), resource)

    def drop(self, group: str, plural: str) -> None:
        """A CustomResourceDefinition went, or its versions did."""
        for key in [key for key in self._found if (key[0], key[2]) == (group, plural)]:
            del self._found[key]
        old = self._latest.pop((group, plural), None)
        if old:
            self._kinds.pop((group, old.kind), None)

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        return self._found.get((group, version, plural))

    def of(self, group: str, plural: str) -> Resource:
        """Any version of it; raises KeyError."""
        return self._latest[group, plural]

    def of_kind(self, api_version: str, kind: str) -> Resource | None:
        """What an owner reference or a manifest names."""
        group = api_version.rpartition("/")[0]
        return self._kinds.get((group, kind))

    def groups(self) -> dict[str, list[str]]:
        """Versions by group."""
        found: dict[str, list[str]] = {}
        for group, version, _ in self._found:
            versions = found.setdefault(group, [])
            if version not in versions:
                versions.append(version)
        return found

    def within(self, group: str, version: str) -> list[Resource]:
        return [each for key, each in self._found.items() if key[:2] == (group, version)]


def _built_in() -> Iterable[Resource]:
    for group, kind, plural, short, namespaced, shape, subresources in extract()["kinds"]:
        yield Resource(
            group=group,
            version="v1",
            kind=kind,
            plural=plural,
            namespaced=namespaced,
            short_names=tuple(short),
            subresources=tuple(subresources),
            categories=("all",) if kind in _ALL else (),
            shape_name=shape,
        )


_ALL = frozenset(
    ["Pod", "Service", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"]
)


def custom_resources(definition: Manifest) -> list[Resource]:
    """The resources that a CustomResourceDefinition declares, the stored version first."""
    spec = definition["spec"]
    versions = sorted(spec["versions"], key=lambda each: not each.get("storage"))
    return [_custom(spec, each) for each in versions if each.get("served")]


def _custom(spec: Manifest, version: Manifest) -> Resource:
    names, parts = spec["names"], version.get("subresources") or {}
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    return Resource(
        group=spec["group"],
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        namespaced=spec.get("scope") == "Namespaced",
        short_names=tuple(names.get("shortNames", ())),
        subresources=tuple(each for each in ("status", "scale") if each in parts),
        categories=tuple(names.get("categories", ())),
        custom=custom_shape(schema),
        columns=tuple(version.get("additionalPrinterColumns", ())),
        scale_paths=parts.get("scale"),
    )
