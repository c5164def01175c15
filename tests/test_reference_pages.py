"""Generated pages of docs/reference keep up with the program, or the build fails."""

from collections.abc import Callable, Iterator

from kaito_cli import errors
from kaito_cli.catalog.models import presets
from kaito_cli.model import Model

Golden = Callable[[str, str], None]


def classes(base: type[errors.KaitoError] = errors.KaitoError) -> Iterator[type[errors.KaitoError]]:
    yield base
    for each in base.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from classes(each)


def test_every_error_has_a_row(golden: Golden) -> None:
    rows = [
        f"| `{each.code}` | {each.exit_code} | {(each.__doc__ or '').splitlines()[0]} |"
        for each in sorted(classes(), key=lambda each: (each.exit_code, each.code))
    ]
    page = [
        "# Errors and exit codes",
        "",
        "For scripts and pipelines. Written by `make golden`; do not edit.",
        "",
        "An error is a sentence, what another system said about it, and a hint that can be typed.",
        'With `-o json` it is one object on stderr: `{"error": {"code", "message", "detail", '
        '"hint", "exit_code"}}`. `-v` is for people: it adds lines before that object.',
        "",
        "| code | exit | meaning |",
        "|---|---|---|",
        *rows,
        "",
        "Further exit codes: 0 done, 70 a bug in kaito, 130 Ctrl-C, 141 a closed pipe.",
        "`kaito estimate` prints its document on stdout and exits 4 when the model does not fit.",
        "",
    ]
    golden("\n".join(page), "../../docs/reference/errors.md")


def row(model: Model) -> str:
    kinds = ", ".join(f"{group.layers} {group.kind}" for group in model.layers)
    return (
        f"| {model.name} | {model.id} | {model.parameters / 1e9:.1f}B | "
        f"{model.context_length:,} | {model.weights.bytes / 2**30:.1f} | "
        f"{model.weights.quantization or model.weights.dtype} | {kinds} | {model.license} | "
        f"{'yes' if model.verified else 'no'} |"
    )


def test_every_preset_has_a_row(golden: Golden) -> None:
    found = presets()
    verified = sum(model.verified for model in found.values())
    page = [
        "# Presets",
        "",
        "For whoever looks for a model by name. Written by `make golden`; do not edit.",
        "",
        f"{len(found)} presets: {verified} verified (each fact has a source in its file), "
        f"{len(found) - verified} with facts that were recalled.",
        "",
        "| name | hub id | size | context | weights GiB | format | layers | licence | verified |",
        "|---|---|---|---|---|---|---|---|---|",
        *(row(found[name]) for name in sorted(found)),
        "",
    ]
    golden("\n".join(page), "../../docs/reference/presets.md")
