"""Lines that the panes no longer hold: asked for from the whole history."""

import re
from collections.abc import Sequence

from coderbot.control.port import LogHits, LogQuery, SupervisorPort
from coderbot.supervisor.lines import LogLine
from coderbot.tui.linefilter import LineFilter
from coderbot.tui.needle import Needle

PAGE = 1_000
"""Lines that are read at once."""
_MOST = 32_000
"""Numbers that are looked through for a page of newer lines."""


class Past:
    """Reads the history of the logs, in memory and in files.

    Args:
        port: The supervisor.
    """

    def __init__(self, port: SupervisorPort) -> None:
        self._port = port

    async def count(self, needle: Needle, only: LineFilter) -> LogHits:
        """Return how many lines of each bot hold the needle."""
        return await self._port.search(_query(only, needle, limit=1))

    async def match(
        self, scope: str | None, needle: Needle, only: LineFilter, before: int
    ) -> int | None:
        """Return the number of the newest match below `before`; None without any."""
        query = _query(
            only, needle, bots=_bots(scope), before=before, limit=1, count_all=False
        )
        lines = (await self._port.search(query)).lines
        return lines[-1].seq if lines else None

    async def older(
        self, scope: str | None, only: LineFilter, before: int
    ) -> Sequence[LogLine]:
        """Return a page of lines with numbers below `before`."""
        query = _query(
            only, bots=_bots(scope), before=before, limit=PAGE, count_all=False
        )
        return (await self._port.search(query)).lines

    async def newer(
        self, scope: str | None, only: LineFilter, after: int, last: int
    ) -> Sequence[LogLine]:
        """Return lines with numbers above `after`; none when the present begins.

        Args:
            scope: The bot; None for all.
            only: Which lines are shown.
            after: Number of the last known line.
            last: Number of the newest line there is.
        """
        window = PAGE
        while after + window < last:
            query = _query(
                only,
                bots=_bots(scope),
                after=after,
                before=after + window + 1,
                limit=window,
                count_all=False,
            )
            lines = (await self._port.search(query)).lines
            if lines:
                return lines
            window = window * 2
            if window > _MOST:
                after, window = after + window // 2, PAGE
        return []


def _bots(scope: str | None) -> tuple[str, ...]:
    return () if scope is None else (scope,)


def _query(
    only: LineFilter,
    needle: Needle | None = None,
    *,
    limit: int,
    bots: tuple[str, ...] = (),
    after: int = 0,
    before: int | None = None,
    count_all: bool = True,
) -> LogQuery:
    wants, refuses = only.needles()
    return LogQuery(
        pattern=_pattern(needle) if needle else "",
        ignore_case=True,
        include=tuple(map(_pattern, wants)),
        exclude=tuple(map(_pattern, refuses)),
        bots=bots,
        level=only.level,
        after=after,
        before=before,
        limit=limit,
        count_all=count_all,
    )


def _pattern(needle: Needle) -> str:
    return needle.text if needle.is_regex else re.escape(needle.text)
