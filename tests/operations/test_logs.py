"""The lines of one replica, chosen by age."""

from typing import Any

import pytest

from kaito_cli.errors import BadInput, ClusterFailed, NotFound
from kaito_cli.operations.logs import lines, pods_of
from kaito_cli.operations.replicas import stop
from kaito_cli.operations.steps import unattended
from tests.aks import NAME, NAMESPACE, Aks, chat, deployed


@pytest.fixture
def aks() -> Aks:
    aks = Aks()
    aks.deploy(chat(2))
    aks.cluster.write("chat-0", "one", "two", container="model")
    aks.cluster.write("chat-1", "other", container="model")
    aks.cluster.write("chat-0", "before", container="model", previous=True)
    aks.restarted = {"chat-0"}
    return aks


def read(aks: Aks, number: int = 0, **how: object) -> list[str]:
    pods = pods_of(NAME, NAMESPACE, aks.cluster)
    return list(lines(pods, number, aks.cluster, **how))  # type: ignore[arg-type]


def test_replicas_are_numbered_by_age(aks: Aks) -> None:
    assert read(aks) == ["one", "two"]
    assert read(aks, 1) == ["other"]


def test_the_last_lines_or_those_of_the_run_before(aks: Aks) -> None:
    assert read(aks, tail=1) == ["two"]
    assert read(aks, tail=0) == []
    assert read(aks, previous=True) == ["before"]


def test_what_never_ran_before_has_no_log_of_it(aks: Aks) -> None:
    with pytest.raises(NotFound) as caught:
        read(aks, 1, previous=True)

    assert caught.value.message == "The engine in pod `chat-1` has had no run before this one."
    assert caught.value.hint == "`kaito logs chat --replica 1` shows what it writes now."


def test_a_log_that_the_cluster_has_lost_is_the_clusters_failure(aks: Aks) -> None:
    aks.restarted = {"chat-0", "chat-1"}

    with pytest.raises(ClusterFailed):
        read(aks, 1, previous=True)


@pytest.mark.parametrize(
    "status",
    [
        None,
        {},
        {"containerStatuses": None},
        {"containerStatuses": [{"name": "model", "lastState": None}]},
        {"containerStatuses": [{"name": "sidecar", "lastState": {"terminated": {}}}]},
    ],
)
def test_whatever_shape_says_so(aks: Aks, status: Any) -> None:
    pods = tuple({**each, "status": status} for each in pods_of(NAME, NAMESPACE, aks.cluster))

    with pytest.raises(NotFound):
        lines(pods, 0, aks.cluster, previous=True)


def test_one_on_its_way_out_comes_last(aks: Aks) -> None:
    first = next(each for each in aks.pods() if each["metadata"]["name"] == "chat-0")
    first["metadata"]["deletionTimestamp"] = "2026-11-23T12:00:00Z"

    assert read(aks) == ["other"]


def test_a_number_there_is_not_is_wrong(aks: Aks) -> None:
    with pytest.raises(BadInput, match="numbered 0 to 1"):
        read(aks, 2)


def test_a_workspace_there_is_not_is_not_found(aks: Aks) -> None:
    with pytest.raises(NotFound, match="no workspace `nobody`"):
        pods_of("nobody", NAMESPACE, aks.cluster)


def test_a_stopped_one_has_no_log(aks: Aks) -> None:
    aks.run(stop(NAME, NAMESPACE, aks.world))

    with pytest.raises(ClusterFailed) as caught:
        read(aks)

    assert "kaito start chat" in caught.value.hint


def test_one_that_only_begins_has_no_log_yet() -> None:
    aks = Aks()
    aks.live = lambda: None  # type: ignore[method-assign]
    aks.run(unattended(deployed(chat(), aks.world)))

    with pytest.raises(ClusterFailed, match="no pods yet"):
        read(aks)
