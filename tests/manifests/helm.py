"""Just enough of `helm template` for the actions our charts use; others fail."""

import json
import re
from typing import Any

import yaml

from kaito_cli.manifests import Manifest

ACTION = re.compile(r"{{ (?:\.(Values|Release)\.(\w+) \| (quote|toJson)|(\"{{\")|.*?) }}")


def helm_template(chart: dict[str, str], namespace: str) -> list[Manifest]:
    """The objects a chart prints with its own values, released by "kaito-cli"."""
    values = yaml.safe_load(chart["values.yaml"])
    release = {"Namespace": namespace, "Service": "kaito-cli"}

    def act(match: re.Match[str]) -> str:
        source, name, function, braces = match.groups()
        if braces:
            return "{{"
        value = {"Values": values, "Release": release}[source][name]
        return quote(value) if function == "quote" else json.dumps(value)

    templates = (text for name, text in chart.items() if name.startswith("templates/"))
    return [yaml.safe_load(ACTION.sub(act, text)) for text in templates]


def quote(value: Any) -> str:
    """As Go's %q: what is not printable is escaped."""
    assert isinstance(value, str)
    text = json.dumps(value, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in text)
