"""Activation memory: the larger of the two peaks of vLLM's start-up profile.

Neither grows with the model's weights. The formulas and constants were fitted on runs of vLLM
0.19 on H100; `make accuracy` shows how well they hold, docs/explain/accuracy.md keeps it.
"""

from kaito_cli.model import Engine, Model, Serve
from kaito_cli.sizing.units import GIB

MXFP4 = "mxfp4"


def activations_gib(model: Model, engine: Engine, serve: Serve) -> float:
    """GiB of the larger peak on one rank.

    sampler: a × S × V + b × T × H + experts' workspace + base, when S sequences are sampled.
    forward: T × (k I / tp) × 2 B + c × T × H + base, when T tokens pass through a layer.
    """
    return max(sampler_gib(model, engine, serve), forward_gib(model, engine, serve))


def sampler_gib(model: Model, engine: Engine, serve: Serve) -> float:
    profile = engine.activations
    logits = profile.sampler_bytes_per_seq_and_word * min_sequences(serve) * model.vocabulary_size
    hidden = (
        profile.sampler_bytes_per_token_and_hidden
        * serve.max_num_batched_tokens
        * model.hidden_size
    )
    return (logits + hidden + experts_bytes(model, serve)) / GIB + profile.sampler_base_gib


def forward_gib(model: Model, engine: Engine, serve: Serve) -> float:
    profile = engine.activations
    tokens = serve.max_num_batched_tokens
    width = (3 if model.gated_mlp else 2) * model.intermediate_size / serve.tensor_parallel
    hidden = profile.forward_bytes_per_token_and_hidden * tokens * model.hidden_size
    return (tokens * width * 2 + hidden) / GIB + profile.forward_base_gib


def experts_bytes(model: Model, serve: Serve) -> float:
    """Bytes of the fused experts' workspace; MXFP4 kernels need none."""
    experts = model.experts
    if experts is None or model.weights.quantization == MXFP4:
        return 0.0
    rows = serve.max_num_batched_tokens * experts.active
    inner = experts.intermediate_size / serve.tensor_parallel
    outer = model.hidden_size
    return rows * (max(2 * inner, outer) + max(inner, outer)) * 2.0


def min_sequences(serve: Serve) -> int:
    """Sequences the profile samples: never more than the tokens of one step."""
    return min(serve.max_num_seqs, serve.max_num_batched_tokens)
