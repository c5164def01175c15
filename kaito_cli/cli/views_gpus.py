"""How VM sizes look: one line each, with the reason where kaito does not plan with them."""

import re

from kaito_cli.cli.view import COLUMNS, Column, dollars, row
from kaito_cli.model import VmOffer

LONGEST_REASON = 30

COLUMNS[VmOffer] = (
    Column(title="VM SIZE", narrowest=26),
    Column(title="GPUS", narrowest=13),
    Column(title="GIB", right=True),
    Column(title="USD/HOUR", right=True),
    Column(title="STATUS", narrowest=16),
)


@row.register(VmOffer)
def _offer_row(offer: VmOffer) -> tuple[str, ...]:
    return (
        offer.name,
        f"{offer.gpus or '?'} × {offer.gpu}",
        f"{offer.gpu_memory_gib:.2f}" if offer.gpu_memory_gib else "?",
        dollars(offer.usd_per_hour).removeprefix("$"),
        _status(offer),
    )


def _status(offer: VmOffer) -> str:
    """What kaito does with this size; the whole reason is in the JSON document."""
    if not offer.plannable:
        return f"not planned: {shortened(offer.why_not)}"
    return offer.status if offer.usd_per_hour is not None else "not offered here"


def shortened(reason: str, longest: int = LONGEST_REASON) -> str:
    """The first clause of a reason, cut between words where that is still too long."""
    clause = re.split(r"[;:]|\. ", reason)[0].strip().rstrip(".")
    clause = re.sub(r"^It (is|has) ", "", clause)
    if len(clause) <= longest:
        return clause
    return clause[: longest - 1].rpartition(" ")[0] + "…"
