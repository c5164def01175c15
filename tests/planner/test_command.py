"""The engine's command line: what is planned is what is passed."""

import pytest

from kaito_cli.errors import BadInput
from kaito_cli.model import Runtime
from tests.planner.asking import plan_of


def flags(name: str, **asked: object) -> dict[str, str]:
    args = plan_of(name, **asked).engine.args
    return {
        arg: args[index + 1] if index + 1 < len(args) else ""
        for index, arg in enumerate(args)
        if arg.startswith("--")
    }


def test_everything_memory_depends_on_is_passed() -> None:
    passed = flags("gpt-oss-120b")

    assert passed["--max-model-len"] == "32768"
    assert passed["--max-num-seqs"] == "512"
    assert passed["--max-num-batched-tokens"] == "8192"
    assert passed["--gpu-memory-utilization"] == "0.92"
    assert passed["--tensor-parallel-size"] == "1"


def test_the_commit_is_pinned_and_both_names_are_served() -> None:
    args = plan_of("falcon-7b", name="chat").engine.args

    assert args[:5] == (
        "vllm",
        "serve",
        "tiiuae/falcon-7b",
        "--revision",
        "898df1396f35e447d5fe44e0a3ccaaaa69f30d36",
    )
    names = args.index("--served-model-name")
    assert args[names + 1 : names + 3] == ("chat", "tiiuae/falcon-7b")


def test_what_the_model_needs_is_told() -> None:
    passed = flags("qwen3-32b")

    assert passed["--reasoning-parser"] == "qwen3"
    assert "--enable-auto-tool-choice" in passed
    assert flags("phi-2")["--model-impl"] == "transformers"


def test_no_chat_template_is_invented_for_falcon() -> None:
    assert "--chat-template" not in flags("falcon-7b")
    assert "no chat template: completions only, chat answers 400" in plan_of("falcon-7b").notes


def test_custom_code_runs_only_when_allowed() -> None:
    assert "--trust-remote-code" not in flags("phi-4")
    assert "--trust-remote-code" in flags("phi-4", trust_remote_code=True)


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({"enable-prefix-caching": "false"}, ("--no-enable-prefix-caching",)),
        ({"--enable_prefix_caching": "true"}, ("--enable-prefix-caching",)),
        ({"seed": "7"}, ("--seed", "7")),
        ({"served-suffix; rm -rf /": "x"}, None),
        ({"port": "9000"}, None),
        ({"api-key": "x"}, None),
        ({"tp": "8"}, None),
        ({"tensor-parallel": "4"}, None),
        ({"max_model": "9"}, None),
        ({"speculative-config.model": "x"}, None),
        ({"no-async-scheduling": "true"}, None),
        ({"enable-lora": "true"}, None),
    ],
)
def test_engine_arguments_are_added_but_overrule_nothing(
    given: dict[str, str], passed: tuple[str, ...] | None
) -> None:
    if passed is None:
        with pytest.raises(BadInput):
            plan_of("falcon-7b", engine_args=given)
    else:
        assert plan_of("falcon-7b", engine_args=given).engine.args[-len(passed) :] == passed


def test_a_planned_argument_names_kaitos_own_flag() -> None:
    with pytest.raises(BadInput) as caught:
        plan_of("falcon-7b", engine_args={"max-model-len": "9"})

    assert caught.value.hint == "Use `--context-length`."


def test_an_unknown_flag_is_named_with_its_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        plan_of("falcon-7b", engine_args={"enable-prefix-cachng": "true"})

    assert caught.value.hint == "Did you mean `enable-prefix-caching`?"


def test_vllms_image_gets_what_transformers_lacks_and_another_is_left_alone() -> None:
    own = plan_of("falcon-7b", runtime=Runtime.TRANSFORMERS).engine.args
    named = plan_of("falcon-7b", runtime=Runtime.TRANSFORMERS, image="mine:1").engine.args

    assert own[0:2] == ("sh", "-c")
    assert "accelerate==" in own[2]
    assert own[4:7] == ("transformers", "serve", "tiiuae/falcon-7b")
    assert named[0:3] == ("transformers", "serve", "tiiuae/falcon-7b")
