"""Show again and again how workspaces are: redrawn on a terminal, a line per change elsewhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kaito_cli.cli.failures import Interrupted
from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.output import is_plain, write
from kaito_cli.cli.view import printable
from kaito_cli.cli.views_status import line, survey_cards
from kaito_cli.errors import BadInput, CloudFailed, ClusterFailed, NotFound
from kaito_cli.operations.status import Survey
from kaito_cli.ports import Clock

if TYPE_CHECKING:
    from rich.console import RenderableType

LOOK_SECONDS = 5.0

Show = Callable[[Survey], None]


def follow(look: Callable[[], Survey], screen: Screen, clock: Clock) -> None:
    """Look every few seconds until Ctrl-C, or until what was named is gone."""
    if screen.form is not Format.TABLE:
        raise BadInput(
            "`--watch` is for people, and a document is complete.",
            hint="Leave --watch out; `kaito wait NAME` waits for a program.",
        )
    seen = look()
    try:
        with _shown(screen) as show:
            while True:
                show(seen)
                clock.sleep(LOOK_SECONDS)
                seen = _again(look, seen)
    except NotFound as error:
        write(f"{error.message}\n")
    except KeyboardInterrupt as error:
        raise Interrupted("Stopped looking; what runs goes on.") from error


def _again(look: Callable[[], Survey], seen: Survey) -> Survey:
    """What was seen last stays where a look fails: the next one may not."""
    try:
        return look()
    except (ClusterFailed, CloudFailed):
        return seen


@contextmanager
def _shown(screen: Screen) -> Iterator[Show]:
    redrawn = sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and "CI" not in os.environ
    if redrawn:
        with _live(screen) as show:
            yield show
    else:
        yield _Lines().show


class _Lines:
    """A line for each workspace of which there is news."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], str] = {}

    def show(self, seen: Survey) -> None:
        """Only what differs from what was said last."""
        now = {(each.namespace, each.name): line(each) for each in seen.statuses}
        for key, text in now.items():
            if self._said.get(key) != text:
                write(printable(text) + "\n")
        for namespace, name in self._said.keys() - now.keys():
            write(printable(f"{namespace}/{name}: gone") + "\n")
        self._said = now


@contextmanager
def _live(screen: Screen) -> Iterator[Show]:
    from rich.console import Console
    from rich.live import Live

    console = Console(
        file=sys.stdout,
        color_system=None if is_plain(screen, sys.stdout) else "standard",
        highlight=False,
        emoji=False,
    )
    with Live(console=console, auto_refresh=False, vertical_overflow="visible") as live:

        def show(seen: Survey) -> None:
            shown: RenderableType = survey_cards(seen)
            live.update(shown, refresh=True)

        yield show
