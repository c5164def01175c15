"""What a plan says beside its figures: assumptions, doubts, and why others lost."""

from kaito_cli.model import Fit, Hardware, Link, Nodes, Runtime
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.candidate import Candidate
from kaito_cli.planner.karpenter import on_ec2
from kaito_cli.planner.refusal import image_for
from kaito_cli.sizing.confidence import version_key
from kaito_cli.sizing.engine import defaults
from kaito_cli.sizing.weights import rule


def lost_because(best: Candidate, other: Candidate) -> str:
    """Why a runner-up is not the choice, by the order of the ranking."""
    more = (other.usd_per_hour or 0.0) - (best.usd_per_hour or 0.0)
    if more > 0:
        return f"${more:.2f} an hour more"
    if more < 0:
        nodes = other.placement.pipeline_parallel
        return f"${-more:.2f} an hour less, but each replica spans {nodes} nodes"
    if other.placement.nodes > best.placement.nodes:
        return f"same price, {other.placement.nodes} nodes instead of {best.placement.nodes}"
    if other.placement.link is Link.PCIE and best.placement.link is not Link.PCIE:
        return "same price, PCIe instead of NVLink"
    if other.device.compute_capability < best.device.compute_capability:
        return "same price, older GPU"
    return "same price, plainer placement preferred"


def notes(ask: Ask, best: Candidate, sized: Fit, hardware: Hardware) -> tuple[str, ...]:
    """What the reader has to know about this plan."""
    told = [
        *_settings(ask, best),
        *_placement(ask, best),
        *_price(ask, best, hardware),
        *_karpenter(ask),
        *_model(ask),
        *(f"{sized.memory.confidence}: {doubt}" for doubt in sized.unknowns),
    ]
    return tuple(told)


def _settings(ask: Ask, best: Candidate) -> list[str]:
    serve, told = best.serve, []
    usual = defaults(ask.engine, best.device).max_num_seqs
    if serve.max_num_seqs < usual and not ask.request.max_num_seqs:
        told.append(
            f"max-num-seqs is lowered from {usual} to {serve.max_num_seqs}: "
            "that is what makes the context and concurrency fit"
        )
    own = ask.model.weights.dtype
    if serve.dtype != own:
        told.append(f"runs in {serve.dtype}, the model is published in {own}")
    method = serve.quantization if serve.quantization != "none" else ""
    found = rule(ask.engine, method or ask.model.weights.quantization)
    if found and best.device.compute_capability < found.native_compute_capability:
        told.append(
            f"{best.device.name} has no {found.method} arithmetic: weights stay small, "
            "compute is 16-bit"
        )
    if method and method != ask.model.weights.quantization:
        told.append(f"weights are quantized to {method} while loading")
    return told


def _placement(ask: Ask, best: Candidate) -> list[str]:
    placement, told = best.placement, []
    if idle := placement.idle_gpus:
        told.append(f"{idle} of {placement.nodes * placement.gpus_per_node} GPUs stay idle")
    if not best.size.plannable:
        told.append(f"{best.size.name} is not one kaito would choose: {best.size.why_not}")
    if placement.nodes > placement.replicas:
        told.append("one replica spans several nodes: pipeline stages talk over the network")
    return told


def _price(ask: Ask, best: Candidate, hardware: Hardware) -> list[str]:
    if on_ec2(ask.request):
        return []
    told = []
    if ask.request.spot and not hardware.prices.spot:
        told.append("spot prices are not in the price table: the price is pay-as-you-go's")
    if best.usd_per_hour is None:
        told.append(f"no price of {best.size.name} in {ask.region} is known")
    return told


def _karpenter(ask: Ask) -> list[str]:
    if ask.request.nodes is not Nodes.KARPENTER:
        return []
    told = ["while Karpenter replaces a node, one more runs and costs for some minutes"]
    if on_ec2(ask.request):
        told.append(
            "Amazon's machines and prices are not known: GPUs are chosen by Azure's, Karpenter "
            "takes the cheapest machine that has them, which may have more"
        )
        told.append("CPU and memory are not requested: Azure's figures hold for no other machine")
    return told


def _model(ask: Ask) -> list[str]:
    model, told = ask.model, []
    if not model.verified:
        recalled = sorted(key for key, source in model.sources.items() if "recall" in source)
        told.append(f"facts from memory, not from the model's files: {', '.join(recalled)}")
    if model.id.startswith("/"):
        told.append("the model is a folder of this machine: a cluster cannot read it")
    elif not model.revision:
        told.append("no commit is pinned: the hub's main branch is served as it is that day")
    if model.gated:
        told.append("the weights are gated: the hub's token has to be in the token Secret")
    if not model.serving.chat:
        told.append("no chat template: completions only, chat answers 400")
    if ask.runtime is Runtime.TRANSFORMERS:
        told.append("the transformers runtime has no API key and no metrics, and pins no commit")
        if not ask.request.image:
            told.append(
                "vLLM's image runs it, and fetches accelerate from PyPI at each start; "
                "name an image that has it with --image"
            )
    return told


def assumptions(ask: Ask, best: Candidate, hardware: Hardware) -> tuple[str, ...]:
    """Defaults that were taken because nothing was said."""
    told = []
    amazon = on_ec2(ask.request)
    if not ask.request.region and not amazon:
        told.append(f"region {ask.region}")
    if not ask.uses_existing_nodes and not amazon:
        kind = "spot" if hardware.prices.spot else "pay-as-you-go"
        told.append(f"{kind} prices of {hardware.prices.date}")
    if version_key(ask.version)[:2] != version_key(ask.engine.version)[:2]:
        told.append(f"constants of {ask.engine.name} {ask.engine.version} for {ask.version}")
    unknown_driver = amazon or best.size.driver_cuda is None
    if not ask.request.image and unknown_driver and image_for(ask, best.size):
        nodes = "Amazon's nodes" if amazon else best.size.name
        told.append(f"the driver of {nodes} runs the newest image")
    return tuple(told)
