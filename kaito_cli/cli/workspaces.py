"""Which workspace is meant: its name and its namespace, before anything is asked of a cluster.

Both become part of label selectors and paths, where other characters would mean something else.
"""

from typing import Annotated

import typer

from kaito_cli.cli.request import DEFAULT_NAMESPACE
from kaito_cli.manifests.names import check_namespace, check_workspace
from kaito_cli.model import Target

Workspace = Annotated[str, typer.Argument(metavar="NAME", help="A workspace.", show_default=False)]


def here(namespace: str, target: Target, *names: str) -> str:
    """The namespace that is meant for workspaces of these names.

    Raises BadInput for a name that no workspace, and no namespace, can have.
    """
    for each in names:
        check_workspace(each, hint="`kaito list -A` shows those there are.")
    within = namespace or target.namespace or DEFAULT_NAMESPACE
    check_namespace(within)
    return within
