"""Read the values of flags: numbers of tokens, pairs, ranges and references to Secrets."""

import re
from collections.abc import Iterable

from kaito_cli.errors import BadInput
from kaito_cli.model import AUTO, MAX, Autoscale, SecretKey

SUFFIXES = {"k": 1024, "ki": 1024, "m": 1024**2, "mi": 1024**2}


def context_length(text: str) -> int | str:
    """A number of tokens, ``auto``, ``max``, or empty for kaito's choice."""
    word = text.strip().lower()
    if word in ("", AUTO, MAX):
        return word
    if re.fullmatch(r"[1-9][0-9]{0,11}", word):
        return int(word)
    raise BadInput(
        f"`--context-length {text}` is not a number of tokens.", hint=_tokens_meant(word)
    )


def _tokens_meant(word: str) -> str:
    scaled = re.fullmatch(r"([1-9][0-9]{0,5})(ki?|mi?)", word)
    if scaled:
        return f"Type `--context-length {int(scaled[1]) * SUFFIXES[scaled[2]]}`."
    grouped = re.fullmatch(r"[1-9][0-9]{0,2}([_,. ][0-9]{3}){1,3}", word)
    if grouped:
        return f"Type `--context-length {re.sub('[^0-9]', '', word)}`."
    return "Type a number such as `--context-length 32768`, or `max`, or `auto`."


def pairs(given: Iterable[str] | None, flag: str, example: str) -> dict[str, str]:
    """``KEY=VALUE`` texts as a mapping. No value is repeated in an error: it may be a secret."""
    found: dict[str, str] = {}
    for each in given or ():
        key, equals, value = each.partition("=")
        if not equals or not key.strip():
            raise BadInput(
                f"`{flag}` takes a name, an equals sign and a value.",
                hint=f"For example `{flag} {example}`.",
            )
        if found.get(key, value) != value:
            raise BadInput(
                f"`{flag} {key}=…` is given twice, with different values.",
                hint=f"Leave one `{flag} {key}=…` out.",
            )
        found[key] = value
    return found


def secret_keys(given: Iterable[str] | None) -> dict[str, SecretKey]:
    """``NAME=SECRET/KEY`` texts as references to keys of Kubernetes Secrets."""
    example = "HF_TOKEN=my-secret/token"
    found = {}
    for name, reference in pairs(given, "--env-from", example).items():
        secret, slash, key = reference.partition("/")
        if not (slash and secret and key):
            raise BadInput(
                f"`--env-from {name}=…` does not name a Secret and one of its keys.",
                hint=f"For example `--env-from {example}`.",
            )
        found[name] = SecretKey(secret=secret, key=key)
    return found


def autoscale(text: str) -> Autoscale | None:
    """``MIN:MAX`` nodes; empty: no autoscaling."""
    if not text:
        return None
    matched = re.fullmatch(r"([0-9]{1,4}):([0-9]{1,4})", text.strip())
    if not matched:
        raise BadInput(
            f"`--autoscale {text}` is not a least and a most number of nodes.",
            hint="For example `--autoscale 1:3`.",
        )
    least, most = int(matched[1]), int(matched[2])
    if least > most or most == 0:
        raise BadInput(
            f"`--autoscale {text}` asks for at least {least} and at most {most} nodes.",
            hint=f"Type `--autoscale {min(least, most)}:{max(least, most, 1)}`.",
        )
    return Autoscale(min_nodes=least, max_nodes=most)


def engine_arguments(given: Iterable[str] | None) -> dict[str, str]:
    """``KEY=VALUE`` texts with the engine's own names, dashes in front or not."""
    example = "enable-prefix-caching=true"
    found = {}
    for key, value in pairs(given, "--engine-arg", example).items():
        name = key.strip().lstrip("-").replace("_", "-")
        if not re.fullmatch(r"[a-z][a-z0-9.-]*", name):
            raise BadInput(
                f"`--engine-arg {key}=…` does not name an argument of the engine.",
                hint=f"For example `--engine-arg {example}`.",
            )
        found[name] = value
    return found


def price(amount: float | None, flag: str) -> float | None:
    """A price in USD an hour: a number greater than nothing."""
    return positive(amount, flag, "5.50")


def positive(number: float | None, flag: str, example: str) -> float | None:
    """A finite number greater than nothing, or None where none was given."""
    if number is not None and not 0 < number < float("inf"):
        raise BadInput(
            f"`{flag} {number:g}` is not a number above 0.", hint=f"For example `{flag} {example}`."
        )
    return number


def gib(amount: float | None, flag: str, example: str) -> float | None:
    """An amount of memory, neither a rounding error nor more than a data centre has."""
    if positive(amount, flag, example) is not None and amount and not 0.01 <= amount <= 10**6:
        raise BadInput(
            f"`{flag} {amount:g}` is not a number of GiB that a GPU or a model has.",
            hint=f"For example `{flag} {example}`.",
        )
    return amount


def tokens_or_most(text: str) -> int | None:
    """A number of tokens; None for ``max`` and where nothing was given."""
    found = context_length(text)
    if found == AUTO:
        raise BadInput(
            "`--context-length auto` chooses by placement, and here the placement is given.",
            hint="Leave it out: the answer names the longest context that fits.",
        )
    return found if isinstance(found, int) else None
