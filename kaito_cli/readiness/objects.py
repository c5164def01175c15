"""Are the other objects ready: Service with a load balancer, volume claim, Node."""

from kaito_cli.model import Readiness
from kaito_cli.readiness.around import (
    Around,
    Live,
    by_diagnosis,
    condition,
    event_lines,
    events_of,
    holds,
    name_of,
    named,
    never,
    not_yet,
    ready,
)
from kaito_cli.readiness.diagnosis import shown

GPU = "nvidia.com/gpu"


def judge_service(live: Live, around: Around) -> Readiness:
    """A load balancer is ready with its first address; other services at once."""
    if live.get("spec", {}).get("type") != "LoadBalancer":
        return ready("ready")
    given = (live.get("status", {}).get("loadBalancer") or {}).get("ingress") or ()
    if given:
        return ready(f"at {given[0].get('ip') or given[0].get('hostname')}")
    return _by_events(live, around, "waiting for an address of the load balancer")


def judge_claim(live: Live, around: Around) -> Readiness:
    """Ready when bound. One that waits for its first consumer is not in trouble."""
    phase = live.get("status", {}).get("phase")
    if phase == "Bound":
        return ready(f"bound to {live.get('spec', {}).get('volumeName') or 'a volume'}")
    if phase == "Lost":
        return never("Lost: the volume it was bound to is gone")
    warnings = list(event_lines(events_of(live, around)))
    missing = [line for line in warnings if "not found" in line]
    diagnosis = named(missing, around) if missing else None
    if diagnosis:  # a storage class does not come by itself
        return never(shown(missing[-1]), diagnosis)
    return _by_events(live, around, f"{phase or 'Pending'}: waiting to be bound")


def judge_node(live: Live, around: Around) -> Readiness:
    """Ready, and its GPUs are offered: a driver and the device plugin run."""
    status = live.get("status", {})
    if not holds(live, "Ready"):
        heard = condition(live, "Ready")
        told = ": ".join(filter(None, (heard.get("reason"), heard.get("message"))))
        return not_yet(shown(told or "has not reported yet"))
    count = int(str((status.get("allocatable") or {}).get(GPU) or 0))
    if count:
        return ready(f"ready, {count} × {GPU}")
    lines = list(event_lines(events_of(live, around)))
    told = f"Ready, but {name_of(live)} has no allocatable {GPU} yet"
    diagnosis = named(lines, around) or named([f"no allocatable {GPU}"], around)
    return not_yet(told, diagnosis)


def _by_events(live: Live, around: Around, told: str) -> Readiness:
    lines = list(event_lines(events_of(live, around)))
    diagnosis = named(lines, around) if lines else None
    return by_diagnosis(shown(diagnosis.evidence[0]), diagnosis) if diagnosis else not_yet(told)
