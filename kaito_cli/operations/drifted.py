"""What was changed by hand, of objects that carry a plan."""

from collections.abc import Sequence

from kaito_cli import __version__
from kaito_cli.errors import KaitoError
from kaito_cli.manifests.annotation import writer_of
from kaito_cli.manifests.render import render
from kaito_cli.model import MANAGER, Drift, Plan
from kaito_cli.planner.compare import ref_of
from kaito_cli.planner.drift import CONTROLLERS, drift
from kaito_cli.ports import Manifest


def drifted(
    plan: Plan | None, workload: Manifest | None, objects: Sequence[Manifest]
) -> tuple[Drift, ...]:
    """Fields of those objects that somebody else set; none where no plan can be read.

    Rendering is spared where nobody but kaito-cli left a name, and the workload is still its
    first generation.
    """
    if plan is None or workload is None:
        return ()
    first = workload["metadata"].get("generation") == 1
    if first and not any(_is_touched(each) for each in objects):
        return ()
    complete = writer_of(workload) == __version__
    try:
        wanted = render(plan)
    except KaitoError:  # an older kaito's plan, which this one would not make
        return ()
    return drift(wanted, {ref_of(each): each for each in objects}, complete=complete)


def _is_touched(live: Manifest) -> bool:
    """Whether anybody but controllers ever wrote to it, its status aside."""
    return any(
        entry.get("manager") not in (MANAGER, *CONTROLLERS) and entry.get("subresource") != "status"
        for entry in live["metadata"].get("managedFields") or ()
    )
