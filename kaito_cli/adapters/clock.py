"""The time of this machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The Clock port."""

    def now(self) -> datetime:
        """See :class:`kaito_cli.ports.Clock`."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """See :class:`kaito_cli.ports.Clock`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See :class:`kaito_cli.ports.Clock`."""
        time.sleep(seconds)
