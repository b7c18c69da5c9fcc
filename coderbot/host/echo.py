"""Lines of other hosts, fetched while somebody looks at lines here."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from coderbot.clock import Clock
from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError
from coderbot.host.numbering import Numbering
from coderbot.supervisor.lines import LogLine

_EVERY_S = 1.0
"""Between two looks at another host, in seconds."""
_FIRST = 1_000
"""Lines of a host that are fetched at first."""
_MOST = 5_000
"""Lines that are fetched at once; if there were more, the older are left out."""
_PATIENCE_S = 2.0
"""How long who begins to look waits for the first lines, in seconds."""

_log = logging.getLogger(__name__)


class LineSource(Protocol):
    """Another host."""

    async def recent(self, bot: str | None, after: int, limit: int) -> list[LogLine]:
        """Return the newest `limit` lines with a number above `after`, in order."""


class Echo:
    """Brings lines of other hosts among those of this one.

    Args:
        hosts: Returns the other hosts that live, with the bots that each runs.
        source: Returns how a host is asked.
        take: Takes lines; returns the number of the first.
        clock: For pauses.
    """

    def __init__(
        self,
        hosts: Callable[[], Mapping[Session, Collection[str]]],
        source: Callable[[Session], LineSource],
        take: Callable[[list[LogLine]], int],
        clock: Clock,
    ) -> None:
        self._hosts = hosts
        self._source = source
        self._take = take
        self._clock = clock
        self._numbers: dict[str, tuple[Session, Numbering]] = {}
        self._watchers = 0
        self._wanted = asyncio.Event()
        self._has_looked = asyncio.Event()

    def numbering(self, host: str) -> Numbering | None:
        """Return the numbers of a host's lines here; None before the first line."""
        _, numbering = self._numbers.get(host, (None, None))
        return None if numbering is None or numbering.is_empty else numbering

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Fetch lines for the length of the block; some are there at its entry."""
        self._watchers += 1
        self._wanted.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self._has_looked.wait()
            yield
        finally:
            self._watchers -= 1
            if not self._watchers:
                self._wanted.clear()
                self._has_looked.clear()

    async def run(self) -> None:
        """Fetch lines whenever somebody watches, until cancelled."""
        while True:
            await self._wanted.wait()
            async with asyncio.TaskGroup() as group:
                for session, bots in self._hosts().items():
                    group.create_task(self._fetch(session, bots))
            self._has_looked.set()
            await self._clock.sleep(_EVERY_S)

    async def _fetch(self, session: Session, bots: Collection[str]) -> None:
        """Fetch what one host has logged since the last time."""
        numbering = self._numbering_of(session)
        after = numbering.last_there
        limit = _MOST if after else _FIRST
        try:
            lines = await self._source(session).recent(None, after, limit)
        except CoderBotError as error:
            _log.debug("No lines of %s: %s", session.host, error.message)
            return
        wanted = [line for line in lines if line.bot in bots]
        if wanted:
            first = self._take(wanted)
            numbering.add(first, [line.seq for line in wanted])

    def _numbering_of(self, session: Session) -> Numbering:
        """Return the numbers of a host, begun anew with each run of its supervisor."""
        known, numbering = self._numbers.get(session.host, (None, None))
        if numbering is None or known != session:
            numbering = Numbering()
            self._numbers[session.host] = session, numbering
        return numbering
