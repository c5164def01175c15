"""Whether the weights can be had, and what it all costs."""

from kaito_cli.model import Check, Finding, Plan, Verdict
from kaito_cli.readiness.preflight.facts import Facts

TOKEN_NAMES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def needs_token(plan: Plan) -> bool:
    """Whether a token of this machine has to open the weights: it will go into the cluster."""
    return plan.model.gated and not _secret_of(plan)


def _secret_of(plan: Plan) -> str:
    """The Secret in the cluster that was said to hold the token; empty: none was."""
    named = [plan.request.env_from[name] for name in TOKEN_NAMES if name in plan.request.env_from]
    return plan.request.hf_token_secret or (named[0].secret if named else "")


def weights(plan: Plan, facts: Facts) -> Finding:
    """Whether gated weights have a token; the token itself is never looked at."""
    model = plan.model
    if not model.gated:
        return _weights(Verdict.OK, f"{model.id} is not gated.")
    if secret := _secret_of(plan):
        told = f"{model.id} is gated; whether Secret `{secret}` holds a token is not looked at."
        return _weights(Verdict.UNKNOWN, told, f"`kubectl get secret {secret} -n {plan.namespace}`")
    if facts.hub_token:
        told = f"{model.id} is gated and a hub token is here; its terms have to be accepted."
        return _weights(Verdict.OK, told)
    return _weights(
        Verdict.BLOCKED,
        f"{model.id} is gated and there is no token of the hub.",
        f"Accept its terms at https://huggingface.co/{model.id}, then `export HF_TOKEN=…` or "
        "`hf auth login`; or name a Secret that holds one with --hf-token-secret.",
    )


def _weights(verdict: Verdict, message: str, hint: str = "") -> Finding:
    return Finding(check=Check.WEIGHTS, verdict=verdict, message=message, hint=hint)


def price(plan: Plan, facts: Facts) -> Finding:
    """Whether the price is known, of which day, and within what may be spent."""
    cost, most = plan.cost, plan.request.max_cost_usd_per_hour
    if cost.usd_per_hour is None:
        told = f"No price of {plan.placement.vm_size}{_where(plan)} is known."
        page = "https://azure.microsoft.com/pricing/details/virtual-machines/linux/ has it."
        return _price(Verdict.UNKNOWN, told, page)
    told = f"${cost.usd_per_hour:,.2f} an hour{_where(plan)} ({cost.price_date})"
    if cost.at_most and (most is None or cost.usd_per_hour > most):
        return _price(
            Verdict.UNKNOWN,
            f"The price of spot nodes is not known; pay-as-you-go would be {told}.",
            "Ask for it with --live-prices.",
        )
    if most is None:
        return _price(Verdict.OK, f"{told}.")
    if cost.usd_per_hour <= most:
        return _price(Verdict.OK, f"{told}, within --max-cost {most:g}.")
    return _price(
        Verdict.BLOCKED,
        f"{told}, above --max-cost {most:g}.",
        f"Raise it with --max-cost {cost.usd_per_hour:.2f}.",
    )


def _where(plan: Plan) -> str:
    """Nodes of another cloud have no region of Azure."""
    return f" in {plan.cost.region}" if plan.cost.region else ""


def _price(verdict: Verdict, message: str, hint: str = "") -> Finding:
    return Finding(check=Check.PRICE, verdict=verdict, message=message, hint=hint)
