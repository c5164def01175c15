"""Logs of pods, line by line, also across connections that break."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from time import sleep
from typing import Any

from kaito_cli.adapters.kube.calls import Calls, Sent
from kaito_cli.adapters.kube.lines import lines_of
from kaito_cli.adapters.kube.problems import translated
from kaito_cli.adapters.kube.told import Call, Rejected

# what a kubelet puts before a line when asked for times: second, fraction, zone
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d) ?")
_NOT_FOUND = 404

Moment = tuple[str, str]  # second, and fraction of nine digits


@dataclass(slots=True, kw_only=True)
class Log:
    """The log of a container; ``path`` is that of its pod's log.

    When it is followed, lines are asked for with their times, so that the next connection can
    go on where one broke off.
    """

    calls: Calls
    call: Call
    path: str
    container: str
    tail: int | None
    follow: bool
    previous: bool
    _since: str = ""  # as the server writes times
    _last: Moment = ("", "")
    _count: int = 0  # lines of that moment
    _breaks: int = 0  # since the last line

    def lines(self) -> Iterator[str]:
        """Until the container ends; without ``follow`` what there is. Raises ClusterFailed."""
        with translated(self.call):
            if not self.follow:
                with self.calls.streamed(self._sent(), self.calls.pace.read_seconds) as response:
                    yield from map(_text, lines_of(response))
                return
            ended = False
            while not ended:
                ended = yield from self._connected()

    def _connected(self) -> Generator[str, None, bool]:
        """The lines of one connection; whether the log ended with it."""
        try:
            with self.calls.streamed(self._sent(), self.calls.pace.quiet_seconds) as response:
                return (yield from self._told(response))
        except Rejected as error:
            if self._since and error.status == _NOT_FOUND:
                return True  # the pod went, and its log with it
            raise

    def _told(self, response: Any) -> Generator[str, None, bool]:
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        known, again = self._last, self._count
        try:
            for line in lines_of(response):
                moment, since, text = _timed(_text(line))
                if moment and moment < known:
                    continue
                if moment and moment == known and again:
                    again -= 1
                    continue
                self._breaks = 0
                if moment:
                    self._remember(moment, since)
                yield text
        except ReadTimeoutError:  # nothing was written for long: ask whether it is still there
            return False
        except (HTTPError, OSError):
            self._breaks += 1
            if self._breaks > len(self.calls.pace.pauses_seconds):
                raise
            sleep(self.calls.pace.pauses_seconds[self._breaks - 1])
            return False
        return True

    def _remember(self, moment: Moment, since: str) -> None:
        self._count = self._count + 1 if moment == self._last else 1
        self._last, self._since = moment, since

    def _sent(self) -> Sent:
        def flag(on: bool) -> str | None:
            return "true" if on else None

        query = {
            "container": self.container,
            "tailLines": None if self._since else self.tail,
            "sinceTime": self._since,
            "follow": flag(self.follow),
            "previous": flag(self.previous),
            "timestamps": flag(self.follow),
        }
        return Sent(method="GET", path=self.path, query=query, accept="*/*")


def _text(line: bytes) -> str:
    return line.decode(errors="replace").removesuffix("\r")


def _timed(line: str) -> tuple[Moment | None, str, str]:
    """The moment of a line, the same to the second as the server writes it, and the line; the
    server's own remarks have no time."""
    found = _STAMP.match(line)
    if not found:
        return None, "", line
    second, fraction, zone = found.groups()
    return (second, (fraction or "").ljust(9, "0")), second + zone, line[found.end() :]
