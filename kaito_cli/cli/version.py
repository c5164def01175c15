"""`kaito version`: which kaito this is."""

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaito_cli import __version__
from kaito_cli.cli import output
from kaito_cli.cli.options import Screen
from kaito_cli.cli.spread import spread
from kaito_cli.cli.view import view

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a bug report should name."""

    kaito: str
    python: str
    system: str


@view.register(Version)
def view_version(version: Version) -> "RenderableType":
    return f"kaito {version.kaito}"


@spread
def version(screen: Screen) -> None:
    """Say which kaito this is; with -o json also which Python and system it runs on."""
    here = Version(
        kaito=__version__, python=platform.python_version(), system=platform.system().lower()
    )
    output.show(here, screen)
