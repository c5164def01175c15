"""Objects as YAML that every reader takes alike: Python's, Go's, YAML 1.1 or 1.2."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from kaito_cli.manifests.annotation import Manifest

if TYPE_CHECKING:
    import yaml

# `1e3`, `0o17` and `y` are strings to PyYAML and are not to kubectl: quotes settle it.
_WORD = re.compile(r"(?:[A-Za-z/]|--[A-Za-z])")
_BOOLEANS = ("true", "false", "yes", "no", "on", "off", "y", "n")
_NO_STRING = (*_BOOLEANS, "null", "nan", "inf", "infinity")


def to_yaml(manifests: list[Manifest]) -> str:
    """The objects as one YAML text, keys in our order, without aliases or folded lines."""
    import yaml

    return yaml.dump_all(
        manifests,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        width=2**31 - 1,
        explicit_start=len(manifests) > 1,
    )


def is_word(text: str) -> bool:
    """Whether ``text``, without quotes, is a string in every version of YAML."""
    return bool(_WORD.match(text)) and text.lower() not in _NO_STRING


@cache
def _dumper() -> "type[yaml.SafeDumper]":
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes equal values out again, for readers and for tools without anchors."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_representer(str, _represent)
    return Dumper


def _represent(dumper: "yaml.SafeDumper", text: str) -> "yaml.Node":
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """Double quotes escape what single ones would fold away or print as it is."""
    if not (text.isascii() and text.isprintable()):
        return '"'
    return None if is_word(text) else "'"
