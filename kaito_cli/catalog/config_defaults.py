"""What a config.json leaves unsaid: the defaults of its family, and the family itself."""

from collections.abc import Mapping
from typing import Any

Config = Mapping[str, Any]

# What transformers assumes when a config.json leaves a key out, for the families whose
# published files do. From huggingface/transformers src/transformers/models/<family>/
# configuration_<family>.py; read for gemma3 (commit 008f5c8) and llama4 (commit 008e574),
# the others are recalled and stand in the published files of the models we know.
DEFAULTS: Mapping[str, Config] = {
    "gemma3_text": {
        "vocab_size": 262_208,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "max_position_embeddings": 131_072,
        "sliding_window": 4096,
        "sliding_window_pattern": 6,
        "tie_word_embeddings": True,
    },
    "gemma2": {
        "max_position_embeddings": 8192,
        "sliding_window": 4096,
        "sliding_window_pattern": 2,
        "tie_word_embeddings": True,
    },
    "gemma": {"head_dim": 256, "tie_word_embeddings": True},
    "gemma4_text": {"tie_word_embeddings": True},
    "cohere": {"tie_word_embeddings": True},
    "cohere2": {"sliding_window_pattern": 4, "tie_word_embeddings": True},
    "llama4_text": {
        "attention_chunk_size": 8192,
        "interleave_moe_layer_step": 1,
        "no_rope_layer_interval": 4,
        "num_experts_per_tok": 1,
        "num_local_experts": 16,
    },
    "mistral": {"num_key_value_heads": 8, "sliding_window": 4096},
    "falcon": {"max_position_embeddings": 2048, "multi_query": True, "tie_word_embeddings": True},
    "opt": {"tie_word_embeddings": True},
    "gpt2": {"tie_word_embeddings": True},
    "gpt_bigcode": {"multi_query": True, "tie_word_embeddings": True},
    "starcoder2": {"tie_word_embeddings": True},
    "bloom": {"tie_word_embeddings": True},
    "lfm2": {"tie_word_embeddings": True},
    "lfm2_moe": {"tie_word_embeddings": True},
    "qwen3_next": {"full_attention_interval": 4},
    "qwen3_5_text": {"full_attention_interval": 4},
    "qwen3_5_moe_text": {"full_attention_interval": 4},
    "gpt_oss": {"sliding_window": 128, "sliding_window_pattern": 2},
}

# For files without `model_type`: architectures whose layers are not plain.
FAMILIES: Mapping[str, str] = {
    "DeepseekV2ForCausalLM": "deepseek_v2",
    "DeepseekV3ForCausalLM": "deepseek_v3",
    "FalconForCausalLM": "falcon",
    "Gemma2ForCausalLM": "gemma2",
    "Gemma3ForCausalLM": "gemma3_text",
    "Gemma3ForConditionalGeneration": "gemma3_text",
    "GptOssForCausalLM": "gpt_oss",
    "KimiVLForConditionalGeneration": "deepseek_v3",
    "Llama4ForConditionalGeneration": "llama4_text",
    "MistralForCausalLM": "mistral",
    "OPTForCausalLM": "opt",
    "PhiForCausalLM": "phi",
}

# Wrappers such as LLaVA write only what differs from the language model's published sizes.
WRAPPED: Mapping[str, Config] = {
    "mistral": {
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 131_072,
    },
    "llama": {
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 11_008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
    },
}
