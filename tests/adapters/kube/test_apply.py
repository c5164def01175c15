"""Server-side apply as it goes over the wire: how many requests, and what refusals mean."""

import time
from collections.abc import Iterator

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.errors import BadManifest, ClusterFailed, FieldConflict, KaitoError, NotPermitted
from kaito_cli.model import Ref
from kaito_cli.ports import Manifest
from kaito_cli.sandbox.kubernetes.server import KubernetesServer
from kaito_cli.sandbox.kubernetes.wire import Answer
from tests.clusters import gateways, local_cluster
from tests.kube_server import status

QUICK = Pace(pauses_seconds=(0.001, 0.002))


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[KubernetesServer, KubeCluster]]:
    with local_cluster(QUICK) as pair:
        yield pair


@pytest.fixture
def server(both: tuple[KubernetesServer, KubeCluster]) -> Iterator[KubernetesServer]:
    server, cluster = both
    yield server
    server.state.access.denials.clear()
    server.state.faults.listed.clear()
    found = cluster.find("ConfigMap", namespace="default")
    cluster.delete([ref(each["metadata"]["name"]) for each in found])
    server.state.faults.requests.clear()


@pytest.fixture
def cluster(both: tuple[KubernetesServer, KubeCluster], server: KubernetesServer) -> KubeCluster:
    return both[1]


