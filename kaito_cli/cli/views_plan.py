"""How a plan looks: a card to read in one glance, and every term for those who ask."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kaito_cli.cli.memory_bar import legend, memory_bar
from kaito_cli.cli.view import Column, Grid, billions, card, dollars, view
from kaito_cli.model import Alternative, Cost, Lever, Placement, Plan, Term, WhyNot

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

HOURS_A_MONTH = 730

RUNNERS_UP = (
    Column(title="RUNNER-UP"),
    Column(title="GPUS"),
    Column(title="USD/HOUR", right=True),
    Column(title="WHY NOT", narrowest=20),
)
REFUSED = (
    Column(title="LOOKED AT"),
    Column(title="USD/HOUR", right=True),
    Column(title="WHY NOT", narrowest=20),
)
TERMS = (
    Column(title="TERM"),
    Column(title="GIB", right=True),
    Column(title="WHY", narrowest=20),
)
LEVERS = (
    Column(title="LEVER"),
    Column(title="FITS"),
    Column(title="GIB A GPU", right=True),
    Column(title="USD/HOUR", right=True),
    Column(title="WHAT IT DOES", narrowest=20),
)


@view.register(Plan)
def view_plan(plan: Plan) -> "RenderableType":
    """What will be made, what it costs, and what lost against it."""
    from rich.console import Group

    parts: list[RenderableType] = [_summary(plan)]
    if plan.alternatives:
        parts += ["", _runners_up(plan.alternatives)]
    return Group(*parts)


def explained(plan: Plan) -> "RenderableType":
    """The same, with every term of the memory budget and every cheaper size that cannot."""
    from rich.console import Group

    parts: list[RenderableType] = [view_plan(plan), "", budget(plan.terms)]
    if plan.rejected:
        rows = ((each.vm_size, dollars(each.usd_per_hour), each.reason) for each in plan.rejected)
        parts += ["", Grid(columns=REFUSED, rows=tuple(rows))]
    return Group(*parts)


def budget(terms: Sequence[Term]) -> Grid:
    """Every term of the memory budget of one GPU, and where it comes from."""
    rows = ((each.name, f"{each.gib:.2f}", each.reason) for each in terms)
    return Grid(columns=TERMS, rows=tuple(rows))


def _summary(plan: Plan) -> "Table":
    memory = plan.memory.per_gpu
    return card(
        [
            ("workspace", f"{plan.workspace} in namespace {plan.namespace}"),
            ("model", _model(plan)),
            ("runs on", placed(plan.placement)),
            (
                "engine",
                ", ".join([f"{plan.runtime} {plan.engine.version}".strip(), plan.engine.image]),
            ),
            ("serves", _serves(plan)),
            ("endpoint", _endpoint(plan)),
            ("memory", memory_bar(memory)),
            ("", legend(memory)),
            ("price", priced(plan.cost)),
            ("confidence", _confidence(plan)),
        ]
    )


def _model(plan: Plan) -> str:
    model = plan.model
    revision = f"@{model.revision[:12]}" if model.revision else ""
    gated = ", gated" if model.gated else ""
    return f"{model.id}{revision}, {billions(model.parameters)}, {model.license}{gated}"


def _serves(plan: Plan) -> str:
    asked = f"{plan.concurrency:,} sequences of {plan.context_length:,} tokens at once"
    caches = plan.placement.engines
    cache = "the KV cache has" if caches == 1 else f"each of {caches:,} KV caches has"
    return f"{asked}; {cache} room for {plan.memory.kv_cache_tokens:,}"


def _confidence(plan: Plan) -> str:
    spare = plan.memory.per_gpu.headroom_gib
    return f"{plan.memory.confidence}; {spare:.2f} GiB a GPU to spare at the pessimistic end"


def _endpoint(plan: Plan) -> str:
    return "chat and completions" if plan.model.chat else "completions only: no chat template"


def placed(placement: Placement) -> str:
    """VM size, GPUs and how the model is spread over them."""
    nodes = f"{placement.nodes} × " if placement.nodes > 1 else ""
    ways = {
        "{} GPUs share each layer (tensor parallel)": placement.tensor_parallel,
        "{} stages of layers (pipeline parallel)": placement.pipeline_parallel,
        "{} engines side by side (data parallel)": placement.data_parallel,
        "{} replicas": placement.replicas,
    }
    spread = [said.format(count) for said, count in ways.items() if count > 1]
    gpus = f"{nodes}{placement.vm_size}, {gpus_of(placement)}"
    return ", ".join([f"{gpus} each" if placement.nodes > 1 else gpus, *spread])


def gpus_of(placement: Placement) -> str:
    """The GPUs of one node."""
    return f"{placement.gpus_per_node} × {placement.gpu}"


def priced(cost: Cost) -> str:
    """Price an hour and a month, where and when."""
    if cost.usd_per_hour is None:
        return f"not known in {cost.region}" if cost.region else "not known"
    month = f"${cost.usd_per_hour * HOURS_A_MONTH:,.0f}"
    where = f"{cost.region}, {cost.price_date}"
    return f"{dollars(cost.usd_per_hour)} an hour, about {month} a month ({where})"


def _runners_up(alternatives: tuple[Alternative, ...]) -> Grid:
    return Grid(columns=RUNNERS_UP, rows=tuple(_runner_up(each) for each in alternatives))


def _runner_up(each: Alternative) -> tuple[str, ...]:
    place = each.placement
    nodes = f"{place.nodes} × " if place.nodes > 1 else ""
    price = dollars(each.cost.usd_per_hour)
    return f"{nodes}{place.vm_size}", gpus_of(place), price, each.reason


@view.register(WhyNot)
def view_why_not(why: WhyNot) -> "RenderableType":
    """What is missing on that VM size, and what would help."""
    from rich.console import Group

    chosen = ""
    if why.chosen_vm_size:
        chosen = f"{why.chosen_vm_size}, {dollars(why.chosen_usd_per_hour)} an hour"
    summary = card(
        [
            ("asked about", f"{why.vm_size}, {dollars(why.usd_per_hour)} an hour"),
            ("fits", "yes" if why.fits else "no"),
            ("because", why.reason),
            ("instead", chosen),
            ("memory", memory_bar(why.memory.per_gpu) if why.memory else ""),
            ("", legend(why.memory.per_gpu) if why.memory else ""),
        ]
    )
    return Group(summary, "", _levers(why.levers)) if why.levers else summary


def _levers(levers: tuple[Lever, ...]) -> Grid:
    return Grid(columns=LEVERS, rows=tuple(_lever(each) for each in levers))


def _lever(lever: Lever) -> tuple[str, ...]:
    fits = "yes" if lever.fits else "no"
    return lever.flag, fits, f"{lever.gib:+.2f}", dollars(lever.usd_per_hour), lever.effect
