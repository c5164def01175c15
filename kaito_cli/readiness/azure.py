"""What an error of Azure means: its kind, and what can be done about it.

Codes and sentences are those of Azure Resource Manager, the AKS resource provider and the
Compute resource provider, as public reports and Karpenter's Azure provider hold them. They
change, so codes decide first and loose patterns second; whole sentences are never compared.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kaito_cli.errors import (
    Busy,
    CloudFailed,
    Conflict,
    KaitoError,
    NoCapacity,
    NotAllowed,
    NotOffered,
    NotSignedIn,
    OutOfQuota,
    Refused,
    Unreachable,
)
from kaito_cli.model import AzureProblem, ProblemKind

UNAUTHORIZED = 401
FORBIDDEN = 403
TOO_MANY = 429
PRECONDITION_FAILED = 412
SERVER_ERROR = 500

_MANAGED_GPUS = r"managementMode|managed ?gpu|gpuProfile\.nvidia"
# (kind, codes, pattern of the sentence): the first line that matches decides. Both have to
# match where both are given; codes are compared without case.
_RULES: tuple[tuple[ProblemKind, str, str], ...] = (
    (ProblemKind.THROTTLE, r"throttled|toomanyrequests|subscriptionrequeststhrottled", ""),
    (ProblemKind.REQUEST, "", _MANAGED_GPUS),
    (ProblemKind.QUOTA, r"errcode_insufficientvcpuquota|quotaexceeded", ""),
    (ProblemKind.QUOTA, "", r"exceeding approved .*quota|insufficient .*\bquota"),
    (ProblemKind.CONFLICT, r"operationnotallowed", r"another .*operation|in progress"),
    (ProblemKind.REQUEST, r".*beingdeleted|.*deleting|.*notallowedbypolicy", ""),
    (ProblemKind.CONFLICT, r"etagmismatch|preconditionfailed|conflict|.*concurrent.*", ""),
    (ProblemKind.CAPACITY, r"(zonal)?allocationfailed|overconstrained(zonal)?allocation.*", ""),
    (
        ProblemKind.OFFER,
        r"skunotavailable|vmsizenotsupported|notavailableforsubscription|availabilityzonenotsupported",
        "",
    ),
    (ProblemKind.OFFER, "", r"not (allowed|supported|available) (in|for) (your )?subscription"),
    (ProblemKind.CAPACITY, "", r"(sufficient|out of|lack of|no) capacity(?! reservation)"),
    (
        ProblemKind.AUTH,
        r"(linked)?authorizationfailed|requestdisallowedbypolicy|.*authenticationtoken.*"
        r"|authenticationfailed|scopelocked|reservedresourcename",
        "",
    ),
    (
        ProblemKind.REQUEST,
        r"badrequest|invalid.*|propertychangenotallowed|missingsubscriptionregistration"
        r"|.*notfound|.*notsupported|.*notregistered|operationnotallowed|agentpool.*"
        r"|vmcachesizetoosmall",
        "",
    ),
)
_BY_STATUS = {
    UNAUTHORIZED: ProblemKind.AUTH,
    FORBIDDEN: ProblemKind.AUTH,
    PRECONDITION_FAILED: ProblemKind.CONFLICT,
    TOO_MANY: ProblemKind.THROTTLE,
    408: ProblemKind.UNREACHABLE,
    409: ProblemKind.CONFLICT,
}
_SAYS_NOTHING = re.compile(r"terminal provisioning state|^\s*\.*\s*$|^see (inner|details)", re.I)


def problem_of(error: Mapping[str, Any], status: int = 0) -> AzureProblem:
    """An error of Azure in any of its shapes, with all its details, as one problem.

    ``error`` is ``{code, message, details}``, bare or under ``error``; ``status`` is the
    answer's, 0 for what a resource keeps of a failed operation.
    """
    inner = error.get("error", error)
    flat = list(_flattened(inner if isinstance(inner, Mapping) else {}))
    codes = tuple(dict.fromkeys(code for code, _ in flat if code))
    telling = [message for _, message in flat if not _SAYS_NOTHING.search(message)]
    first = next((message for _, message in flat if message), "")
    return classify(codes[0] if codes else "", next(iter(telling), first), codes, status)


def _flattened(error: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    yield str(error.get("code") or ""), str(error.get("message") or "")
    nested = [error.get("innererror"), *(error.get("details") or ())]
    for each in nested if depth < 5 else ():
        if isinstance(each, Mapping):
            yield from _flattened(each, depth + 1)


def classify(code: str, message: str, codes: Sequence[str] = (), status: int = 0) -> AzureProblem:
    """The kind of a failure from its codes, its sentence and, last, the answer's status."""
    every = tuple(dict.fromkeys(each for each in (code, *codes, *_quoted(message)) if each))
    kind = _kind(every, message) or _kind_by_status(status)
    return AzureProblem(kind=kind, code=code, message=message, codes=every)


def _quoted(message: str) -> list[str]:
    """Codes inside a sentence, as in: original error: Code="AllocationFailed" Message=…"""
    return re.findall(r'Code="(\w+)"', message)


def _kind(codes: Sequence[str], message: str) -> ProblemKind | None:
    for kind, code_pattern, sentence in _RULES:
        named = any(re.fullmatch(code_pattern, each, re.I) for each in codes)
        said = re.search(sentence, message, re.I | re.S)
        if (named or not code_pattern) and said:
            return kind
    return None


