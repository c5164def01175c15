"""Credential plugins that the user's own kubeconfig names."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.adapters.kube.connection import from_files
from kaito_cli.errors import ClusterFailed
from tests.adapters.kube.conftest import KUBELOGIN
from tests.kube_server import TOKEN, KubeServer

EXEC = {"apiVersion": "v1", "kind": "ExecCredential"}


def plugin(folder: Path, **status: str) -> dict[str, object]:
    """A credential plugin that counts its runs in a file."""
    answer = EXEC | {"status": status}
    script = folder / "plugin"
    script.write_text(f"#!/bin/sh\necho run >> {folder}/runs\necho '{json.dumps(answer)}'\n")
    script.chmod(0o755)
    return {"exec": {"apiVersion": "v1", "command": "./plugin"}}


def connected(server: KubeServer, folder: Path, **user: object) -> KubeCluster:
    file = folder / "config"
    file.write_text(server.kubeconfig(**user))
    return KubeCluster(from_files(str(file)))


def test_a_plugin_is_run_once_while_its_token_is_good(server: KubeServer, tmp_path: Path) -> None:
    found = connected(server, tmp_path, **plugin(tmp_path, token=TOKEN))

    assert len(found.find("Pod")) == 1100
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_plugin_is_run_again_when_its_token_expires(server: KubeServer, tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    user = plugin(tmp_path, token=TOKEN, expirationTimestamp=soon)

    connected(server, tmp_path, **user).find("Pod", namespace="none")

    assert (tmp_path / "runs").read_text() == "run\nrun\n"


def test_a_plugin_whose_token_is_not_accepted_is_run_once_more(
    server: KubeServer, tmp_path: Path
) -> None:
    connected(server, tmp_path, **plugin(tmp_path, token=TOKEN))
    for number, token in enumerate(("expired", TOKEN), 1):
        answer = EXEC | {"status": {"token": token}}
        (tmp_path / f"answer{number}").write_text(json.dumps(answer))
    count = f"echo run >> {tmp_path}/runs"
    script = f"#!/bin/sh\n{count}\ncat {tmp_path}/answer$(wc -l < {tmp_path}/runs | tr -d ' ')\n"
    (tmp_path / "plugin").write_text(script)
    (tmp_path / "runs").unlink()
    found = KubeCluster(from_files(str(tmp_path / "config")))

    assert len(found.find("Pod")) == 1100
    assert (tmp_path / "runs").read_text() == "run\nrun\n"


def test_a_plugin_may_print_a_client_certificate(server: KubeServer, tmp_path: Path) -> None:
    server.url = "https://127.0.0.1:1"
    user = plugin(tmp_path, clientCertificateData="our pem", clientKeyData="our key")
    (tmp_path / "config").write_text(server.kubeconfig(**user))

    connection = from_files(str(tmp_path / "config"))

    assert connection.token is None
    assert Path(connection.configuration.cert_file).read_text() == "our pem"
    assert Path(connection.configuration.key_file).read_text() == "our key"


@pytest.mark.parametrize("status", [{}, {"clientCertificateData": "alone"}])
def test_a_plugin_that_prints_no_credential_is_told(
    server: KubeServer, tmp_path: Path, status: dict[str, str]
) -> None:
    with pytest.raises(ClusterFailed, match="gave no credential"):
        connected(server, tmp_path, **plugin(tmp_path, **status))


def test_the_users_file_stays_as_it_is(server: KubeServer, tmp_path: Path) -> None:
    connected(server, tmp_path, **plugin(tmp_path, token=TOKEN)).find("Pod")

    assert "exec" in json.loads((tmp_path / "config").read_text())["users"][0]["user"]


def test_a_missing_kubelogin_names_the_way_without(
    server: KubeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ClusterFailed) as caught:
        connected(server, tmp_path, **KUBELOGIN)

    assert "--target aks" in caught.value.hint


def test_a_plugin_that_fails_is_quoted(server: KubeServer, tmp_path: Path) -> None:
    user = plugin(tmp_path)
    (tmp_path / "plugin").write_text("#!/bin/sh\necho not today >&2\nexit 3\n")

    with pytest.raises(ClusterFailed) as caught:
        connected(server, tmp_path, **user)

    assert "not today" in caught.value.detail
