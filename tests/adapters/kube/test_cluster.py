"""What is special about the real client: pages, credentials, and failures in our words."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import Token, from_files, from_text
from kaito_cli.errors import BadInput, ClusterFailed
from tests.certificates import self_signed
from tests.kube_server import TOKEN, KubeServer, serving, status

KUBELOGIN = {
    "exec": {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": ["get-token", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"],
    }
}
PODS = "/api/v1/pods"
EXEC = {"apiVersion": "v1", "kind": "ExecCredential"}
FORBIDDEN = status(
    403,
    "Forbidden",
    'pods is forbidden: User "me" cannot list resource "pods" in API group "" at the cluster scope',
)


@pytest.fixture
def server() -> Iterator[KubeServer]:
    pods = [{"metadata": {"name": f"p{number}", "namespace": "ml"}} for number in range(1100)]
    with serving(KubeServer(objects={PODS: pods})) as serves:
        yield serves


def cluster(server: KubeServer, entra: Token | None = None, **user: object) -> KubeCluster:
    quick = Pace(pauses_seconds=(0.001, 0.002))
    return KubeCluster(from_text(server.kubeconfig(**user), entra), quick)


def test_every_page_is_read(server: KubeServer) -> None:
    found = cluster(server).find("Pod")

    assert [each["metadata"]["name"] for each in found] == [f"p{n}" for n in range(1100)]
    assert len(server.asked) == 3


def test_pages_that_the_server_forgot_are_read_again_all_at_once(server: KubeServer) -> None:
    server.forgetful = True

    assert len(cluster(server).find("Pod")) == 1100
    assert server.asked[-1] == PODS


def test_an_entra_cluster_needs_no_kubelogin(server: KubeServer) -> None:
    tokens = iter([TOKEN, TOKEN, TOKEN])

    assert len(cluster(server, lambda: next(tokens), **KUBELOGIN).find("Pod")) == 1100
    assert next(tokens, None) is None  # asked for each request, so that it never expires


def test_a_token_of_ours_is_not_shown_where_the_kubeconfig_has_its_own(server: KubeServer) -> None:
    assert cluster(server, lambda: "ours", token=TOKEN).find("Pod")


def test_no_program_that_azure_names_is_run(server: KubeServer) -> None:
    with pytest.raises(ClusterFailed) as caught:
        cluster(server, exec={"apiVersion": "v1", "command": "/tmp/evil"})

    assert "`evil`" in caught.value.message


def test_a_token_goes_to_no_other_machine_in_the_clear(server: KubeServer) -> None:
    server.url = "http://example.com"

    with pytest.raises(ClusterFailed, match="not reached by https"):
        cluster(server, lambda: TOKEN, **KUBELOGIN)


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
    ],
)
def test_odd_answers_are_failures_of_the_cluster(
    server: KubeServer, answer: tuple[int, object], told: str
) -> None:
    server.failures = [answer]

    with pytest.raises(ClusterFailed, match=told) as caught:
        cluster(server).find("Pod")

    assert "Bearer abc" not in caught.value.detail


def test_a_cluster_that_is_not_there_is_unreachable() -> None:
    gone = KubeServer(url="http://127.0.0.1:9")

    with pytest.raises(ClusterFailed, match="cannot be reached") as caught:
        cluster(gone).find("Pod")

    assert "Connection refused" in caught.value.detail


def test_a_certificate_of_nobody_we_trust_is_told(tmp_path: Path) -> None:
    with (
        serving(KubeServer(), self_signed(tmp_path)) as server,
        pytest.raises(ClusterFailed, match="is not trusted") as caught,
    ):
        cluster(server).find("Pod")

    assert "self-signed certificate" in caught.value.detail


def test_the_certificate_authority_of_the_kubeconfig_is_trusted(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with serving(KubeServer(objects={PODS: []}), certificate) as server:
        config = json.loads(server.kubeconfig())
        config["clusters"][0]["cluster"]["certificate-authority"] = str(certificate)
        file = tmp_path / "config"
        file.write_text(json.dumps(config))

        assert KubeCluster(from_files(str(file))).find("Pod") == ()


def test_v_tells_what_is_asked_and_no_token(
    server: KubeServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        cluster(server).find("Pod", label_selector="a=b")

    assert f"GET {server.url}/api/v1/pods?labelSelector=a%3Db&limit=500" in caplog.text
    assert TOKEN not in caplog.text


NAMED = {"metadata": {"name": "a"}}


def with_container(field: str, found: object) -> dict[str, object]:
    return NAMED | {"status": {"containerStatuses": [{"name": "engine", field: found}]}}


def managed(fields: object) -> dict[str, object]:
    return {"metadata": {"name": "a", "managedFields": [{"fieldsV1": fields}]}, "spec": {}}


@pytest.mark.parametrize(
    ("kind", "item", "what"),
    [
        ("Node", {}, "items.0.metadata"),
        ("Node", None, "items.0"),
        ("Node", "text", "items.0"),
        ("Node", {"metadata": None}, "items.0.metadata"),
        ("Node", {"metadata": {}}, "items.0.metadata.name"),
        ("Node", {"metadata": {"name": 5}}, "items.0.metadata.name"),
        ("Node", {"metadata": {"name": "a", "labels": True}}, "items.0.metadata.labels"),
        ("Node", {"metadata": {"name": "a", "labels": {"a": 1}}}, "items.0.metadata.labels.a"),
        ("Node", NAMED | {"spec": []}, "items.0.spec"),
        ("Node", NAMED | {"status": "x"}, "items.0.status"),
        ("Pod", {"metadata": {"name": "a", "namespace": []}}, "items.0.metadata.namespace"),
        ("Pod", {"metadata": {"name": "a", "annotations": "x"}}, "items.0.metadata.annotations"),
        ("Pod", {"metadata": {"name": "a", "ownerReferences": "x"}}, "ownerReferences"),
        ("Pod", {"metadata": {"name": "a", "ownerReferences": ["x"]}}, "ownerReferences.0"),
        ("Pod", NAMED | {"spec": {"nodeName": []}}, "items.0.spec.nodeName"),
        ("Pod", NAMED | {"spec": {"affinity": {"nodeAffinity": 1}}}, "affinity.nodeAffinity"),
        ("Pod", NAMED | {"status": {"phase": {}}}, "items.0.status.phase"),
        ("Deployment", {"metadata": True}, "items.0.metadata"),
        ("Deployment", NAMED | {"spec": {"template": []}}, "items.0.spec.template"),
        ("Pod", NAMED | {"status": None}, "items.0.status"),
        ("Pod", NAMED | {"status": {"containerStatuses": [{}]}}, "containerStatuses.0.name"),
        ("Pod", with_container("state", 5), "containerStatuses.0.state"),
        ("Pod", with_container("state", {"waiting": {"reason": []}}), "state.waiting.reason"),
        (
            "Pod",
            with_container("lastState", {"terminated": {"exitCode": "x"}}),
            "terminated.exitCode",
        ),
        ("Pod", with_container("restartCount", []), "restartCount"),
        ("Node", {"metadata": {"name": "a", "creationTimestamp": 5}}, "creationTimestamp"),
        ("Node", {"metadata": {"name": "a", "creationTimestamp": "5"}}, "items.0.metadata"),
        ("Node", NAMED | {"status": {"allocatable": {"nvidia.com/gpu": "x"}}}, "items.0.status"),
        ("Event", NAMED | {"involvedObject": "x"}, "items.0.involvedObject"),
        ("Event", NAMED | {"reason": ["x"]}, "items.0.reason"),
        ("Service", NAMED | {"status": {"loadBalancer": {"ingress": [5]}}}, "ingress.0"),
        ("Service", NAMED | {"spec": {"ports": 5}}, "items.0.spec.ports"),
        ("PersistentVolumeClaim", NAMED | {"status": {"phase": 5}}, "items.0.status.phase"),
        ("Deployment", NAMED, "items.0.spec"),
        ("Deployment", NAMED | {"spec": {"replicas": "x"}}, "items.0.spec.replicas"),
        ("Deployment", NAMED | {"spec": {"selector": {"matchLabels": 5}}}, "matchLabels"),
        ("Deployment", NAMED | {"spec": {}, "status": {"readyReplicas": {}}}, "readyReplicas"),
        ("Deployment", managed({"x:metadata": {}}), "items.0.metadata.managedFields.0"),
        ("Deployment", managed({"f:metadata": 5}), "items.0.metadata.managedFields.0"),
        ("Deployment", managed({"k:no json": {}}), "items.0.metadata.managedFields.0"),
        (
            "Job",
            NAMED | {"spec": {}, "status": {"conditions": [None]}},
            "items.0.status.conditions.0",
        ),
    ],
)
def test_objects_of_another_shape_are_no_kubernetes(
    server: KubeServer, kind: str, item: object, what: str
) -> None:
    server.failures = [(200, {"kind": "SomeList", "metadata": {}, "items": [item]})]
    version = {"Deployment": "apps/v1", "Job": "batch/v1"}.get(kind, "v1")

    with pytest.raises(ClusterFailed, match="does not answer as a Kubernetes API") as caught:
        cluster(server).find(kind, api_version=version)

    assert what in caught.value.detail


def test_what_kaito_does_not_read_may_have_any_shape(server: KubeServer) -> None:
    item = NAMED | {"spec": {"nodeName": None, "more": [1]}, "more": 3}
    server.failures = [(200, {"kind": "PodList", "metadata": {}, "items": [item]})]

    assert cluster(server).find("Pod") == ({"apiVersion": "v1", "kind": "Pod", **item},)


class TestKubeconfigFiles:
    def plugin(self, folder: Path, **status: str) -> dict[str, object]:
        """A credential plugin that counts its runs in a file."""
        answer = {"apiVersion": "v1", "kind": "ExecCredential", "status": status}
        script = folder / "plugin"
        script.write_text(f"#!/bin/sh\necho run >> {folder}/runs\necho '{json.dumps(answer)}'\n")
        script.chmod(0o755)
        return {"exec": {"apiVersion": "v1", "command": "./plugin"}}

    def connected(self, server: KubeServer, folder: Path, **user: object) -> KubeCluster:
        file = folder / "config"
        file.write_text(server.kubeconfig(**user))
        return KubeCluster(from_files(str(file)))

    def test_a_plugin_is_run_once_while_its_token_is_good(
        self, server: KubeServer, tmp_path: Path
    ) -> None:
        found = self.connected(server, tmp_path, **self.plugin(tmp_path, token=TOKEN))

        assert len(found.find("Pod")) == 1100
        assert (tmp_path / "runs").read_text() == "run\n"

    def test_a_plugin_is_run_again_when_its_token_expires(
        self, server: KubeServer, tmp_path: Path
    ) -> None:
        soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        user = self.plugin(tmp_path, token=TOKEN, expirationTimestamp=soon)

        self.connected(server, tmp_path, **user).find("Pod", namespace="none")

        assert (tmp_path / "runs").read_text() == "run\nrun\n"

    def test_a_plugin_whose_token_is_not_accepted_is_run_once_more(
        self, server: KubeServer, tmp_path: Path
    ) -> None:
        answers = [{"status": {"token": each}} for each in ("expired", TOKEN)]
        self.connected(server, tmp_path, **self.plugin(tmp_path, token=TOKEN))
        for number, answer in enumerate(answers, 1):
            (tmp_path / f"answer{number}").write_text(json.dumps({**EXEC, **answer}))
        count = f"echo run >> {tmp_path}/runs"
        script = (
            f"#!/bin/sh\n{count}\ncat {tmp_path}/answer$(wc -l < {tmp_path}/runs | tr -d ' ')\n"
        )
        (tmp_path / "plugin").write_text(script)
        (tmp_path / "runs").unlink()
        found = KubeCluster(from_files(str(tmp_path / "config")))

        assert len(found.find("Pod")) == 1100
        assert (tmp_path / "runs").read_text() == "run\nrun\n"

    def test_a_token_file_that_was_replaced_is_read_again(
        self, server: KubeServer, tmp_path: Path
    ) -> None:
        file = tmp_path / "token"
        file.write_text("expired")
        found = self.connected(server, tmp_path, tokenFile=str(file))
        file.write_text(TOKEN)

        assert len(found.find("Pod")) == 1100

    def test_a_plugin_may_print_a_client_certificate(
        self, server: KubeServer, tmp_path: Path
    ) -> None:
        server.url = "https://127.0.0.1:1"
        user = self.plugin(tmp_path, clientCertificateData="our pem", clientKeyData="our key")
        (tmp_path / "config").write_text(server.kubeconfig(**user))

        connection = from_files(str(tmp_path / "config"))

        assert connection.token is None
        assert Path(connection.configuration.cert_file).read_text() == "our pem"
        assert Path(connection.configuration.key_file).read_text() == "our key"

    @pytest.mark.parametrize("status", [{}, {"clientCertificateData": "alone"}])
    def test_a_plugin_that_prints_no_credential_is_told(
        self, server: KubeServer, tmp_path: Path, status: dict[str, str]
    ) -> None:
        with pytest.raises(ClusterFailed, match="gave no credential"):
            self.connected(server, tmp_path, **self.plugin(tmp_path, **status))

    def test_the_users_file_stays_as_it_is(self, server: KubeServer, tmp_path: Path) -> None:
        self.connected(server, tmp_path, **self.plugin(tmp_path, token=TOKEN)).find("Pod")

        assert "exec" in json.loads((tmp_path / "config").read_text())["users"][0]["user"]

    def test_a_missing_kubelogin_names_the_way_without(
        self, server: KubeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(ClusterFailed) as caught:
            self.connected(server, tmp_path, **KUBELOGIN)

        assert "--target aks" in caught.value.hint

    def test_a_plugin_that_fails_is_quoted(self, server: KubeServer, tmp_path: Path) -> None:
        user = self.plugin(tmp_path)
        (tmp_path / "plugin").write_text("#!/bin/sh\necho not today >&2\nexit 3\n")

        with pytest.raises(ClusterFailed) as caught:
            self.connected(server, tmp_path, **user)

        assert "not today" in caught.value.detail

    def test_the_environment_names_files_as_for_kubectl(
        self, server: KubeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "config").write_text(server.kubeconfig())
        monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/none:{tmp_path}/config")

        assert KubeCluster(from_files(context="here")).find("Pod", namespace="none") == ()

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("a: [secret", "is not YAML in line 1"),
            ("- a", "is not a kubeconfig"),
            ("{}", "has no current context"),
            ("", "cannot be used"),
            ('{"current-context": "a"}', "cannot be used"),
        ],
    )
    def test_a_broken_file_is_bad_input_and_not_quoted(
        self, tmp_path: Path, text: str, told: str
    ) -> None:
        (tmp_path / "config").write_text(text)

        with pytest.raises(BadInput) as caught:
            from_files(str(tmp_path / "config"))

        assert told in caught.value.message
        assert "secret" not in str(vars(caught.value))

    def test_a_context_that_is_not_there_lists_those_that_are(
        self, server: KubeServer, tmp_path: Path
    ) -> None:
        (tmp_path / "config").write_text(server.kubeconfig())

        with pytest.raises(BadInput) as caught:
            from_files(str(tmp_path / "config"), "prod")

        assert "here" in caught.value.hint

    def test_without_a_file_the_ways_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("KUBECONFIG", raising=False)

        with pytest.raises(BadInput) as caught:
            from_files()

        assert "--kubeconfig" in caught.value.hint

    def test_in_a_pod_its_service_account_signs_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Half of what a pod has: the complaint shows that it is what was looked for."""
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("KUBECONFIG", raising=False)
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.delenv("KUBERNETES_SERVICE_PORT", raising=False)

        with pytest.raises(BadInput, match="The service account of this pod"):
            from_files()
