"""Which groups, versions and resources there are, in the old and the aggregated form."""

import re
from collections.abc import Iterator

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import no_such_path
from kaito_cli.sandbox.kubernetes.resource import VERBS, Resource, Resources
from kaito_cli.sandbox.kubernetes.wire import Answer, Request

VERSION = "1.36.0"  # the control plane that the behaviour of this server was compared with
_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_SUBRESOURCE_VERBS = {
    "status": ("get", "patch", "update"),
    "scale": ("get", "patch", "update"),
    "log": ("get",),
    "eviction": ("create",),
    "finalize": ("update",),
    "proxy": ("create", "delete", "get", "patch", "update"),
    "portforward": ("create", "get"),
}
_SUBRESOURCE_KINDS = {
    "scale": ("autoscaling", "v1", "Scale"),
    "eviction": ("policy", "v1", "Eviction"),
    "proxy": ("", "v1", "PodProxyOptions"),
    "portforward": ("", "v1", "PodPortForwardOptions"),
}
# groups that only take reviews
_REVIEWS = {
    "authorization.k8s.io": (
        ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ),
    "authentication.k8s.io": (("selfsubjectreviews", "SelfSubjectReview"),),
}


def discovered(resources: Resources, request: Request) -> Answer | None:
    """The answer to a discovery path; None for any other."""
    parts = request.path.strip("/").split("/")
    if request.path == "/version":
        return Answer(body=_version())
    if request.path in ("/api", "/apis"):
        return _root(resources, request)
    if parts[0] == "openapi":
        return _openapi(parts)
    if parts[0] == "apis" and len(parts) == 2:
        return Answer(body={"kind": "APIGroup", "apiVersion": "v1", **_group(resources, parts[1])})
    if parts[0] == "api" and len(parts) == 2:
        return Answer(body=_resource_list(resources, "", parts[1]))
    if parts[0] == "apis" and len(parts) == 3:
        return Answer(body=_resource_list(resources, parts[1], parts[2]))
    return None


def _version() -> Manifest:
    major, minor, _ = VERSION.split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": f"v{VERSION}",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    }


def _root(resources: Resources, request: Request) -> Answer:
    core = request.path == "/api"
    if "as=APIGroupDiscoveryList" in request.accept:
        groups = [""] if core else sorted(set(resources.groups()) - {""} | set(_REVIEWS))
        body = {
            "kind": "APIGroupDiscoveryList",
            "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {},
            "items": [_aggregated(resources, each) for each in groups],
        }
        return Answer(body=body, media=_AGGREGATED)
    if core:
        return Answer(
            body={"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        )
    names = sorted(set(resources.groups()) - {""} | set(_REVIEWS))
    groups_found = [_group(resources, each) for each in names]
    return Answer(body={"kind": "APIGroupList", "apiVersion": "v1", "groups": groups_found})


def _openapi(parts: list[str]) -> Answer:
    """Enough for clients that look whether there is one; kubectl validates by the server."""
    if parts[1:] == ["v3"]:
        return Answer(body={"paths": {}})
    if parts[1:] == ["v2"]:
        info = {"title": "Kubernetes", "version": f"v{VERSION}"}
        return Answer(body={"swagger": "2.0", "info": info, "paths": {}, "definitions": {}})
    raise no_such_path()


def _versions(resources: Resources, group: str) -> list[str]:
    found = resources.groups().get(group) or (["v1"] if group in _REVIEWS else [])
    if not found:
        raise no_such_path()
    return sorted(found, key=_rank)


def _rank(version: str) -> tuple[bool, bool, int]:
    number = re.search(r"\d+", version)
    return "alpha" in version, "beta" in version, -int(number[0]) if number else 0


def _group(resources: Resources, group: str) -> Manifest:
    versions = [
        {"groupVersion": f"{group}/{each}", "version": each} for each in _versions(resources, group)
    ]
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resource_list(resources: Resources, group: str, version: str) -> Manifest:
    if version not in _versions(resources, group):
        raise no_such_path()
    found = [line for each in resources.within(group, version) for line in _lines(each)]
    found += [
        {"name": name, "singularName": "", "namespaced": False, "kind": kind, "verbs": ["create"]}
        for name, kind in _REVIEWS.get(group, ())
    ]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{version}".lstrip("/"),
        "resources": found,
    }


def _lines(resource: Resource) -> Iterator[Manifest]:
    yield {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(VERBS),
        "shortNames": list(resource.short_names),
        "categories": list(resource.categories),
    }
    for each in resource.subresources:
        group, version, kind = _SUBRESOURCE_KINDS.get(each, ("", "", resource.kind))
        line = {
            "name": f"{resource.plural}/{each}",
            "singularName": "",
            "namespaced": resource.namespaced,
            "kind": kind,
            "verbs": list(_SUBRESOURCE_VERBS[each]),
        }
        yield line | ({"group": group, "version": version} if version and group else {})


def _aggregated(resources: Resources, group: str) -> Manifest:
    return {
        "metadata": {"name": group} if group else {"creationTimestamp": None},
        "versions": [
            {
                "version": version,
                "freshness": "Current",
                "resources": [_entry(each) for each in resources.within(group, version)]
                + [_review_entry(group, *each) for each in _REVIEWS.get(group, ())],
            }
            for version in _versions(resources, group)
        ],
    }


def _entry(resource: Resource) -> Manifest:
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    return {
        "resource": resource.plural,
        "responseKind": kind,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.kind.lower(),
        "verbs": list(VERBS),
        "shortNames": list(resource.short_names),
        "categories": list(resource.categories),
        "subresources": [
            {
                "subresource": each,
                "responseKind": kind,
                "verbs": list(_SUBRESOURCE_VERBS[each]),
            }
            for each in resource.subresources
        ],
    }


def _review_entry(group: str, plural: str, kind: str) -> Manifest:
    return {
        "resource": plural,
        "responseKind": {"group": group, "version": "v1", "kind": kind},
        "scope": "Cluster",
        "singularResource": kind.lower(),
        "verbs": ["create"],
    }
