"""Which architectures the engine serves, and what is said of the others."""

from dataclasses import replace

import pytest

from kaito_cli.catalog import architectures
from kaito_cli.catalog.config import model_from_config
from kaito_cli.errors import Unsupported
from kaito_cli.model import Model
from tests.configs import config


def model(architecture: str, *, custom_code: bool = False) -> Model:
    plain = model_from_config(config("phi-2"), name="org/new")
    return replace(plain, architecture=architecture, custom_code=custom_code)


@pytest.mark.parametrize(
    ("name", "served", "lora"),
    [
        ("LlamaForCausalLM", True, True),
        ("FalconForCausalLM", True, False),
        ("Qwen3_5ForConditionalGeneration", True, True),
        ("PhiForCausalLM", True, True),  # through the transformers backend
        ("MPTForCausalLM", False, False),  # served up to an earlier version
        ("NoSuchForCausalLM", False, False),
    ],
)
def test_the_registry_is_known(name: str, served: bool, lora: bool) -> None:
    assert architectures.supports(name) is served
    assert architectures.supports_lora(name) is lora


def test_the_registry_is_whole() -> None:
    known = architectures.architectures()

    assert (len(known.text), len(known.multimodal), len(known.transformers)) == (124, 127, 23)
    assert len(known.dropped) == 50
    assert known.source


def test_near_misses_are_named_best_first() -> None:
    assert architectures.nearest("llamaforcausallm")[0] == "LlamaForCausalLM"
    assert architectures.nearest("Qwen9ForCausalLM")[0].startswith("Qwen")
    assert architectures.nearest("zzz") == ()


def test_an_unknown_architecture_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(Unsupported, match="`LlamaForCausalLN` of `org/new`") as caught:
        architectures.require_supported(model("LlamaForCausalLN"))

    assert "`LlamaForCausalLM`" in caught.value.hint


def test_what_an_earlier_version_served_is_told() -> None:
    with pytest.raises(Unsupported) as caught:
        architectures.require_supported(model("MPTForCausalLM"))

    assert "earlier version" in caught.value.detail


def test_custom_code_needs_to_be_trusted() -> None:
    own = model("NewForCausalLM", custom_code=True)
    with pytest.raises(Unsupported, match="brings its own code") as caught:
        architectures.require_supported(own)

    assert "--trust-remote-code" in caught.value.hint
    architectures.require_supported(own, trust_remote_code=True)


def test_trust_does_not_make_an_architecture_known() -> None:
    with pytest.raises(Unsupported):
        architectures.require_supported(model("NewForCausalLM"), trust_remote_code=True)


def test_supported_models_pass() -> None:
    architectures.require_supported(model("LlamaForCausalLM"))
