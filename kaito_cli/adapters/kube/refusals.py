"""What each refusal of an API server means, and what to do about it."""

import re

from kaito_cli.adapters.kube.told import Call, Rejected
from kaito_cli.errors import BadManifest, ClusterFailed, FieldConflict, NotPermitted

# how server-side apply words what the schema refuses, with status 500
_SCHEMA = "failed to create typed patch object"
_ROLE = re.compile(r'cannot (\S+) resource "([^"]+)" in API group "([^"]*)"')
_QUOTA = re.compile(r"exceeded quota: ([^,\s]+)")
_WEBHOOK = re.compile(r'admission webhook "([^"]+)" denied|failed calling webhook "([^"]+)"')
_POLICY = re.compile(
    r"violates PodSecurity|ValidatingAdmissionPolicy|(maximum|minimum) \S+ usage per"
)
_WRITES = ("create", "patch", "update")
_REDIRECTS = (301, 302, 303, 307, 308)
_TERMINATING = "because it is being terminated"
_MANAGER = re.compile(r'conflict with "([^"]+)"')


def refused(call: Call, error: Rejected) -> ClusterFailed:
    """The failure that an answer stands for."""
    if found := _not_let_in(call, error):
        return found
    if (is_of_the_schema(error) and call.verb in _WRITES) or _is_of_the_manifest(call, error):
        return _bad_manifest(call, error)
    if error.status in _REDIRECTS:
        return odd(call, f"{error.status}: it points to another address")
    if error.status == 409 and error.causes:
        return _conflict(call, error)
    tell = _BY_STATUS.get(error.status, _failed)
    return tell(call, error)


def is_of_the_schema(error: Rejected) -> bool:
    """Whether a 500 is the manifest's fault: it will be the same next time."""
    return error.status == 500 and _SCHEMA in error.words


def _is_of_the_manifest(call: Call, error: Rejected) -> bool:
    return call.verb in _WRITES and (
        error.status in (413, 422) or (error.status == 400 and call.verb == "patch")
    )


def _bad_manifest(call: Call, error: Rejected) -> BadManifest:
    fields = ", ".join(f"`{each['field']}`" for each in error.causes if each.get("field"))
    hint = f"`kubectl explain {call.kind.lower() or call.resource}` tells which fields there are."
    if "immutable" in error.words:
        hint = f"That cannot be changed: `kubectl delete {call.resource} {call.name}{_flag(call)}`"
        hint += " and apply it again."
    return BadManifest(
        f"The API server finds {call.object} wrong" + (f" in {fields}." if fields else "."),
        detail="" if call.is_secret else error.words,  # they may quote what is in it
        hint=hint,
    )


def _conflict(call: Call, error: Rejected) -> FieldConflict:
    first = error.causes[0]
    found = _MANAGER.search(str(first.get("message", "")))
    manager = found.group(1) if found else "somebody else"
    others = len(error.causes) - 1
    more = f" and {others} more" if others else ""
    return FieldConflict(
        f"`{first.get('field', '')}`{more} of {call.object} is managed by `{manager}`.",
        detail=error.words,
        hint="--force-conflicts takes it over.",
    )


def _signed_out(call: Call, error: Rejected) -> ClusterFailed:
    return ClusterFailed(
        f"The cluster at `{call.server}` does not accept the credentials shown.",
        detail=error.words,
        hint="Sign in again, with `az login`, or write the kubeconfig anew with "
        "`az aks get-credentials -g GROUP -n CLUSTER --overwrite-existing`.",
    )


def _not_let_in(call: Call, error: Rejected) -> ClusterFailed | None:
    """What a quota or an admission controller refuses: most of it is 403, and no role helps."""
    if _ROLE.search(error.words):
        return None
    if found := _QUOTA.search(error.words):
        return ClusterFailed(
            f"The quota `{found.group(1)}` has no room for {call.object}.",
            detail=error.words,
            hint=f"`kubectl describe resourcequota {found.group(1)}{_flag(call)}` tells what is "
            "used.",
        )
    if _TERMINATING in error.words:
        return ClusterFailed(
            f"The namespace `{call.namespace}` is being deleted.",
            detail=error.words,
            hint="Try again when it is gone, or name another one with -n.",
        )
    if _POLICY.search(error.words):
        return ClusterFailed(
            f"A policy of the cluster does not let {call.object} in.",
            detail=error.words,
            hint="Another namespace may have another policy: name it with -n.",
        )
    return _webhook(call, error)


