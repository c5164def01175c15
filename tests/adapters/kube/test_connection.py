"""How a cluster is reached: whose token is shown, whom we trust, and which file says so."""

import json
from pathlib import Path

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.adapters.kube.connection import from_files
from kaito_cli.errors import BadInput, ClusterFailed
from tests.adapters.kube.conftest import KUBELOGIN, PODS, cluster
from tests.certificates import self_signed
from tests.kube_server import TOKEN, KubeServer, serving


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


@pytest.mark.parametrize("url", ["http://example.com", "http://localhost:8001"])
def test_a_token_goes_to_no_other_machine_in_the_clear(server: KubeServer, url: str) -> None:
    server.url = url

    with pytest.raises(ClusterFailed, match="not reached by https"):
        cluster(server, lambda: TOKEN, **KUBELOGIN)


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


def test_a_token_file_that_was_replaced_is_read_again(server: KubeServer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("expired")
    (tmp_path / "config").write_text(server.kubeconfig(tokenFile=str(file)))
    found = KubeCluster(from_files(str(tmp_path / "config")))
    file.write_text(TOKEN)

    assert len(found.find("Pod")) == 1100


def test_the_environment_names_files_as_for_kubectl(
    server: KubeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
def test_a_broken_file_is_bad_input_and_not_quoted(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "config").write_text(text)

    with pytest.raises(BadInput) as caught:
        from_files(str(tmp_path / "config"))

    assert told in caught.value.message
    assert "secret" not in str(vars(caught.value))


def test_a_context_that_is_not_there_lists_those_that_are(
    server: KubeServer, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(server.kubeconfig())

    with pytest.raises(BadInput) as caught:
        from_files(str(tmp_path / "config"), "prod")

    assert "here" in caught.value.hint


def test_without_a_file_the_ways_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)

    with pytest.raises(BadInput) as caught:
        from_files()

    assert "--kubeconfig" in caught.value.hint


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize("home", [True, False])
def test_in_a_pod_its_service_account_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: bool
) -> None:
    """Half of what a pod has: the complaint shows that it is what was looked for."""
    if home:
        monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.delenv("KUBERNETES_SERVICE_PORT", raising=False)

    with pytest.raises(BadInput, match="The service account of this pod"):
        from_files()
