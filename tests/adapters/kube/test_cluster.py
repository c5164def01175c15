"""What is special about the real client: pages, and failures in our words."""

import logging
from typing import Any

import pytest

from kaito_cli.adapters.answers import Bounds
from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import from_text
from kaito_cli.errors import ClusterFailed
from tests.adapters.kube.conftest import PODS, cluster
from tests.drip import dripping
from tests.kube_server import TOKEN, KubeServer, status

FORBIDDEN = status(
    403,
    "Forbidden",
    'pods is forbidden: User "me" cannot list resource "pods" in API group "" at the cluster scope',
)


def test_every_page_is_read(server: KubeServer) -> None:
    found = cluster(server).find("Pod")

    assert [each["metadata"]["name"] for each in found] == [f"p{n}" for n in range(1100)]
    assert len(server.asked) == 3


def test_pages_that_the_server_forgot_are_read_again_all_at_once(server: KubeServer) -> None:
    server.forgetful = True

    assert len(cluster(server).find("Pod")) == 1100
    assert server.asked[-1] == PODS


def test_forbidden_names_verb_and_resource(server: KubeServer) -> None:
    server.failures = [(403, FORBIDDEN)]

    with pytest.raises(ClusterFailed) as caught:
        cluster(server).find("Pod")

    assert caught.value.message == "You may not list `pods` in all namespaces of the cluster."
    assert caught.value.detail == FORBIDDEN["message"]
    assert "kubectl auth can-i list pods --all-namespaces" in caught.value.hint


def test_a_wrong_token_is_told_and_not_repeated(server: KubeServer) -> None:
    with pytest.raises(ClusterFailed) as caught:
        cluster(server, token="secret-token").find("Pod")

    error = caught.value
    assert "does not accept the credentials" in error.message
    assert error.detail == "Unauthorized"
    assert "secret-token" not in f"{error.message}{error.hint}{error.__cause__}"


@pytest.mark.parametrize("failure", [0, 500, 503, 429])
def test_what_passes_is_asked_again(server: KubeServer, failure: int) -> None:
    server.failures = [failure]

    assert len(cluster(server).find("Pod", namespace="ml")) == 1100


@pytest.mark.parametrize(("failure", "told"), [(0, "cannot be reached"), (503, "did not list")])
def test_what_lasts_is_asked_three_times_and_told(
    server: KubeServer, failure: int, told: str
) -> None:
    server.failures = [failure] * 3

    with pytest.raises(ClusterFailed, match=told):
        cluster(server).find("Pod")

    assert (len(server.asked), server.failures) == (3, [])


def test_a_server_that_stays_silent_is_given_up(server: KubeServer) -> None:
    server.failures = [-1] * 3
    impatient = KubeCluster(
        from_text(server.kubeconfig()), Pace(connect_seconds=1, read_seconds=0.05)
    )

    with pytest.raises(ClusterFailed, match="cannot be reached") as caught:
        impatient.find("Pod")

    assert "Read timed out" in caught.value.detail


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, "<html>log in</html>"), "does not answer as a Kubernetes API server"),
        ((200, {"kind": "Pod", "metadata": {}}), "does not answer as a Kubernetes API server"),
        ((200, ["a"]), "does not answer as a Kubernetes API server"),
        ((404, "404 page not found"), "knows no `Pod`"),
        ((400, "you sent Authorization: Bearer abc"), "did not list `pods`"),
        ((400, "by https://me:abc@proxy.example?x=y&sig=abc"), "did not list `pods`"),
    ],
)
def test_odd_answers_are_failures_of_the_cluster(
    server: KubeServer, answer: tuple[int, object], told: str
) -> None:
    server.failures = [answer]

    with pytest.raises(ClusterFailed, match=told) as caught:
        cluster(server).find("Pod")

    assert "abc" not in caught.value.detail


def test_a_cluster_that_is_not_there_is_unreachable() -> None:
    gone = KubeServer(url="http://127.0.0.1:9")

    with pytest.raises(ClusterFailed, match="cannot be reached") as caught:
        cluster(gone).find("Pod")

    assert "Connection refused" in caught.value.detail


def test_v_tells_what_is_asked_and_no_token(
    server: KubeServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        cluster(server).find("Pod", label_selector="a=b")

    assert f"GET {server.url}/api/v1/pods?labelSelector=a%3Db&limit=5000" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("code", [200, 500])
def test_brackets_without_end_are_no_kubernetes(server: KubeServer, code: int) -> None:
    server.failures = [(code, "[" * 100_000)] * 3

    with pytest.raises(ClusterFailed):
        cluster(server).find("Pod")


def test_pages_without_end_are_given_up(server: KubeServer) -> None:
    page = {"kind": "PodList", "metadata": {"continue": "more"}, "items": []}
    server.failures = [(200, page)] * 9
    patient = KubeCluster(from_text(server.kubeconfig()), Pace(bounds=Bounds(pages=5)))

    with pytest.raises(ClusterFailed) as caught:
        patient.find("Pod")

    assert "does not come to an end: there are more than 5 pages" in caught.value.detail


@pytest.mark.parametrize("head", [True, False])
def test_an_answer_that_drips_is_given_up(head: bool) -> None:
    with dripping(head=head) as url:
        config = KubeServer(url=url).kubeconfig()
        impatient = KubeCluster(from_text(config), Pace(bounds=Bounds(seconds=0.15)))
        with pytest.raises(ClusterFailed) as caught:
            impatient.find("Pod")

    assert "does not come to an end: it takes more than 0.15 seconds" in caught.value.detail


@pytest.mark.parametrize(
    "user", [{"token": "opaque-secret"}, {"username": "me", "password": "opaque-secret"}]
)
def test_what_the_kubeconfig_signs_in_with_is_known_as_a_secret(
    server: KubeServer, user: dict[str, Any]
) -> None:
    message = "no user has opaque-secret"
    server.failures = [(400, status(400, "BadRequest", message))]

    with pytest.raises(ClusterFailed) as caught:
        cluster(server, **user).find("Pod")

    assert caught.value.detail == "no user has …"
