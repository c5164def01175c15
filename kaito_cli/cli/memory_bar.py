"""One GPU's memory as a bar of 40 characters and the figures that belong to it."""

from kaito_cli.model import GpuMemory

CELLS = 40


def _parts(memory: GpuMemory) -> list[tuple[str, str, float]]:
    overhead = memory.cuda_graphs_gib + memory.non_torch_gib
    taken = memory.weights_gib + memory.activations_gib + overhead + max(0, memory.kv_cache_gib)
    return [
        ("█", "weights", memory.weights_gib),
        ("▓", "activations", memory.activations_gib),
        ("▒", "graphs and context", overhead),
        ("░", "KV cache", max(0, memory.kv_cache_gib)),
        ("·", "left free", max(0, memory.usable_gib - taken)),
    ]


def memory_bar(memory: GpuMemory) -> str:
    """Each part as many cells as its share; what exceeds the card is cut off and said."""
    whole = memory.usable_gib
    bar, end = "", 0.0
    for mark, _, gib in _parts(memory):
        end += gib
        bar += mark * (round(CELLS * min(1, end / whole)) - len(bar))
    over = f", {end - whole:.2f} GiB too much" if end > whole + 0.005 else ""
    return f"{bar[:CELLS]} {whole:.2f} GiB a GPU{over}"


def legend(memory: GpuMemory) -> str:
    """What each mark of the bar stands for, in GiB, on two lines."""
    parts = [f"{mark} {name} {gib:.2f}" for mark, name, gib in _parts(memory)]
    return "  ".join(parts[:3]) + "\n" + "  ".join(parts[3:])
