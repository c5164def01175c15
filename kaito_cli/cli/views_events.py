"""How it ended, a line for each thing an operation worked on."""

from kaito_cli.cli.view import COLUMNS, Column, row
from kaito_cli.model import Event

COLUMNS[Event] = (Column(title="WHAT"), Column(title="HOW IT ENDED", narrowest=24))


@row.register(Event)
def _event_row(event: Event) -> tuple[str, ...]:
    return event.subject, event.message
