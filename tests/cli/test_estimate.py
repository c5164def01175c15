import pytest

from tests.cli.conftest import Kaito


def test_a_model_that_fits_is_said_so_term_by_term(kaito: Kaito) -> None:
    shown = kaito("estimate", "falcon-7b", "--gpu", "a10")

    assert shown.code == 0
    assert "fits        yes" in shown.stdout
    assert all(term in shown.stdout for term in ("budget", "weights", "KV cache", "interval"))


def test_what_does_not_fit_exits_4_with_the_document_and_no_error(kaito: Kaito) -> None:
    shown = kaito("estimate", "falcon-40b", "--gpu", "a10", "-o", "json")

    assert shown.code == 4
    assert (shown.document["kind"], shown.document["fits"]) == ("Estimate", False)
    assert shown.document["reason"]
    assert shown.stderr == ""


def test_a_table_of_what_does_not_fit_holds_the_reason(kaito: Kaito) -> None:
    shown = kaito("estimate", "falcon-40b", "--gpu", "a10", "-q")

    assert shown.code == 4
    assert "fits        no: " in shown.stdout
    assert shown.stderr == ""


def test_the_document_holds_what_is_promised(kaito: Kaito) -> None:
    found = kaito("estimate", "falcon-7b", "--gpu", "A100-80GB", "-o", "json").document

    assert found["fits"] is True
    assert found["confidence"] in ("measured", "modelled", "extrapolated")
    assert found["max_context_length"] == 2048
    assert found["max_concurrency"] > 1000
    assert set(found["memory"]["per_gpu"]) >= {
        "usable_gib",
        "budget_gib",
        "weights_gib",
        "activations_gib",
        "cuda_graphs_gib",
        "non_torch_gib",
        "kv_cache_gib",
        "headroom_gib",
    }


FLAGS = [
    ("--tensor-parallel", "2"),
    ("--kv-cache-dtype", "fp8"),
    ("--context-length", "4096"),
    ("--concurrency", "16"),
    ("--gpu-memory-utilization", "0.8"),
    ("--max-num-seqs", "32"),
    ("--max-num-batched-tokens", "4096"),
    ("--weights-gib", "20"),
    ("--quantization", "fp8"),
    ("--engine-version", "0.19"),
    ("--pipeline-parallel", "2"),
]


@pytest.mark.parametrize(("flag", "value"), FLAGS)
def test_every_flag_changes_the_answer(kaito: Kaito, flag: str, value: str) -> None:
    asked = ("estimate", "qwen3-8b", "--gpu", "h100-nvl", "-o", "json")
    plain, flagged = kaito(*asked), kaito(*asked, flag, value)

    assert flagged.code in (0, 4), flagged.stderr
    assert flagged.document != plain.document


def test_eager_costs_no_graphs(kaito: Kaito) -> None:
    shown = kaito("estimate", "qwen3-8b", "--gpu", "a100", "--enforce-eager", "-o", "json")

    assert shown.document["memory"]["per_gpu"]["cuda_graphs_gib"] == 0


def test_memory_alone_is_enough(kaito: Kaito) -> None:
    shown = kaito("estimate", "falcon-7b", "--gpu-memory", "22.06", "-o", "json").document

    assert shown["memory"]["per_gpu"]["usable_gib"] == 22.06
    assert shown["max_num_seqs"] == 256


@pytest.mark.parametrize(("gib", "sequences"), [("40", 256), ("79", 1024), ("180", 1024)])
def test_without_a_device_its_memory_decides_the_defaults(
    kaito: Kaito, gib: str, sequences: int
) -> None:
    shown = kaito("estimate", "falcon-7b", "--gpu-memory", gib, "-o", "json").document

    assert shown["max_num_seqs"] == sequences


def test_memory_overrides_that_of_the_device(kaito: Kaito) -> None:
    asked = ("estimate", "falcon-7b", "--gpu", "a100-80gb", "--gpu-memory", "70", "-o", "json")
    shown = kaito(*asked).document

    assert shown["memory"]["per_gpu"]["usable_gib"] == 70
    assert shown["gpu"] == "A100-80GB"


def test_context_defaults_to_the_models_most(kaito: Kaito) -> None:
    asked = ("estimate", "qwen3-8b", "--gpu", "h200", "-o", "json")

    assert kaito(*asked).document["context_length"] == 40960
    assert kaito(*asked, "--context-length", "max").document["context_length"] == 40960


BAD = [
    ((), 2, "There is no GPU to estimate for."),
    (("--gpu", "h10000"), 3, "There is no GPU named `h10000`."),
    (("--gpu", "a10", "--gpu-memory", "0"), 2, "`--gpu-memory 0` is not a number above 0."),
    (("--gpu-memory", "nan"), 2, "`--gpu-memory nan` is not a number above 0."),
    (("--gpu-memory", "inf"), 2, "`--gpu-memory inf` is not a number above 0."),
    (("--gpu-memory", "big"), 2, "Invalid value for `--gpu-memory`"),
    (("--gpu", "a10", "--context-length", "2k"), 2, "`--context-length 2k` is not a number"),
    (
        ("--gpu", "a10", "--context-length", "auto"),
        2,
        "`--context-length auto` chooses by placement",
    ),
    (("--gpu", "a10", "--weights-gib", "-1"), 2, "`--weights-gib -1` is not a number above 0."),
    (("--gpu", "a10", "--engine-version", "new"), 2, "`new` is not an engine version."),
    (("--gpu", "a10", "--concurrency", "0"), 2, "Invalid value for `--concurrency`"),
    (("--gpu", "a10", "--tensor-parallel", "1.5"), 2, "Invalid value for `--tensor-parallel`"),
    (("--gpu", "a10", "--gpu-memory-utilization", "1.5"), 2, "Invalid value for"),
]


@pytest.mark.parametrize(("flags", "code", "message"), BAD)
def test_bad_input_is_one_clear_error(
    kaito: Kaito, flags: tuple[str, ...], code: int, message: str
) -> None:
    shown = kaito("estimate", "falcon-7b", *flags)

    assert (shown.code, shown.stdout) == (code, "")
    assert shown.stderr.startswith(f"error: {message}")
    assert "\nhint: " in shown.stderr


def test_at_most_is_said_of_each_sequence_that_was_asked(kaito: Kaito) -> None:
    one = kaito("estimate", "phi-4", "--gpu", "a100", COLUMNS="200").stdout
    many = kaito("estimate", "phi-4", "--gpu", "a100", "--concurrency", "20", COLUMNS="200").stdout

    assert "16,384 tokens for one sequence, or 13 sequences of 16,384" in one
    assert "tokens for each of 20, or 13 sequences of 16,384" in many


@pytest.mark.parametrize(
    "absurd",
    [
        ("--gpu-memory", "1e-9"),
        ("--gpu-memory", "1e30"),
        ("--weights-gib", "1e300"),
        ("--max-num-batched-tokens", "1" + "0" * 30),
        ("--max-num-seqs", "1" + "0" * 30),
    ],
)
def test_an_absurd_amount_is_bad_input(absurd: tuple[str, str], kaito: Kaito) -> None:
    shown = kaito("estimate", "phi-4", "--gpu", "a100", *absurd)

    assert (shown.code, shown.stdout) == (2, "")
    assert absurd[0] in shown.stderr