def settings(name: str = "chat", **data: object) -> Manifest:
    metadata = {"name": name, "namespace": "default", "labels": {"by": "kaito"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def ref(name: str) -> Ref:
    return Ref(kind="ConfigMap", name=name, namespace="default")


def asked(server: KubernetesServer) -> list[str]:
    return [each.method for each in server.state.faults.requests]


def refuse(server: KubernetesServer, code: int, message: str, reason: str = "Forbidden") -> None:
    body = status(code, reason, message)
    server.state.faults.add(method="PATCH", times=None, answer=Answer(status=code, body=body))


def refusal(cluster: KubeCluster, *manifests: Manifest) -> KaitoError:
    with pytest.raises(ClusterFailed) as caught:
        cluster.apply(manifests or [settings()])
    return caught.value


class TestRequests:
    def test_one_list_tells_how_many_objects_were(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        many = [settings(f"s{number}") for number in range(20)]
        cluster.apply(many)
        server.state.faults.requests.clear()

        assert {each.effect.value for each in cluster.apply(many)} == {"unchanged"}
        assert sorted(asked(server)) == ["GET"] + 20 * ["PATCH"]

    def test_it_asks_for_metadata_alone(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        cluster.apply([settings("a"), settings("b")])

        (looked,) = (each for each in server.state.faults.requests if each.method == "GET")
        assert "PartialObjectMetadataList" in looked.accept

    @pytest.mark.parametrize("denied", ["list", "get", "[gl]*"])
    def test_who_may_not_look_may_apply_all_the_same(
        self, cluster: KubeCluster, server: KubernetesServer, denied: str
    ) -> None:
        server.state.access.deny(denied, "configmaps")
        applied = cluster.apply([settings("a"), settings("b")])

        assert [each.effect.value for each in applied] == ["created", "created"]

    def test_a_lost_answer_does_not_make_it_an_update(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        server.state.faults.add(method="PATCH", reset="after")

        assert [each.effect.value for each in cluster.apply([settings()])] == ["created"]
        assert asked(server) == ["GET", "PATCH", "PATCH"]

    def test_they_go_many_at_a_time(self, cluster: KubeCluster, server: KubernetesServer) -> None:
        server.state.faults.add(method="PATCH", times=None, latency_seconds=0.1)
        started = time.monotonic()
        cluster.apply([settings(f"s{number}") for number in range(16)])

        assert time.monotonic() - started < 16 * 0.1 / 2

    def test_a_workload_comes_after_what_it_reads(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}
        inside = settings()
        inside["metadata"]["namespace"] = "new"
        labels = {"app": "chat"}
        container = {"name": "main", "image": "busybox"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        workload = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "chat", "namespace": "new"},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        }
        cluster.apply([workload, inside, namespace])
        paths = [each.path for each in server.state.faults.requests if each.method == "PATCH"]

        assert [path.split("/")[-2] for path in paths] == [
            "namespaces",
            "configmaps",
            "deployments",
        ]

    def test_a_definition_and_its_objects_go_together(self, cluster: KubeCluster) -> None:
        made = {"apiVersion": "example.com/v1", "kind": "Gateway", "metadata": {"name": "g"}}

        applied = cluster.apply([made, gateways()])

        assert [each.effect.value for each in applied] == ["created", "created"]
        assert applied[0].ref.namespace == "default"
        assert cluster.find("Gateway", api_version="example.com/v1", namespace="default")


class TestManifests:
    @pytest.mark.parametrize(
        ("broken", "told"),
        [
            ({"dta": {}}, "dta"),
            ({"data": {"a": 7}}, "data.a"),
            ({"metadata": {"name": "Not_A_Name", "namespace": "default"}}, "Not_A_Name"),
        ],
    )
    def test_what_the_schema_refuses_is_a_bad_manifest_and_asked_once(
        self, cluster: KubeCluster, server: KubernetesServer, broken: Manifest, told: str
    ) -> None:
        error = refusal(cluster, {**settings(), **broken})

        assert isinstance(error, BadManifest)
        assert told in f"{error.message} {error.detail}"
        assert "kubectl explain configmap" in error.hint
        assert asked(server).count("PATCH") == 1

    def test_a_field_that_cannot_change_is_told_with_the_way_around(
        self, cluster: KubeCluster
    ) -> None:
        cluster.apply([{**settings(), "immutable": True}])

        error = refusal(cluster, {**settings(a="1"), "immutable": True})

        assert isinstance(error, BadManifest)
        assert "kubectl delete configmaps chat -n default" in error.hint

    @pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"])
    def test_what_is_not_json_is_a_bad_manifest(self, cluster: KubeCluster, value: object) -> None:
        assert isinstance(refusal(cluster, settings(a=value)), BadManifest)

    def test_what_the_server_says_of_a_secret_is_not_quoted(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        refuse(server, 422, 'Secret "key" is invalid: data[key]: Invalid value: "hunter2"')
        metadata = {"name": "key", "namespace": "default"}

        error = refusal(cluster, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata})

        assert "Secret `key`" in error.message
        assert "hunter2" not in f"{error.message}{error.detail}{error.hint}{error.__cause__}"

    def test_several_conflicts_are_one_error_that_tells_of_all(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        cause = {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kube-controller-manager" with subresource "scale" using '
            "apps/v1",
            "field": ".data.a",
        }
        body = status(409, "Conflict", "Apply failed with 2 conflicts")
        body["details"] = {"causes": [cause, {**cause, "field": ".data.b"}]}
        server.state.faults.add(method="PATCH", times=None, answer=Answer(status=409, body=body))

        error = refusal(cluster, settings("a"), settings("b"))

        assert isinstance(error, FieldConflict)
        assert "`.data.a` and 1 more of ConfigMap `a`" in error.message
        assert "`kube-controller-manager`" in error.message
        assert "Also: `.data.a` and 1 more of ConfigMap `b`" in error.detail

    def test_somebody_who_wrote_in_between_is_no_conflict(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        body = status(409, "Conflict", "the object has been modified")
        server.state.faults.add(method="PATCH", answer=Answer(status=409, body=body))

        assert cluster.apply([settings()])


class TestRefusals:
    """Everything that comes as 403 or nearly so, told apart."""

    def test_a_role_that_is_missing(self, cluster: KubeCluster, server: KubernetesServer) -> None:
        server.state.access.deny("patch", "configmaps")

        error = refusal(cluster)

        assert isinstance(error, NotPermitted)
        assert "You may not patch `configmaps` in namespace `default`" in error.message
        assert "`kubectl auth can-i patch configmaps -n default`" in error.hint

    def test_the_servers_words_tell_which_verb_it_is(
        self, cluster: KubeCluster, server: KubernetesServer
    ) -> None:
        refuse(
            server,
            403,
            'deployments.apps "chat" is forbidden: User "me" cannot create resource '
            '"deployments/scale" in API group "apps" in the namespace "default"',
        )
        error = refusal(cluster)

        assert isinstance(error, NotPermitted)
        assert "may not create `deployments/scale`" in error.message
        assert "can-i create deployments.apps --subresource=scale -n default" in error.hint

    @pytest.mark.parametrize(
        ("code", "words", "told", "hint"),
        [
            (
                403,
                'pods "chat" is forbidden: exceeded quota: gpus, requested: '
                "requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: "
                "requests.nvidia.com/gpu=4",
                "The quota `gpus` has no room",
                "kubectl describe resourcequota gpus -n default",
            ),
            (
                403,
                'configmaps "chat" is forbidden: unable to create new content in namespace default '
                "because it is being terminated",
                "The namespace `default` is being deleted",
                "-n",
            ),
            (
                403,
                'pods "chat" is forbidden: violates PodSecurity "restricted:latest": '
                "allowPrivilegeEscalation != false",
                "A policy of the cluster",
                "-n",
            ),
            (
                422,
                "configmaps \"chat\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with "
                "binding 'all' denied request: no",
                "A policy of the cluster",
                "-n",
            ),
            (
                403,
                'admission webhook "validation.gatekeeper.sh" denied the request: '
                "[azurepolicy-k8sazurev3] no limits",
                "`validation.gatekeeper.sh` does not let in",
                "kubectl get validatingwebhookconfigurations",
            ),
            (
                400,
                'admission webhook "vingress.elbv2" denied the request: no',
                "`vingress.elbv2` does not let in",
                "kubectl get validatingwebhookconfigurations",
            ),
            (
                500,
                'Internal error occurred: failed calling webhook "v.k.io": connection refused',
                "`v.k.io` is to be asked first",
                "kubectl get validatingwebhookconfigurations",
            ),
        ],
    )
    def test_what_is_no_role_is_not_called_one(
        self,
        cluster: KubeCluster,
        server: KubernetesServer,
        code: int,
        words: str,
        told: str,
        hint: str,
    ) -> None:
        refuse(server, code, words)

        error = refusal(cluster)

        assert type(error) is ClusterFailed
        assert told in error.message
        assert error.detail == words
        assert hint in error.hint

    def test_a_namespace_that_is_not_there(self, cluster: KubeCluster) -> None:
        lost = settings()
        lost["metadata"]["namespace"] = "nowhere"

        error = refusal(cluster, lost)

        assert error.message == "There is no namespace `nowhere`."
        assert "kubectl create namespace nowhere" in error.hint

    def test_a_kind_that_the_cluster_does_not_know(self, cluster: KubeCluster) -> None:
        unknown = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "a"}}

        error = refusal(cluster, unknown)

        assert "knows no `NodePool` of `karpenter.sh`" in error.message
        assert "kubectl api-resources --api-group=karpenter.sh" in error.hint
        cluster.delete([Ref(kind="NodePool", name="a", api_version="karpenter.sh/v1")])


def test_what_runs_is_deleted_before_what_it_reads(
    cluster: KubeCluster, server: KubernetesServer
) -> None:
    refs = [
        Ref(kind="Namespace", name="gone"),
        Ref(kind="Secret", name="gone", namespace="default"),
        Ref(kind="Deployment", name="gone", namespace="default", api_version="apps/v1"),
    ]
    cluster.delete(refs)

    kinds = [each.path.split("/")[-2] for each in server.state.faults.requests]
    assert kinds == ["deployments", "secrets", "namespaces"]
    assert server.state.faults.requests[0].query == {"propagationPolicy": "Background"}
