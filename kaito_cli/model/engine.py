"""What an engine version reserves, defaults to and allows: data, one file a version."""

from dataclasses import dataclass

from kaito_cli.model.gpu import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDefaults:
    """The first entry whose limits a device meets gives T and S."""

    min_memory_gib: float
    except_devices: tuple[str, ...] = ()
    max_num_batched_tokens: int
    max_num_seqs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationProfile:
    """Constants of the start-up profile's two peaks; see sizing.activations."""

    sampler_bytes_per_seq_and_word: float
    sampler_bytes_per_token_and_hidden: float
    sampler_base_gib: float
    forward_bytes_per_token_and_hidden: float
    forward_base_gib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NonTorch:
    """CUDA context and NCCL buffers of one rank; the first matching row counts."""

    max_tensor_parallel: int
    link: Link | None = None  # None: any
    latent: bool = False  # only models with latent attention
    gib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaGraphs:
    base_gib: float
    per_layer_gib: float
    experts_gib: float
    inside_budget: bool  # charged against the KV pool, or taken from what is left of the card
    measured_max_num_seqs: int  # batches are captured up to S; these were measured at this one


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizationRule:
    """Where a quantization method runs, and how loading changes its size."""

    method: str
    min_compute_capability: float
    load_ratio: float = 1.0
    load_ratio_before_hopper: float = 1.0
    native_compute_capability: float = 0  # below it, weights only


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A kind of run the constants were measured on.

    ``half_width`` is the interval it earned, as a part of the budget: three times the worst
    error of its ``runs``, which were on one node without pipeline stages.
    """

    minor_version: str
    device: str
    attention: tuple[str, ...]
    max_tensor_parallel: int
    runs: int
    half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCalibration:
    """The interval that text-only runs on NVIDIA cards earned, over some minor versions."""

    first_version: str
    last_version: str
    half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A container image for drivers of at least ``min_cuda``; digest empty: not known."""

    reference: str
    digest: str = ""
    min_cuda: float
    size_gib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFlags:
    """Names of the engine's flags, without dashes: with a value, and on or off."""

    values: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One version of an engine, and every constant kaito uses for it.

    ``version`` is the first release the file holds for; later ones use it until the next file,
    and those after ``last_version`` are guesses.
    """

    name: str
    version: str
    last_version: str = ""  # empty: the next file begins where this one ends
    source: str
    min_compute_capability: float
    gpu_memory_utilization: float
    block_size: int
    async_scheduling: bool
    windowed_cache: bool  # sliding windows free what they have passed; False: as full attention
    quantizes_layer_by_layer: bool = True  # False: the whole 16-bit model is loaded first
    latent_cache: bool = True  # latent attention is kept compressed; False: not counted
    whole_prompt_limit: int = 0  # prompts up to this length are passed in one step; 0: never
    recurrent_states_per_sequence: int
    defaults: tuple[DeviceDefaults, ...]
    activations: ActivationProfile
    non_torch: tuple[NonTorch, ...]
    cuda_graphs: CudaGraphs
    quantizations: tuple[QuantizationRule, ...]
    calibration: tuple[Calibration, ...] = ()
    text_calibration: TextCalibration | None = None
    images: tuple[Image, ...] = ()
    flags: EngineFlags = EngineFlags()
