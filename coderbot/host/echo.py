"""Lines of other hosts, fetched while somebody looks at lines here."""

import asyncio
import heapq
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
"""How long who begins to look waits for the first lines, and a host may take to
send some, in seconds."""


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
            await self.looked()
            yield
        finally:
            self._watchers -= 1
            if not self._watchers:
                self._wanted.clear()
                self._has_looked.clear()

    async def looked(self) -> None:
        """Wait, if somebody watches, until some lines are there; not for long."""
        if self._watchers:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self._has_looked.wait()

    async def run(self) -> None:
        """Fetch lines whenever somebody watches, until cancelled."""
        while True:
            await self._wanted.wait()
            hosts = self._hosts()
            found = await asyncio.gather(
                *(self._fetch(session, bots) for session, bots in hosts.items())
            )
            self._place(dict(zip(hosts, found, strict=True)))
            self._has_looked.set()
            await self._clock.sleep(_EVERY_S)

    async def _fetch(self, session: Session, bots: Collection[str]) -> list[LogLine]:
        """Return what the bots of a host have logged since the last time."""
        after = self._numbering_of(session).last_there
        limit = _MOST if after else _FIRST
        try:
            async with asyncio.timeout(_PATIENCE_S):
                lines = await self._source(session).recent(None, after, limit)
        except (CoderBotError, TimeoutError):
            # Whether a host is gone is told elsewhere; its lines come when it is back.
            return []
        return [line for line in lines if line.bot in bots]

    def _place(self, found: Mapping[Session, list[LogLine]]) -> None:
        """Put lines of several hosts among ours, as they came in time."""
        # Merged, not sorted: lines of one host keep their order, whatever its clock says.
        sources = [[(line, host) for line in some] for host, some in found.items()]
        lines = list(heapq.merge(*sources, key=lambda each: each[0].wall))
        if not lines:
            return
        first = self._take([line for line, _ in lines])
        for here, (line, session) in enumerate(lines, first):
            self._numbering_of(session).add(here, line.seq)

    def _numbering_of(self, session: Session) -> Numbering:
        """Return the numbers of a host, begun anew with each run of its supervisor."""
        known, numbering = self._numbers.get(session.host, (None, None))
        if numbering is None or known != session:
            numbering = Numbering()
            self._numbers[session.host] = session, numbering
        return numbering
