"""Many requests at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from kaito_cli.adapters.kube.calls import THREADS
from kaito_cli.errors import ClusterFailed

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(work: Callable[[T], R], each: Sequence[T]) -> list[R]:
    """The results, in order. A failure lets the others finish, then the first is raised, and
    its detail tells of the others."""
    if len(each) < 2:
        return [work(one) for one in each]
    pool = ThreadPoolExecutor(min(THREADS, len(each)), thread_name_prefix="kaito-cluster")
    try:
        futures = [pool.submit(work, one) for one in each]
        failures = [each for each in map(_failure, futures) if each]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # Ctrl-C does not wait for a server
    if failures:
        raise _with(failures[0], failures[1:])
    return [each.result() for each in futures]


def _failure(future: "Future[R]") -> ClusterFailed | None:
    found = future.exception()
    if found is None or isinstance(found, ClusterFailed):
        return found
    raise found


def _with(first: ClusterFailed, others: Sequence[ClusterFailed]) -> ClusterFailed:
    told = [first.detail, *(f"Also: {each.message} {each.detail}".rstrip() for each in others)]
    first.detail = "\n".join(each for each in told if each)
    return first
