import pytest

from kaito_cli.cli import quantities
from kaito_cli.errors import BadInput
from kaito_cli.model import Autoscale, SecretKey


@pytest.mark.parametrize(
    ("text", "length"),
    [("", ""), ("auto", "auto"), ("MAX", "max"), ("2048", 2048), (" 131072 ", 131072)],
)
def test_a_context_length_is_tokens_or_a_word(text: str, length: int | str) -> None:
    assert quantities.context_length(text) == length


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("32k", "--context-length 32768"),
        ("128K", "--context-length 131072"),
        ("1m", "--context-length 1048576"),
        ("4ki", "--context-length 4096"),
        ("32,768", "--context-length 32768"),
        ("32_768", "--context-length 32768"),
        ("0", "--context-length 32768"),
        ("-5", "--context-length 32768"),
        ("1e5", "--context-length 32768"),
        ("9" * 5000, "--context-length 32768"),
        ("٣٢", "--context-length 32768"),
    ],
)
def test_a_bad_context_length_names_a_good_one(text: str, meant: str) -> None:
    with pytest.raises(BadInput) as caught:
        quantities.context_length(text)

    assert meant in caught.value.hint


def test_pairs_keep_everything_after_the_first_equals_sign() -> None:
    assert quantities.pairs(["a=b=c", "d="], "--env", "K=V") == {"a": "b=c", "d": ""}


@pytest.mark.parametrize("text", ["", "novalue", "=value", " =value"])
def test_a_pair_without_a_name_or_a_value_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="takes a name, an equals sign and a value"):
        quantities.pairs([text], "--env", "K=V")


def test_a_pair_that_is_no_pair_is_not_repeated_for_it_may_be_a_secret() -> None:
    with pytest.raises(BadInput) as caught:
        quantities.pairs(["hunter2"], "--env", "K=V")

    assert "hunter2" not in caught.value.message + caught.value.hint + caught.value.detail


def test_the_same_name_twice_is_refused_unless_it_says_the_same() -> None:
    assert quantities.pairs(["a=1", "a=1"], "--env", "K=V") == {"a": "1"}
    with pytest.raises(BadInput, match="twice"):
        quantities.pairs(["a=1", "a=2"], "--env", "K=V")


def test_a_secret_is_named_with_one_of_its_keys() -> None:
    found = quantities.secret_keys(["HF_TOKEN=hub/token"])

    assert found == {"HF_TOKEN": SecretKey(secret="hub", key="token")}


@pytest.mark.parametrize("text", ["HF_TOKEN=hub", "HF_TOKEN=/token", "HF_TOKEN=hub/", "HF_TOKEN="])
def test_a_secret_without_a_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        quantities.secret_keys([text])

    assert caught.value.hint == "For example `--env-from HF_TOKEN=my-secret/token`."


@pytest.mark.parametrize(("text", "least", "most"), [("1:3", 1, 3), ("0:1", 0, 1), ("2:2", 2, 2)])
def test_autoscale_is_a_range_of_nodes(text: str, least: int, most: int) -> None:
    assert quantities.autoscale(text) == Autoscale(min_nodes=least, max_nodes=most)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5:2", "Type `--autoscale 2:5`."),
        ("0:0", "Type `--autoscale 0:1`."),
        ("3", "For example `--autoscale 1:3`."),
        ("a:b", "For example `--autoscale 1:3`."),
        ("-1:2", "For example `--autoscale 1:3`."),
        ("1:2:3", "For example `--autoscale 1:3`."),
    ],
)
def test_a_bad_range_names_a_good_one(text: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        quantities.autoscale(text)

    assert caught.value.hint == hint


@pytest.mark.parametrize("amount", [0.0, -1.0, float("inf"), float("nan")])
def test_a_price_is_a_number_above_nothing(amount: float) -> None:
    with pytest.raises(BadInput, match="--max-cost"):
        quantities.price(amount, "--max-cost")


def test_engine_arguments_may_be_written_as_the_engine_does() -> None:
    found = quantities.engine_arguments(["--swap-space=4", "block_size=32"])

    assert found == {"swap-space": "4", "block-size": "32"}


@pytest.mark.parametrize("text", ["--=1", "1abc=2", "a b=2", "{{x}}=1"])
def test_an_engine_argument_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="--engine-arg"):
        quantities.engine_arguments([text])


@pytest.mark.parametrize("amount", [1e-9, 0.0, -1.0, float("nan"), float("inf"), 1e30, 1e300])
def test_memory_that_nothing_has_is_refused(amount: float) -> None:
    with pytest.raises(BadInput) as caught:
        quantities.gib(amount, "--gpu-memory", "22.06")

    assert "--gpu-memory 22.06" in caught.value.hint


@pytest.mark.parametrize("amount", [None, 0.5, 22.06, 275_000.0])
def test_memory_that_something_has_passes(amount: float | None) -> None:
    assert quantities.gib(amount, "--gpu-memory", "22.06") == amount
