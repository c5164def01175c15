"""Where kinds are found, and where on this machine that is remembered."""

import json
import os
import stat
from pathlib import Path

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.adapters.kube.kinds import Kind, Kinds, plural
from kaito_cli.adapters.kube.remembered import RememberedKinds
from kaito_cli.errors import ClusterFailed
from kaito_cli.sandbox.kubernetes.resource import Resources
from tests.clusters import connected, gateways, local_cluster

POOL = Kind(name="NodePool", api_version="karpenter.sh/v1", plural="nodepools", namespaced=False)
VERSION = POOL.api_version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "kinds"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Pod", "pods"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Endpoints", "endpoints"),
    ],
)
def test_plurals_are_the_api_servers(kind: str, expected: str) -> None:
    assert plural(kind) == expected


def test_what_is_built_in_is_never_asked_for() -> None:
    kinds = Kinds(lambda version: pytest.fail(version), lambda version: (), lambda *_: None)

    assert kinds.of("Deployment", "apps/v1")
    assert (kinds.of("Node", "v1") or POOL).namespaced is False


def test_a_kind_of_somebody_elses_is_asked_for_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    with local_cluster() as (server, cluster):
        cluster.apply([gateways()])
        server.state.faults.requests.clear()
        for each in (cluster, KubeCluster(connected(server)), KubeCluster(connected(server))):
            assert each.find("Gateway", api_version="example.com/v1") == ()
        asked = [each.path for each in server.state.faults.requests]

    assert asked.count("/apis/example.com/v1") == 1
    assert asked.count("/apis/example.com/v1/gateways") == 3


def test_what_is_remembered_wrongly_is_forgotten(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    with local_cluster() as (server, cluster):
        kept = RememberedKinds(server.url)
        kept.keep(VERSION, (POOL,))
        with pytest.raises(ClusterFailed, match="knows no `NodePool`"):
            cluster.find("NodePool", api_version=VERSION)

    assert kept.read(VERSION) == ()


class TestRemembered:
    def test_it_is_there_the_next_time(self, folder: Path) -> None:
        RememberedKinds("https://a", folder).keep(VERSION, (POOL,))

        assert RememberedKinds("https://a", folder).read(VERSION) == (POOL,)
        assert RememberedKinds("https://b", folder).read(VERSION) == ()

    def test_nobody_else_may_look(self, folder: Path) -> None:
        RememberedKinds("https://a", folder).keep(VERSION, (POOL,))

        (file,) = folder.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "https" not in file.name

    def test_a_folder_that_is_open_to_others_is_not_trusted(self, folder: Path) -> None:
        kept = RememberedKinds("https://a", folder)
        kept.keep(VERSION, (POOL,))
        folder.chmod(0o755)

        assert kept.read(VERSION) == ()

    def test_a_link_is_not_followed(self, folder: Path, tmp_path: Path) -> None:
        RememberedKinds("https://a", folder).keep(VERSION, (POOL,))
        (tmp_path / "link").symlink_to(folder)

        assert RememberedKinds("https://a", tmp_path / "link").read(VERSION) == ()

    def test_of_no_kinds_it_forgets(self, folder: Path) -> None:
        kept = RememberedKinds("https://a", folder)
        kept.keep(VERSION, (POOL,))
        kept.keep(VERSION, ())

        assert kept.read(VERSION) == ()

    @pytest.mark.parametrize(
        "content",
        ["", "{", "[]", '{"karpenter.sh/v1": 7}', '{"karpenter.sh/v1": {"at": "x", "kinds": []}}'],
    )
    def test_a_broken_file_is_no_file(self, folder: Path, content: str) -> None:
        kept = RememberedKinds("https://a", folder)
        kept.keep(VERSION, (POOL,))
        (file,) = folder.iterdir()
        file.write_text(content)

        assert kept.read(VERSION) == ()
        kept.keep(VERSION, (POOL,))
        assert kept.read(VERSION) == (POOL,)

    def test_what_is_old_is_asked_for_anew(self, folder: Path) -> None:
        kept = RememberedKinds("https://a", folder)
        kept.keep(VERSION, (POOL,))
        (file,) = folder.iterdir()
        entries = json.loads(file.read_text())
        entries[VERSION]["at"] -= 3600
        file.write_text(json.dumps(entries))

        assert kept.read(VERSION) == ()

    def test_no_place_to_keep_it_is_no_failure(self) -> None:
        RememberedKinds("https://a", Path(os.devnull) / "kinds").keep(VERSION, (POOL,))


def test_the_built_in_kinds_are_those_of_a_server() -> None:
    """Against the local server's own discovery, which follows Kubernetes' schemas."""
    kinds = Kinds(lambda version: (), lambda version: (), lambda *_: None)
    for each in Resources():
        known = kinds.of(each.kind, each.api_version)
        if known:
            assert (known.plural, known.namespaced) == (each.plural, each.namespaced)


def test_nothing_is_written_to_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with local_cluster() as (_, cluster):
        cluster.find("Pod")

    assert not [each for each in tmp_path.iterdir() if "osrcp" in each.name]
