"""The environment of the model's container, as Kubernetes writes it."""

from typing import Any

from kaito_cli.manifests.names import API_KEY, HF_TOKEN, api_key_secret, hf_token_secret
from kaito_cli.model import Plan, Runtime, SecretKey

HOME = "/home/vllm"
CACHE = f"{HOME}/.cache"

QUIET = {"DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "VLLM_NO_USAGE_STATS": "1"}
# Current images put every cache below HOME by themselves; older ones have to be told one by one.
WRITABLE = {
    "HOME": HOME,
    "USER": "vllm",
    "XDG_CACHE_HOME": CACHE,
    "HF_HOME": f"{CACHE}/huggingface",
    "NUMBA_CACHE_DIR": f"{CACHE}/numba",
    "OUTLINES_CACHE_DIR": f"{CACHE}/outlines",
    "TORCHINDUCTOR_CACHE_DIR": f"{CACHE}/inductor",
    "TRITON_CACHE_DIR": f"{CACHE}/triton",
    "VLLM_CACHE_ROOT": f"{CACHE}/vllm",
}


def environment_of(plan: Plan) -> list[dict[str, Any]]:
    """Every variable once: kaito's own, overruled by the plan's, overruled by its Secrets'."""
    values = {**WRITABLE, **QUIET, **plan.engine.env}
    entries = {name: _value(name, value) for name, value in values.items()}
    entries |= _secrets(plan)
    entries |= {name: _secret(name, source) for name, source in plan.engine.env_from.items()}
    return list(entries.values())


def literal(text: str) -> str:
    """``text`` so that the kubelet, which replaces ``$(NAME)``, passes it on unchanged."""
    return text.replace("$", "$$")


def has_api_key(plan: Plan) -> bool:
    """Whether the endpoint asks for a key: transformers serve has none to ask for."""
    return plan.request.api_key and plan.runtime is Runtime.VLLM


def _secrets(plan: Plan) -> dict[str, dict[str, Any]]:
    needed = plan.model.gated or bool(plan.request.hf_token_secret)
    entries = {HF_TOKEN: _secret(HF_TOKEN, hf_token_secret(plan), optional=not needed)}
    if has_api_key(plan):
        entries[API_KEY] = _secret(API_KEY, api_key_secret(plan))
    return entries


def _value(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": literal(value)}


def _secret(name: str, source: SecretKey, *, optional: bool = False) -> dict[str, Any]:
    reference = {"name": source.secret, "key": source.key}
    missing = {"optional": True} if optional else {}
    return {"name": name, "valueFrom": {"secretKeyRef": reference | missing}}