def _webhook(call: Call, error: Rejected) -> ClusterFailed | None:
    found = _WEBHOOK.search(error.words)
    if not found:
        return None
    denied, broken = found.groups()
    says = "does not let in" if denied else "is to be asked first and does not answer:"
    return ClusterFailed(
        f"The admission webhook `{denied or broken}` {says} {call.object}.",
        detail=error.words,
        hint="`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations` tells "
        "whose it is.",
    )


def _not_permitted(call: Call, error: Rejected) -> NotPermitted:
    """The server's own words know best which verb of which resource it is."""
    verb, resource, group = call.verb, call.resource, call.group
    if call.subresource:
        resource = f"{resource}/{call.subresource}"
    if found := _ROLE.search(error.words):
        verb, resource, group = found.groups()
    plural, _, below = resource.partition("/")
    typed = f"{plural}.{group}" if group else plural
    if below:
        typed += f" --subresource={below}"
    scope = _flag(call) or (" --all-namespaces" if call.namespaced else "")
    return NotPermitted(
        f"You may not {verb} `{resource}`{call.where} of the cluster.",
        detail=error.words,
        hint=f"Ask for a role that allows it; `kubectl auth can-i {verb} {typed}{scope}` tells "
        "when it does.",
    )


def _not_found(call: Call, error: Rejected) -> ClusterFailed:
    missing = error.details
    if missing.get("kind") == "namespaces" and call.resource != "namespaces":
        return ClusterFailed(
            f"There is no namespace `{call.namespace}`.",
            detail=error.words,
            hint=f"`kubectl create namespace {call.namespace}` makes it.",
        )
    if error.is_of_the_object:
        return ClusterFailed(
            f"There is no {call.object}.",
            detail=error.words,
            hint=f"`kubectl get {call.resource}{_flag(call)}` lists what is there.",
        )
    return unknown_kind(call, error.words)


def _no_log(call: Call, error: Rejected) -> ClusterFailed:
    return ClusterFailed(
        f"There is no such log of {call.object}.",
        detail=error.words,
        hint=f"`kubectl describe {call.resource} {call.name}{_flag(call)}` tells how it is.",
    )


def unknown_kind(call: Call, detail: str) -> ClusterFailed:
    """For kinds that the cluster does not have, as those of a controller that is missing."""
    return ClusterFailed(
        f"The cluster at `{call.server}` knows no `{call.kind or call.resource}`"
        + (f" of `{call.group}`." if call.group else "."),
        detail=detail,
        hint=f"`kubectl api-resources --api-group={call.group}` lists what it knows.",
    )


def _busy(call: Call, error: Rejected) -> ClusterFailed:
    after = error.retry_after_seconds
    return ClusterFailed(
        f"The cluster at `{call.server}` has too many requests to answer.",
        detail=error.words,
        hint=f"Try again in {after:g} seconds." if after else "Try again in a minute.",
    )


def _failed(call: Call, error: Rejected) -> ClusterFailed:
    if call.subresource == "log" and error.status == 400:
        return _no_log(call, error)
    return ClusterFailed(
        f"The cluster at `{call.server}` did not {call.verb} {call.what}.",
        detail=error.words,
        hint="Try again; `kubectl get --raw /readyz?verbose` tells how the API server is.",
    )


def odd(call: Call, detail: str) -> ClusterFailed:
    """For answers that are no Kubernetes API's, as those of a proxy that wants a log-in."""
    return ClusterFailed(
        f"`{call.server}` does not answer as a Kubernetes API server does.",
        detail=detail,
        hint="`kubectl config view --minify` shows which address the kubeconfig names.",
    )


_BY_STATUS = {401: _signed_out, 403: _not_permitted, 404: _not_found, 429: _busy}


def _flag(call: Call) -> str:
    return f" -n {call.namespace}" if call.namespace else ""
