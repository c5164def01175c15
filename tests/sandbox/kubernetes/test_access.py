"""Signing in, and being refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from kubernetes import config
from kubernetes.client import (
    ApiClient,
    AuthorizationV1Api,
    CoreV1Api,
    V1ResourceAttributes,
    V1SelfSubjectAccessReview,
    V1SelfSubjectAccessReviewSpec,
)
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import MaxRetryError

from kaito_cli.sandbox.kubernetes.access import Access, Token
from kaito_cli.sandbox.kubernetes.certificates import Authority
from kaito_cli.sandbox.kubernetes.server import KubernetesServer, serving
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.wire import Identity
from tests.sandbox.kubernetes.conftest import status_of


@contextmanager
def client_of(server: KubernetesServer, user: dict[str, Any] | None = None) -> Iterator[ApiClient]:
    client = config.new_client_from_config_dict(server.kubeconfig(user))
    try:
        yield client
    finally:
        client.rest_client.pool_manager.clear()


def answered(server: KubernetesServer, user: dict[str, Any] | None = None) -> int:
    """The status of a list of pods."""
    with client_of(server, user) as client:
        try:
            CoreV1Api(client).list_namespaced_pod("default")
        except ApiException as error:
            return int(error.status or 0)
    return 200


def reading(access: Access) -> ApiState:
    return ApiState(access=access)


def test_a_known_token_comes_in_and_another_does_not() -> None:
    with serving(reading(Access(tokens={"good": Token()}))) as server:
        statuses = [answered(server, {"token": each}) for each in ("good", "bad")]

    assert statuses == [200, 401]


def test_a_token_expires() -> None:
    token = Token(expires_at=1.0)
    with serving(reading(Access(tokens={"old": token}))) as server:
        assert answered(server, {"token": "old"}) == 401


def test_a_client_certificate_names_its_user() -> None:
    access = Access(certificates=True)
    access.deny("list", "pods", user="eve")
    with serving(reading(access)) as server:
        statuses = [
            answered(server, server.client_certificate(name, "team")) for name in ("ann", "eve")
        ]
        statuses.append(answered(server))

    assert statuses == [200, 403, 401]


def test_a_denial_names_the_verb_and_the_resource() -> None:
    access = Access(tokens={"t": Token(user=Identity(name="ann", groups=()))})
    access.deny("list", "pods", namespace="default")
    with serving(reading(access)) as server, client_of(server, {"token": "t"}) as client:
        with pytest.raises(ApiException) as caught:
            CoreV1Api(client).list_namespaced_pod("default")
        others = CoreV1Api(client).list_namespaced_pod("kube-system")

    assert status_of(caught.value)["message"] == (
        'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the '
        'namespace "default"'
    )
    assert others.items == []


def test_an_access_review_tells_what_a_denial_would_refuse() -> None:
    access = Access()
    access.deny("delete", "pods")
    answers = []
    with serving(reading(access)) as server, client_of(server) as client:
        for verb in ("get", "delete"):
            attributes = V1ResourceAttributes(verb=verb, resource="pods", namespace="default")
            spec = V1SelfSubjectAccessReviewSpec(resource_attributes=attributes)
            review = V1SelfSubjectAccessReview(spec=spec)
            found: Any = AuthorizationV1Api(client).create_self_subject_access_review(review)
            answers.append(found.status.allowed)

    assert answers == [True, False]


def test_an_expired_certificate_is_not_trusted() -> None:
    server = KubernetesServer(authority=Authority(life=timedelta(minutes=-5)))
    server.start()
    try:
        with client_of(server) as client, pytest.raises(MaxRetryError, match="certificate"):
            client.rest_client.pool_manager.request("GET", server.url + "/version", retries=0)
    finally:
        server.stop()


def test_a_token_is_not_remembered_with_the_request() -> None:
    with serving(reading(Access(tokens={"good": Token()}))) as server:
        answered(server, {"token": "good"})

        assert "good" not in repr(server.state.faults.requests)
