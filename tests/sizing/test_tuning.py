"""What fine-tuning needs, by the published rules."""

import pytest

from kaito_cli.catalog.models import preset, presets
from kaito_cli.model import TuningMethod
from kaito_cli.sizing.tuning import lora_parameters, tuning_memory

TUNABLE = sorted(name for name, model in presets().items() if model.tuning.methods)


def test_lora_parameters_are_those_peft_prints() -> None:
    """Llama-3.1-8B, rank 16, all seven linear layers: 41,943,040 (PEFT's own count)."""
    assert lora_parameters(preset("llama-3.1-8b-instruct"), 16) == 41_943_040


def test_qlora_needs_about_a_third_of_the_base_weights() -> None:
    model = preset("phi-4")
    lora = tuning_memory(model, TuningMethod.LORA)
    qlora = tuning_memory(model, TuningMethod.QLORA)

    assert lora.base_gib == pytest.approx(27.3, abs=0.1)
    assert 0.28 < qlora.base_gib / lora.base_gib < 0.40
    assert qlora.adapter_gib == lora.adapter_gib


def test_the_logits_of_a_large_vocabulary_outweigh_the_activations() -> None:
    found = tuning_memory(preset("llama-3.1-8b-instruct"), TuningMethod.LORA, batch=4)

    assert found.logits_gib > found.activations_gib
    assert found.logits_gib == pytest.approx(4 * 2048 * 128_256 * 10 / 2**30)


def test_checkpointing_keeps_a_seventeenth_of_the_activations() -> None:
    model = preset("mistral-7b")
    kept = tuning_memory(model, TuningMethod.LORA, checkpointing=False)
    dropped = tuning_memory(model, TuningMethod.LORA)

    assert kept.activations_gib == pytest.approx(17 * dropped.activations_gib)


@pytest.mark.parametrize("name", TUNABLE)
def test_every_tunable_preset_can_be_counted(name: str) -> None:
    model = preset(name)
    found = [tuning_memory(model, method).total_gib for method in model.tuning.methods]

    assert lora_parameters(model, 8) > 0
    assert all(total > model.parameters * 0.5 / 2**30 for total in found)
