"""Turn a request into a plan. Pure: same inputs, same plan."""

from dataclasses import replace

from kaito_cli.errors import BadInput, DoesNotFit
from kaito_cli.model import (
    AUTO,
    AksCluster,
    Alternative,
    Cost,
    Engine,
    Hardware,
    Model,
    Plan,
    PlannedEngine,
    PlannedModel,
    Request,
    Runtime,
)
from kaito_cli.planner.ask import Ask, ask_of
from kaito_cli.planner.candidate import Candidate, admit
from kaito_cli.planner.command import command
from kaito_cli.planner.karpenter import at_amazon, on_ec2
from kaito_cli.planner.miss import nothing_fits
from kaito_cli.planner.naming import workspace_name
from kaito_cli.planner.notes import assumptions, lost_because, notes
from kaito_cli.planner.pool import node_pool
from kaito_cli.planner.refusal import image_for
from kaito_cli.planner.search import RUNNERS_UP, Found, search
from kaito_cli.planner.site import at_cluster
from kaito_cli.planner.timing import timing_of
from kaito_cli.planner.validate import check_request
from kaito_cli.sizing import answer
from kaito_cli.sizing.fit import max_context_length
from kaito_cli.sizing.node import pod_resources


def make_plan(
    request: Request,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
    cluster: AksCluster | None = None,
) -> Plan:
    """The cheapest placement that holds what was asked, and everything that follows from it.

    A ``cluster`` settles the region, the name of the node pool and its network. Raises
    DoesNotFit with the nearest miss when there is none, UnknownLayout when its memory cannot
    be counted, BadInput when the request makes no sense.
    """
    placed = at_cluster(request, cluster, hardware)
    check_request(placed, hardware)
    ask = ask_of(placed, model, engines, cluster)
    found = search(ask, hardware)
    if not found.candidates:
        raise nothing_fits(ask, hardware, found)
    best = found.candidates[0]
    _check_autoscale(ask, best)
    if request.context_length == AUTO:
        ask, best = _stretched(ask, best)
    # what was asked is kept as it was: the cluster answers again next time
    plan = replace(_plan(ask, best, found, hardware), request=request)
    return at_amazon(plan) if on_ec2(request) else plan


def fits_one_node(
    model: Model, vm_size: str, hardware: Hardware, engines: tuple[Engine, ...]
) -> bool:
    """Whether one VM of that size serves the model at the default context and concurrency."""
    try:
        plan = make_plan(Request(model=model.name, vm_size=vm_size), model, hardware, engines)
    except (DoesNotFit, BadInput):
        return False
    return plan.placement.nodes == 1


def _check_autoscale(ask: Ask, best: Candidate) -> None:
    scale, nodes = ask.request.autoscale, best.placement.nodes
    if scale and not scale.min_nodes <= nodes <= scale.max_nodes:
        raise BadInput(
            f"`--autoscale {scale.min_nodes}:{scale.max_nodes}` does not allow the {nodes} nodes "
            "that are needed.",
            hint=f"Use --autoscale {min(scale.min_nodes, nodes)}:{max(scale.max_nodes, nodes)}.",
        )


def _stretched(ask: Ask, best: Candidate) -> tuple[Ask, Candidate]:
    """The longest context that fits where the default does, at the same settings."""
    longest = max_context_length(best.budget, best.serve, ask.model.context_length)
    wider = replace(ask, context_length=max(longest, ask.context_length))
    placement = best.placement
    fixed = replace(
        wider,
        request=replace(
            wider.request, replicas=placement.replicas, max_num_seqs=best.serve.max_num_seqs
        ),
    )
    usd = None if best.usd_per_hour is None else best.usd_per_hour / placement.nodes
    again = admit(fixed, best.size, best.device, usd, best.shape)
    return (wider, again) if again and again.fits else (ask, best)


def _plan(ask: Ask, best: Candidate, found: Found, hardware: Hardware) -> Plan:
    request, model, serve = ask.request, ask.model, best.serve
    workspace = workspace_name(request.name, model.name)
    sized = answer(model, best.device, ask.engine, serve, best.budget)
    gib = ask.image_gib
    pool = node_pool(ask, best, workspace)
    return Plan(
        request=request,
        workspace=workspace,
        namespace=request.namespace,
        model=_planned_model(model),
        runtime=ask.runtime,
        engine=_planned_engine(ask, best, workspace),
        placement=best.placement,
        memory=sized.memory,
        context_length=serve.context_length,
        concurrency=ask.concurrency,
        max_num_seqs=serve.max_num_seqs,
        max_num_batched_tokens=serve.max_num_batched_tokens,
        cost=_cost(ask, best, hardware),
        node_pool=pool,
        pod=pod_resources(best.size, _gpus_of_pod(best), model.weights.bytes, pool.os_disk_gib),
        timing=timing_of(model, gib),
        terms=sized.terms,
        alternatives=_alternatives(ask, best, found, hardware),
        rejected=found.rejected,
        notes=notes(ask, best, sized, hardware),
        assumptions=assumptions(ask, best, hardware),
    )


def _planned_model(model: Model) -> PlannedModel:
    return PlannedModel(
        name=model.name,
        id=model.id,
        revision=model.revision,
        architecture=model.architecture,
        parameters=model.parameters,
        license=model.license,
        gated=model.gated,
        chat=model.serving.chat,
        verified=model.verified,
        weights_bytes=model.weights.bytes,
    )


def _planned_engine(ask: Ask, best: Candidate, workspace: str) -> PlannedEngine:
    return PlannedEngine(
        name=ask.runtime,
        version=ask.version if ask.runtime is Runtime.VLLM else "",
        image=image_reference(ask, best),
        args=command(ask, workspace, best.serve),
        env=ask.request.env,
        env_from=ask.request.env_from,
    )


def image_reference(ask: Ask, best: Candidate) -> str:
    """The image with its digest where known, from the mirror where one is named."""
    if ask.request.image:
        return ask.request.image
    image = image_for(ask, best.size)
    reference = image.reference.format(version=ask.version) if image else ""
    mirror = ask.request.registry_mirror.rstrip("/")
    digest = f"@{image.digest}" if image and image.digest else ""
    return f"{mirror}/{reference}{digest}" if mirror else f"{reference}{digest}"


def _gpus_of_pod(best: Candidate) -> int:
    """GPUs of one replica on one node."""
    placement = best.placement
    return min(placement.gpus_per_replica, placement.gpus_per_node)


def _cost(ask: Ask, candidate: Candidate, hardware: Hardware) -> Cost:
    usd = candidate.usd_per_hour
    return Cost(
        usd_per_hour=None if usd is None else round(usd, 4),
        region=ask.region,
        price_date=hardware.prices.date,
        source=hardware.prices.source,
        spot=ask.request.spot,
        at_most=ask.request.spot and usd is not None and not hardware.prices.spot,
    )


def _alternatives(
    ask: Ask, best: Candidate, found: Found, hardware: Hardware
) -> tuple[Alternative, ...]:
    others = [*found.spanning, *found.candidates[1 : RUNNERS_UP + 1]]
    return tuple(
        Alternative(
            placement=each.placement,
            context_length=each.serve.context_length,
            concurrency=ask.concurrency,
            cost=_cost(ask, each, hardware),
            reason=lost_because(best, each),
        )
        for each in others
    )
