"""What every Cluster does: the same suite on the fake, on the adapter over the local server, and
on a real cluster where KAITO_TEST_KUBECONFIG names one."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from kaito_cli.errors import BadManifest, ClusterFailed, FieldConflict, NotPermitted
from kaito_cli.model import Applied, Ref
from kaito_cli.ports import Cluster, Manifest
from tests.clusters import REAL, Stage, eventually, fake, local, local_cluster, real
from tests.fakes import FakeCluster

needs_cluster = [
    pytest.mark.cluster,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not os.environ.get(REAL), reason=f"{REAL} names no kubeconfig"),
]


@pytest.fixture(params=[fake, local, pytest.param(real, marks=needs_cluster)])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    make: Callable[[], Iterator[Stage]] = request.param
    yield from make()


@pytest.fixture
def cluster(stage: Stage) -> Cluster:
    return stage.cluster


def settings(stage: Stage, name: str = "chat", **data: str) -> Manifest:
    """A ConfigMap: it lives by itself and nothing happens to it."""
    metadata = {"name": name, "namespace": stage.namespace, "labels": {"kaito-test": "yes"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def deployment(stage: Stage, **spec: object) -> Manifest:
    container = {"name": "main", "image": "busybox:1.37"}
    template = {"metadata": {"labels": {"app": "chat"}}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "chat", "namespace": stage.namespace},
        "spec": {"selector": {"matchLabels": {"app": "chat"}}, "template": template, **spec},
    }


def ref(stage: Stage, name: str = "chat", kind: str = "ConfigMap", version: str = "v1") -> Ref:
    return Ref(kind=kind, name=name, api_version=version, namespace=stage.namespace)


def effects(applied: tuple[Applied, ...]) -> list[str]:
    return [each.effect.value for each in applied]


class TestApply:
    def test_it_tells_what_it_did(self, stage: Stage, cluster: Cluster) -> None:
        told = [
            effects(cluster.apply([settings(stage, a="1")])),
            effects(cluster.apply([settings(stage, a="1")])),
            effects(cluster.apply([settings(stage, a="2")])),
        ]

        assert told == [["created"], ["unchanged"], ["updated"]]
        assert (cluster.get(ref(stage)) or {})["data"] == {"a": "2"}

    def test_many_come_back_in_the_order_they_were_given(
        self, stage: Stage, cluster: Cluster
    ) -> None:
        cluster.apply([settings(stage, "b", x="1"), settings(stage, "c", x="1")])

        applied = cluster.apply(
            [
                deployment(stage, replicas=0),
                settings(stage, "a", x="1"),
                settings(stage, "b", x="1"),
                settings(stage, "c", x="2"),
            ]
        )

        assert effects(applied) == ["created", "created", "unchanged", "updated"]
        assert [each.ref.name for each in applied] == ["chat", "a", "b", "c"]

    def test_what_gets_its_labels_only_now_is_updated(self, stage: Stage, cluster: Cluster) -> None:
        bare = settings(stage, "a", x="1")
        del bare["metadata"]["labels"]
        cluster.apply([bare])

        applied = cluster.apply([settings(stage, "a", x="1"), settings(stage, "b", x="1")])

        assert effects(applied) == ["updated", "created"]

    def test_what_changes_nothing_keeps_the_version(self, stage: Stage, cluster: Cluster) -> None:
        versions = []
        for _ in range(2):
            cluster.apply([deployment(stage, replicas=0)])
            found = cluster.get(ref(stage, kind="Deployment", version="apps/v1"))
            versions.append((found or {})["metadata"].get("generation"))

        assert versions[0] == versions[1]

    def test_a_field_no_longer_applied_goes(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([settings(stage, a="1", b="2")])
        cluster.apply([settings(stage, a="1")])

        assert (cluster.get(ref(stage)) or {})["data"] == {"a": "1"}

    def test_what_others_added_stays(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([settings(stage, a="1")])
        stage.edit(ref(stage), {"data": {"b": "2"}})

        assert effects(cluster.apply([settings(stage, a="1")])) == ["unchanged"]
        assert (cluster.get(ref(stage)) or {})["data"] == {"a": "1", "b": "2"}

    def test_a_conflict_names_the_field_and_who_manages_it(
        self, stage: Stage, cluster: Cluster
    ) -> None:
        cluster.apply([settings(stage, a="1")])
        stage.edit(ref(stage), {"data": {"a": "2"}})

        with pytest.raises(FieldConflict) as caught:
            cluster.apply([settings(stage, a="1")])

        assert ".data.a" in caught.value.message
        assert "`kubectl-edit`" in caught.value.message
        assert "--force-conflicts" in caught.value.hint
        assert (cluster.get(ref(stage)) or {})["data"] == {"a": "2"}

    def test_force_takes_the_field_over(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([settings(stage, a="1")])
        stage.edit(ref(stage), {"data": {"a": "2"}})

        assert effects(cluster.apply([settings(stage, a="1")], force=True)) == ["updated"]
        assert effects(cluster.apply([settings(stage, a="1")])) == ["unchanged"]

    def test_a_dry_run_tells_and_does_nothing(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([settings(stage, "a", x="1"), settings(stage, "b", x="1")])

        applied = cluster.apply(
            [
                settings(stage, "a", x="1"),
                settings(stage, "b", x="2"),
                settings(stage, "c", x="1"),
            ],
            dry_run=True,
        )

        assert effects(applied) == ["unchanged", "updated", "created"]
        assert applied[1].object["data"] == {"x": "2"}
        assert (cluster.get(ref(stage, "b")) or {})["data"] == {"x": "1"}
        assert cluster.get(ref(stage, "c")) is None

    def test_a_failure_lets_the_others_of_its_wave_finish_and_starts_no_workload(
        self, stage: Stage, cluster: Cluster
    ) -> None:
        cluster.apply([settings(stage, "a", x="1")])
        stage.edit(ref(stage, "a"), {"data": {"x": "2"}})

        with pytest.raises(FieldConflict):
            cluster.apply(
                [
                    settings(stage, "a", x="1"),
                    settings(stage, "b", x="1"),
                    deployment(stage, replicas=0),
                ]
            )

        assert cluster.get(ref(stage, "b"))
        assert cluster.get(ref(stage, kind="Deployment", version="apps/v1")) is None

    @pytest.mark.parametrize(
        "broken",
        [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}},
            {"apiVersion": "v1", "metadata": {"name": "a"}},
        ],
    )
    def test_what_has_no_name_or_kind_is_a_bad_manifest(
        self, cluster: Cluster, broken: Manifest
    ) -> None:
        with pytest.raises(BadManifest):
            cluster.apply([broken])

    def test_nothing_is_nothing(self, cluster: Cluster) -> None:
        assert cluster.apply([]) == ()


class TestReading:
    def test_what_is_not_there_is_none(self, stage: Stage, cluster: Cluster) -> None:
        assert cluster.get(ref(stage)) is None

    def test_objects_come_with_kind_and_version(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([deployment(stage, replicas=0)])

        (found,) = cluster.find("Deployment", api_version="apps/v1", namespace=stage.namespace)

        assert (found["kind"], found["apiVersion"]) == ("Deployment", "apps/v1")

    @pytest.mark.parametrize(
        ("selector", "names"),
        [
            ({"label_selector": "kaito-test=yes"}, ["a", "b"]),
            ({"label_selector": "kaito-test"}, ["a", "b"]),
            ({"label_selector": "kaito-test=yes,tier=1"}, ["b"]),
            ({"label_selector": "kaito-test=no"}, []),
            ({"label_selector": "kaito-test=yes", "field_selector": "metadata.name=a"}, ["a"]),
            ({"label_selector": "kaito-test=yes", "field_selector": "metadata.name!=a"}, ["b"]),
        ],
    )
    def test_labels_and_fields_select(
        self, stage: Stage, cluster: Cluster, selector: dict[str, str], names: list[str]
    ) -> None:
        tiered = settings(stage, "b")
        tiered["metadata"]["labels"]["tier"] = "1"
        cluster.apply([settings(stage, "a"), tiered])

        found = cluster.find("ConfigMap", namespace=stage.namespace, **selector)

        assert sorted(each["metadata"]["name"] for each in found) == names

    def test_all_namespaces_unless_one_is_named(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([settings(stage)])

        everywhere = cluster.find("ConfigMap", label_selector="kaito-test=yes")
        elsewhere = cluster.find("ConfigMap", namespace="nowhere", label_selector="kaito-test")

        assert stage.namespace in {each["metadata"]["namespace"] for each in everywhere}
        assert elsewhere == ()


class TestDelete:
    def test_it_goes(self, stage: Stage, cluster: Cluster) -> None:
        cluster.apply([settings(stage, "a"), settings(stage, "b")])

        cluster.delete([ref(stage, "a"), ref(stage, "b")])

        assert (cluster.get(ref(stage, "a")), cluster.get(ref(stage, "b"))) == (None, None)

    def test_what_is_gone_is_no_failure(self, stage: Stage, cluster: Cluster) -> None:
        cluster.delete([ref(stage), ref(stage, kind="Deployment", version="apps/v1")])

        assert cluster.get(ref(stage)) is None

    def test_what_it_owns_goes_in_the_background(self, stage: Stage, cluster: Cluster) -> None:
        (owner,) = cluster.apply([settings(stage, "owner")])
        uid = (cluster.get(owner.ref) or {})["metadata"]["uid"]
        owned = settings(stage, "owned")
        by = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}
        owned["metadata"]["ownerReferences"] = [by]
        cluster.apply([owned])

        cluster.delete([owner.ref])

        eventually(lambda: cluster.get(ref(stage, "owned")) is None, seconds=60)


class TestWatch:
    def test_a_mirror_shows_what_comes_changes_and_goes(
        self, stage: Stage, cluster: Cluster
    ) -> None:
        cluster.apply([settings(stage, "a", x="1")])
        mirror = cluster.watch(
            "ConfigMap", namespace=stage.namespace, label_selector="kaito-test=yes"
        )

        def shown() -> dict[str, str]:
            return {each["metadata"]["name"]: each["data"]["x"] for each in mirror.objects()}

        with closing(mirror):
            assert shown() == {"a": "1"}
            cluster.apply([settings(stage, "a", x="2"), settings(stage, "b", x="1")])
            eventually(lambda: shown() == {"a": "2", "b": "1"})
            cluster.delete([ref(stage, "a")])
            eventually(lambda: shown() == {"b": "1"})

    def test_what_leaves_the_selection_leaves_the_mirror(
        self, stage: Stage, cluster: Cluster
    ) -> None:
        cluster.apply([settings(stage)])
        mirror = cluster.watch("ConfigMap", label_selector="kaito-test=yes")

        with closing(mirror):
            stage.edit(ref(stage), {"metadata": {"labels": {"kaito-test": "no"}}})
            eventually(lambda: not mirror.objects())


class TestPods:
    def test_a_log_comes_in_lines(self, stage: Stage, cluster: Cluster) -> None:
        pod = stage.run("chat", ("one", "two", "three"))

        eventually(lambda: list(cluster.logs(pod)) == ["one", "two", "three"], seconds=60)
        assert list(cluster.logs(pod, container="main", tail=2)) == ["two", "three"]
        assert list(cluster.logs(pod, tail=0)) == []

    def test_a_run_that_never_was_has_no_log(self, stage: Stage, cluster: Cluster) -> None:
        pod = stage.run("chat", ("one",))

        with pytest.raises(ClusterFailed):
            list(cluster.logs(pod, previous=True))

    def test_no_pod_no_log_and_no_way_to_it(self, stage: Stage, cluster: Cluster) -> None:
        nobody = ref(stage, kind="Pod")

        with pytest.raises(ClusterFailed):
            list(cluster.logs(nobody))
        with pytest.raises(ClusterFailed), cluster.forward(nobody, 8000):
            pass

    def test_a_service_that_is_not_there_answers_nothing(
        self, stage: Stage, cluster: Cluster
    ) -> None:
        with pytest.raises(ClusterFailed):
            cluster.proxied(ref(stage, kind="Service"), 80, "/health")


def refusing_fake() -> Iterator[Cluster]:
    yield FakeCluster(refused="Pod")


def refusing_local() -> Iterator[Cluster]:
    with local_cluster() as (server, cluster):
        server.state.access.deny("list", "pods")
        yield cluster


@pytest.mark.parametrize("make", [refusing_fake, refusing_local])
def test_what_may_not_be_listed_is_a_failure_and_not_an_empty_list(
    make: Callable[[], Iterator[Cluster]],
) -> None:
    for cluster in make():
        with pytest.raises(NotPermitted) as caught:
            cluster.find("Pod")

        assert caught.value.hint
