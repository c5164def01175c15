"""How long the cluster is waited for, and how often it is asked again."""

from dataclasses import dataclass

from kaito_cli.adapters.answers import Bounds

# 200,000 pods: more than Kubernetes is tested with (kubernetes.io/docs/setup/best-practices/
# cluster-large: 150,000)
_BOUNDS = Bounds(pages=400, seconds=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """``patience``: for asking again what failed, with ``pauses`` between; ``poll``: between
    lists where watching is not possible; ``watch``: what one watch is asked to last; ``quiet``:
    without a word, after which a watch or a log that is followed is taken for dead (an API
    server sends a bookmark each minute); ``bounds``: of one answer, and of all pages of a list."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    patience_seconds: float = 5.0
    pauses_seconds: tuple[float, ...] = (0.1, 0.4)
    poll_seconds: float = 5.0
    watch_seconds: float = 240.0
    quiet_seconds: float = 90.0
    bounds: Bounds = _BOUNDS
