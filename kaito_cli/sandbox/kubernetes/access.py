"""Who may come in, and what they may not do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import Problem, unauthorized
from kaito_cli.sandbox.kubernetes.resource import VERBS
from kaito_cli.sandbox.kubernetes.wire import Identity

_ADMINISTRATOR = Identity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is asked, in the words of RBAC; ``resource`` with its subresource (`pods/log`)."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """What is refused with 403; `*` matches anything. ``user`` empty: everybody."""

    verb: str = "*"
    resource: str = "*"
    group: str = "*"
    namespace: str = "*"
    name: str = "*"
    user: str = "*"

    def refuses(self, user: Identity, attempt: Attempt) -> bool:
        pairs = (
            (user.name, self.user),
            (attempt.verb, self.verb),
            (attempt.resource, self.resource),
            (attempt.group, self.group),
            (attempt.namespace, self.namespace),
            (attempt.name, self.name),
        )
        return all(fnmatchcase(found, wanted) for found, wanted in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token, good until ``expires_at`` of the server's clock; None: for ever."""

    user: Identity = _ADMINISTRATOR
    expires_at: float | None = None


@dataclass(slots=True, kw_only=True)
class Access:
    """Free to be changed while a server runs.

    With neither tokens nor ``certificates`` everybody is the administrator; with either, whoever
    has none of them gets a 401.
    """

    tokens: dict[str, Token] = field(default_factory=dict)
    certificates: bool = False
    denials: list[Denial] = field(default_factory=list)

    def deny(self, verb: str = "*", resource: str = "*", **where: str) -> Denial:
        """Refuse something from now on; the denial, to be taken out of ``denials`` again."""
        found = Denial(verb=verb, resource=resource, **where)
        self.denials.append(found)
        return found

    def admit(self, authorization: str, subject: Identity | None, now: float) -> Identity:
        """Who it is; raises a 401."""
        kind, _, secret = authorization.partition(" ")
        if kind.lower() == "bearer" and self.tokens:
            token = self.tokens.get(secret.strip())
            if token is None or (token.expires_at is not None and now >= token.expires_at):
                raise unauthorized()
            return token.user
        if subject is not None:
            return subject
        if self.tokens or self.certificates:
            raise unauthorized()
        return _ADMINISTRATOR

    def refuses(self, user: Identity, attempt: Attempt) -> bool:
        return any(each.refuses(user, attempt) for each in self.denials)

    def authorize(self, user: Identity, attempt: Attempt) -> None:
        """Raises the 403 that RBAC words."""
        if self.refuses(user, attempt):
            raise _forbidden(user, attempt)

    def rules(self, user: Identity, namespace: str) -> list[Manifest]:
        """What SelfSubjectRulesReview tells: what is left of everything."""
        verbs = [
            each
            for each in VERBS
            if not self.refuses(
                user, Attempt(verb=each, group="", resource="*", namespace=namespace)
            )
        ]
        return [{"verbs": verbs, "apiGroups": ["*"], "resources": ["*"]}]


def _forbidden(user: Identity, attempt: Attempt) -> Problem:
    plural, _, _ = attempt.resource.partition("/")
    qualified = f"{plural}.{attempt.group}" if attempt.group else plural
    scope = (
        f'in the namespace "{attempt.namespace}"' if attempt.namespace else "at the cluster scope"
    )
    named = f' "{attempt.name}"' if attempt.name else ""
    message = (
        f'{qualified}{named} is forbidden: User "{user.name}" cannot {attempt.verb} resource '
        f'"{attempt.resource}" in API group "{attempt.group}" {scope}'
    )
    details: Mapping[str, str] = {"group": attempt.group, "kind": plural}
    return Problem(
        403, "Forbidden", message, {**details, **({"name": attempt.name} if named else {})}
    )
