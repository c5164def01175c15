"""What clients ask about themselves."""

from kaito_cli.sandbox.kubernetes.access import Access, Attempt
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import no_such_path
from kaito_cli.sandbox.kubernetes.wire import Answer, Identity, Request

_PATHS = {
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": "SelfSubjectRulesReview",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews": "SelfSubjectReview",
}


def reviewed(access: Access, request: Request) -> Answer | None:
    """The answer to a review; None for any other path."""
    kind = _PATHS.get(request.path)
    if kind is None:
        return None
    if request.method != "POST":
        raise no_such_path()
    body = request.manifest()
    spec, group = body.get("spec") or {}, request.path.split("/")[2]
    status = {
        "SelfSubjectAccessReview": _access,
        "SelfSubjectRulesReview": _rules,
        "SelfSubjectReview": _self,
    }[kind](access, request.user, spec)
    shown = {"kind": kind, "apiVersion": f"{group}/v1", "metadata": {}}
    return Answer(status=201, body={**shown, "spec": spec, "status": status})


def _access(access: Access, user: Identity, spec: Manifest) -> Manifest:
    asked = spec.get("resourceAttributes")
    if asked is None:
        return {"allowed": True}
    below = f"/{asked['subresource']}" if asked.get("subresource") else ""
    attempt = Attempt(
        verb=asked.get("verb", "*"),
        group=asked.get("group", ""),
        resource=asked.get("resource", "*") + below,
        namespace=asked.get("namespace", ""),
        name=asked.get("name", ""),
    )
    return {"allowed": not access.refuses(user, attempt)}


def _rules(access: Access, user: Identity, spec: Manifest) -> Manifest:
    return {
        "resourceRules": access.rules(user, spec.get("namespace", "")),
        "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
        "incomplete": False,
    }


def _self(access: Access, user: Identity, spec: Manifest) -> Manifest:
    return {"userInfo": {"username": user.name, "groups": list(user.groups)}}