def _kind_by_status(status: int) -> ProblemKind:
    if status >= SERVER_ERROR:
        return ProblemKind.UNREACHABLE
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ProblemKind.REQUEST if status >= 400 else ProblemKind.UNKNOWN


_FAILURES: dict[ProblemKind, tuple[type[KaitoError], str, str]] = {
    ProblemKind.QUOTA: (
        OutOfQuota,
        "The subscription's vCPU quota does not let Azure {doing}.",
        "See the figures with `az vm list-usage --location {region} -o table`, ask for more at "
        "https://aka.ms/ProdportalCRP, or choose another size with --vm-size.",
    ),
    ProblemKind.CAPACITY: (
        NoCapacity,
        "Azure has no free machines to {doing}.",
        "Try again later, let kaito look elsewhere with --fallback any, or name another "
        "--zone or --vm-size.",
    ),
    ProblemKind.OFFER: (
        NotOffered,
        "Azure does not offer what it takes to {doing}.",
        "See what is offered with `az vm list-skus --location {region} --size Standard_N "
        "--all -o table`, or choose another size with --vm-size.",
    ),
    ProblemKind.REQUEST: (
        Refused,
        "Azure refuses to {doing}.",
        "Azure's sentence above says what is wrong; `-v` shows what was sent.",
    ),
    ProblemKind.CONFLICT: (
        Conflict,
        "Azure is busy with another change and did not {doing}.",
        "Run the same command again: it goes on from there.",
    ),
    ProblemKind.AUTH: (
        NotAllowed,
        "You are not allowed to {doing}.",
        'Ask for the role with `az role assignment create --role "Azure Kubernetes Service '
        'Contributor Role" --assignee YOU --scope CLUSTER_ID`.',
    ),
    ProblemKind.UNREACHABLE: (
        Unreachable,
        "Azure could not be reached to {doing}.",
        "Run the same command again: it goes on from there. https://azure.status.microsoft "
        "tells of outages.",
    ),
    ProblemKind.UNKNOWN: (
        CloudFailed,
        "Azure failed to {doing}.",
        "Run the same command again; `az aks nodepool list` shows what is there.",
    ),
}
_HINTS = {
    "missingsubscriptionregistration": "Register it once with `az provider register --namespace "
    "{namespace}`, which takes some minutes.",
    "linkedauthorizationfailed": "Let the cluster's identity join the subnet: `az role assignment "
    'create --role "Network Contributor" --assignee IDENTITY --scope SUBNET_ID`.',
    "requestdisallowedbypolicy": "Azure Policy forbids it: `az policy assignment list -o table` "
    "shows whom to ask.",
    "propertychangenotallowed": "A pool cannot change that: delete it first with `az aks nodepool "
    "delete`, or give the workspace another --name.",
}


def settled(problem: AzureProblem) -> AzureProblem:
    """A problem that Azure keeps on a resource: waiting does not change it, whatever passing
    thing it once was."""
    if problem.kind in (ProblemKind.THROTTLE, ProblemKind.CONFLICT, ProblemKind.UNREACHABLE):
        return replace(problem, kind=ProblemKind.UNKNOWN)
    return problem


def failure(problem: AzureProblem, doing: str, retry_after_seconds: float = 0) -> KaitoError:
    """The error to raise for a problem met while Azure was asked to ``doing``, an infinitive
    as in ``create node pool `kfalco1a2b3c```. Azure's own sentence is the detail."""
    if problem.kind is ProblemKind.THROTTLE:
        return _busy(problem, doing, retry_after_seconds)
    if problem.code.lower().endswith("authenticationtoken"):
        return _token_refused(problem)
    error, message, hint = _FAILURES[problem.kind]
    own = next((_HINTS[code.lower()] for code in problem.codes if code.lower() in _HINTS), hint)
    named = {"doing": doing, "region": _region(problem), "namespace": _namespace(problem)}
    return error(message.format(**named), detail=_detail(problem), hint=own.format(**named))


def _busy(problem: AzureProblem, doing: str, retry_after_seconds: float) -> Busy:
    return Busy(
        f"Azure is too busy to {doing} now.",
        detail=_detail(problem),
        hint=f"Run the same command again in {retry_after_seconds or 60:.0f} seconds.",
        retry_after_seconds=retry_after_seconds,
    )


def _token_refused(problem: AzureProblem) -> NotSignedIn:
    return NotSignedIn(
        "Azure does not accept the token you are signed in with.",
        detail=_detail(problem),
        hint="Sign in again with `az login`.",
    )


def _detail(problem: AzureProblem) -> str:
    return f"{problem.code}: {problem.message}" if problem.code else problem.message


def _region(problem: AzureProblem) -> str:
    found = re.search(r"(?:location|region):? '?([a-z0-9]+)", problem.message, re.I)
    return found[1] if found else "REGION"


def _namespace(problem: AzureProblem) -> str:
    found = re.search(r"namespace '([\w.]+)'", problem.message)
    return found[1] if found else "Microsoft.ContainerService"


def refuses_managed_gpus(sentence: str) -> bool:
    """Whether a refusal is about GPUs that AKS would manage: a feature that is not enabled, a
    field it does not know, or an autoscaler beside them."""
    return bool(re.search(_MANAGED_GPUS, sentence, re.I))
