"""How long the first answer takes: one sum that timeout and probes are made of."""

from kaito_cli.model import Model, Timing

# cli.md: a pool is given 15 minutes (3–10 seen, facts on AKS of August 2026).
POOL_SECONDS = 900
# A registry pull on AKS unpacks at about this rate; an assumption, no run of ours.
IMAGE_GIB_PER_MINUTE = 4.0
# A managed OS disk reads and writes 150–200 MB/s (AKS concepts-storage.md).
DISK_BYTES_PER_SECOND = 150e6
# Compilation and graph capture of a start; an assumption on the slow side.
GRAPHS_SECONDS = 120


def timing_of(model: Model, image_gib: float) -> Timing:
    """Seconds for each step, on the slow side: weights are written to disk once, read once."""
    transfer = int(model.weights.bytes / DISK_BYTES_PER_SECOND)
    return Timing(
        pool_seconds=POOL_SECONDS,
        image_seconds=int(image_gib / IMAGE_GIB_PER_MINUTE * 60),
        weights_seconds=transfer,
        load_seconds=transfer,
        graphs_seconds=GRAPHS_SECONDS,
    )
