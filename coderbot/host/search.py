"""A search on all hosts that keep lines of the bots that are meant."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError
from coderbot.host.numbering import Numbering
from coderbot.supervisor.logquery import LogHits, LogQuery

Search = Callable[[LogQuery], Awaitable[LogHits]]
"""Carries a search out on one host."""


async def search_hosts(
    query: LogQuery,
    here: Search,
    there: Mapping[Session, tuple[Search, Numbering | None, Collection[str]]],
) -> LogHits:
    """Look for lines on this host and on others.

    Lines of another host bear the numbers that they have here, if any of them has
    come here before.

    Args:
        query: Which lines.
        here: Searches on this host.
        there: For each other host: how it is searched, its numbers, and its bots.

    Raises:
        CoderBotError: When one bot alone is meant, and its host does not answer.
    """
    elsewhere = {bot for _, _, bots in there.values() for bot in bots}
    mine = tuple(bot for bot in query.bots if bot not in elsewhere)
    searches: list[Awaitable[LogHits]] = []
    if mine or not query.bots:
        searches.append(here(replace(query, bots=mine)))
    for search, numbering, bots in there.values():
        named = tuple(bot for bot in query.bots or bots if bot in bots)
        asked = _asked(replace(query, bots=named), numbering, is_all=not query.bots)
        if asked is not None:
            searches.append(_search_there(search, asked, numbering))
    if len(searches) == 1:
        return await searches[0]
    return _joined(query, await asyncio.gather(*map(_unless_silent, searches)))


def _asked(
    query: LogQuery, numbering: Numbering | None, *, is_all: bool
) -> LogQuery | None:
    """Return a query in the numbers of another host; None when that has no sense."""
    if not query.bots:
        return None
    if query.before is None and not query.after:
        return query
    if is_all or numbering is None:
        # What was before a line of this host in time is not known there.
        return None
    before, after = query.before, query.after
    return replace(
        query,
        before=None if before is None else numbering.to_there(before - 1) + 1,
        after=numbering.to_there(after) if after else 0,
    )


async def _search_there(
    search: Search, query: LogQuery, numbering: Numbering | None
) -> LogHits:
    hits = await search(query)
    if numbering is None:
        return hits
    lines = [replace(line, seq=numbering.to_here(line.seq)) for line in hits.lines]
    return replace(hits, lines=lines)


async def _unless_silent(search: Awaitable[LogHits]) -> LogHits:
    """Return what a host finds; a host that does not answer leaves a gap."""
    try:
        return await search
    except CoderBotError:
        return LogHits([], is_complete=False)


def _joined(query: LogQuery, found: Sequence[LogHits]) -> LogHits:
    by_time = heapq.merge(*(hits.lines for hits in found), key=attrgetter("wall"))
    counts: dict[str, int] = {}
    for hits in found:
        for bot, count in hits.counts.items():
            counts[bot] = counts.get(bot, 0) + count
    return LogHits(
        list(by_time)[-query.limit :] if query.limit else [],
        counts,
        sum(hits.searched for hits in found),
        is_complete=all(hits.is_complete for hits in found),
    )
