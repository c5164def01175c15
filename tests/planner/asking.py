"""Plans of presets on the real hardware list, in one line."""

from typing import Any

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.model import Model, Plan, Request, WhyNot
from kaito_cli.planner import make_plan, why_not


def plan_of(model: str | Model, **asked: Any) -> Plan:
    found = preset(model) if isinstance(model, str) else model
    return make_plan(Request(model=found.name, **asked), found, hardware(), engines())


def why(model: str, vm_size: str, **asked: Any) -> WhyNot:
    request = Request(model=model, **asked)
    return why_not(request, preset(model), hardware(), engines(), vm_size)
