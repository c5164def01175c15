"""Names that AKS and Kubernetes take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaito_cli.errors import BadInput
from kaito_cli.planner.naming import node_pool_name, workspace_name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("llama-3.1-8b-instruct", "llama-3-1-8b-instruct"),
        ("Qwen/Qwen3-32B", "qwen3-32b"),
        ("4o-mini", "m-4o-mini"),
        ("a" * 80, "a" * 45),
    ],
)
def test_a_models_name_becomes_a_dns_label(model: str, name: str) -> None:
    assert workspace_name("", model) == name


@given(st.text(min_size=1, max_size=80))
def test_any_model_name_makes_a_workspace_or_none_at_all(model: str) -> None:
    assert re.fullmatch(r"[a-z]([a-z0-9-]{0,43}[a-z0-9])?", workspace_name("", model))


@pytest.mark.parametrize("asked", ["-x", "1x", "X", "a b", "a" * 46, "ä", "a.b"])
def test_a_name_that_cannot_be_is_refused(asked: str) -> None:
    with pytest.raises(BadInput, match="cannot name a workspace"):
        workspace_name(asked, "falcon-7b")


@given(workspace=st.from_regex(r"[a-z][a-z0-9-]{0,44}", fullmatch=True), zone=st.text())
def test_a_pool_name_is_one_aks_takes(workspace: str, zone: str) -> None:
    name = node_pool_name("c", "default", workspace, "Standard_X", {"zones": zone})

    assert re.fullmatch(r"[a-z][a-z0-9]{0,11}", name)


def test_cluster_namespace_and_size_all_tell_in_the_name() -> None:
    names = {
        node_pool_name("c1", "n", "w", "s", {}),
        node_pool_name("c2", "n", "w", "s", {}),
        node_pool_name("c1", "m", "w", "s", {}),
        node_pool_name("c1", "n", "w", "t", {}),
    }

    assert len(names) == 4
