import pytest

from kaito_cli.errors import BadInput
from kaito_cli.model import Target
from kaito_cli.wiring import connect


def test_a_port_is_made_once() -> None:
    world = connect(Target())

    assert world.hub is world.hub


def test_without_a_target_the_error_names_the_three() -> None:
    with pytest.raises(BadInput) as caught:
        _ = connect(Target()).cloud

    assert all(kind in caught.value.hint for kind in ("aks", "kubeconfig", "sandbox"))
