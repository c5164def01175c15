"""What a kubeconfig says, as kubectl reads it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kaito_cli.adapters.kube.kubeconfig import Kubeconfig, load, parsed
from kaito_cli.errors import BadInput

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"


def kubeconfig(name: str, server: str = "", current: str = "", **context: str) -> dict[str, Any]:
    """One context with its cluster and its user, all of one name."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": name, "cluster": {"server": server or f"https://{name}.example"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, **context}}],
        "users": [{"name": name, "user": {"token": "t"}}],
    }


def written(file: Path, content: object) -> str:
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def read(content: object) -> Kubeconfig:
    return parsed(json.dumps(content), "the test's")


@pytest.mark.parametrize(
    ("server", "host"),
    [
        ("https://Prod-abc.hcp.eastus2.azmk8s.io:443", "prod-abc.hcp.eastus2.azmk8s.io"),
        ("https://127.0.0.1:6443", "127.0.0.1"),
        ("prod", ""),
        ("https://[broken", ""),
    ],
)
def test_the_host_of_the_server_is_in_lower_case_and_without_its_port(
    server: str, host: str
) -> None:
    assert read(kubeconfig("prod", server, current="prod")).server_host() == host


def test_context_named_goes_before_the_current_one() -> None:
    config = kubeconfig("prod", current="prod", namespace="chat")
    config["contexts"] += kubeconfig("dev", namespace="research")["contexts"]

    assert read(config).namespace() == "chat"
    assert read(config).namespace("dev") == "research"


def test_a_context_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BadInput, match="no context `pord`") as caught:
        read(kubeconfig("prod")).server_host("pord")

    assert "`prod`" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        {"current-context": "gone"},
        {"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "gone"}}]},
        {"current-context": "a", "contexts": [{"name": "a"}]},
    ],
)
def test_what_points_at_nothing_says_nothing(content: object) -> None:
    empty = read(content)

    assert (empty.server_host(), empty.namespace(), empty.entra_server()) == ("", "", "")


@pytest.mark.parametrize(
    "content", ["a: [", "just text", "contexts: 3", "clusters: [3]", "users: {a: b}"]
)
def test_what_is_no_kubeconfig_is_bad_input_that_names_the_file(
    content: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "broken", content)

    with pytest.raises(BadInput, match=file):
        load(file)


class TestWhichFiles:
    def test_the_one_named_is_read_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KUBECONFIG", written(tmp_path / "b", kubeconfig("b", current="b")))

        found = load(written(tmp_path / "a", kubeconfig("a", current="a")))

        assert list(found.contexts) == ["a"]

    def test_the_one_named_has_to_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="cannot be read"):
            load(str(tmp_path / "none"))

    def test_one_that_is_there_and_cannot_be_read_is_no_missing_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KUBECONFIG", str(tmp_path))

        with pytest.raises(BadInput, match="cannot be read"):
            load()

    def test_of_several_the_first_to_say_something_wins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = kubeconfig("prod", "https://first.example", namespace="chat")
        second = kubeconfig("prod", "https://second.example", current="prod")
        third = kubeconfig("dev", current="dev")
        files = [
            written(tmp_path / str(place), each)
            for place, each in enumerate((first, second, third))
        ]
        listed = ["", files[0], str(tmp_path / "none"), *files[1:]]
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(listed))

        found = load()

        assert (found.current, sorted(found.contexts)) == ("prod", ["dev", "prod"])
        assert (found.server_host(), found.namespace()) == ("first.example", "chat")

    def test_without_any_it_is_the_one_at_home(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("KUBECONFIG")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert load() == Kubeconfig()

        (tmp_path / ".kube").mkdir()
        written(tmp_path / ".kube" / "config", kubeconfig("prod", current="prod"))
        assert load().server_host() == "prod.example"


@pytest.mark.parametrize(
    ("command", "arguments", "server"),
    [
        ("kubelogin", ["get-token", "--server-id", AKS, "--login", "devicecode"], AKS),
        ("/usr/local/bin/kubelogin", ["get-token", f"--server-id={AKS}"], AKS),
        (r"C:\bin\kubelogin.exe", ["get-token", "--server-id", AKS], AKS),
        ("kubelogin", ["get-token"], ""),
        ("kubelogin", None, ""),
        ("aws", ["eks", "get-token", "--server-id", AKS], ""),
    ],
)
def test_who_signs_in_by_kubelogin_is_seen(
    command: str, arguments: list[str] | None, server: str
) -> None:
    config = kubeconfig("prod", current="prod")
    config["users"][0]["user"] = {"exec": {"command": command, "args": arguments}}

    assert read(config).entra_server() == server
