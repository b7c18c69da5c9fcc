"""Answers to what is asked of a fleet, over the control socket or from another host."""

import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from coderbot import __version__
from coderbot.clock import Clock
from coderbot.errors import CoderBotError
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.errors import (
    FleetStoppingError,
    MediaError,
    NoClusterError,
    UnknownBotError,
)
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits
from coderbot.supervisor.media import FOLDERS, MediaUsage
from coderbot.supervisor.port import ClusterSteering, ServedFleet
from coderbot.wire import Frame

_PAGE_LINES = 500
_PAGE_CHARS = 1 << 18
"""Lines, and characters of them, that go into one frame."""

_CODES: dict[type[CoderBotError], str] = {
    UnknownBotError: "unknown_bot",
    FleetStoppingError: "fleet_stopping",
    MediaError: "media",
}

Send = Callable[[Frame], Awaitable[None]]

_log = logging.getLogger(__name__)


class Answerer:
    """Carries out requests.

    Args:
        fleet: What they are about.
        clock: For the uptime of the supervisor.
        born: When the supervisor started, on that clock, in seconds.
        steering: Moves bots between hosts; None for a host alone.
    """

    def __init__(
        self,
        fleet: ServedFleet,
        clock: Clock,
        born: float,
        steering: ClusterSteering | None = None,
    ) -> None:
        self._fleet = fleet
        self._steering = steering
        self._clock = clock
        self._born = born

    async def answer(self, ask: wire.Request, send: Send) -> None:
        """Carry out a request; whatever goes wrong is answered, too.

        Args:
            ask: The request.
            send: Sends a frame to who asks; what it raises goes on.
        """
        await answered(self._carry_out(ask, send), ask, send)

    def status(self, number: int) -> wire.FleetStatus:
        """Return how everything stands, as the answer to a request."""
        return wire.FleetStatus(
            id=number,
            version=__version__,
            pid=os.getpid(),
            uptime_s=round(self._clock.monotonic() - self._born, 3),
            bots=list(self._fleet.bots()),
            fingerprints=dict(self._fleet.fingerprints()),
            control_bot=self._fleet.control_bot(),
            cluster=self._fleet.cluster(),
        )

    async def _carry_out(self, ask: wire.Request, send: Send) -> None:
        match ask:
            case wire.GetLines(bot=bot, after=after, limit=limit):
                lines = await self._fleet.recent(bot, after, bounded(limit))
                await send_pages(ask.id, lines, send)
            case wire.Act():
                await send(await self._act(ask))
            case wire.SteerCluster():
                await send(await self._steer_cluster(ask))
            case wire.Reload():
                await send(await self._reload(ask))
            case wire.GetStatus():
                await send(self.status(ask.id))
            case wire.Search() | wire.GetHistory():
                await send(await self._find(ask))
            case _:
                await send(await self._about(ask))

    async def _find(self, ask: wire.Search | wire.GetHistory) -> wire.Found:
        match ask:
            case wire.Search(query=query):
                query = replace(query, limit=bounded(query.limit))
                return wire.Found(id=ask.id, hits=await self._fleet.search(query))
            case wire.GetHistory(bot=bot, before=before, limit=limit):
                page = await self._fleet.history(bot, before, bounded(limit))
                return wire.Found(id=ask.id, hits=LogHits(list(page)))

    async def _about(
        self, ask: wire.GetDossiers | wire.GetMedia | wire.GetFacts | wire.GetTerminals
    ) -> wire.Answer:
        """Return what is known of one bot."""
        fleet, number, bot = self._fleet, ask.id, ask.bot
        match ask:
            case wire.GetDossiers():
                return wire.Crashes(id=number, dossiers=list(await fleet.dossiers(bot)))
            case wire.GetMedia():
                folders = list(await fleet.media(bot))
                return wire.MediaFolders(id=number, folders=folders)
            case wire.GetFacts():
                return wire.Facts(id=number, facts=await fleet.facts(bot))
            case wire.GetTerminals():
                screens = list(await fleet.terminals(bot))
                return wire.Screens(id=number, screens=screens)

    async def _act(self, act: wire.Act) -> wire.Answer:
        fleet = self._fleet
        simple: dict[str, Callable[[str], Awaitable[None]]] = {
            "start": fleet.start,
            "stop": fleet.stop,
            "restart": fleet.restart,
            "kill": fleet.kill,
        }
        media: dict[str, Callable[[str], Awaitable[MediaUsage]]] = {
            "media_usage": fleet.media_usage,
            "clean_media": lambda bot: fleet.clean_media(bot, act.folders or FOLDERS),
        }
        if act.action in media:
            use = await media[act.action](act.bot)
            return wire.Media(id=act.id, files=use.files, size_bytes=use.size_bytes)
        if act.action == "kill_now":
            fleet.kill_now()
        elif act.action == "shut_down":
            await fleet.shut_down()
        else:
            await simple[act.action](act.bot)
        return wire.Done(id=act.id)

    async def _steer_cluster(self, ask: wire.SteerCluster) -> wire.Answer:
        hosts = self._steering
        if hosts is None:
            raise NoClusterError
        match ask.action:
            case "drain" | "undrain":
                await hosts.drain(ask.host, on=ask.action == "drain")
            case "move":
                await hosts.move(ask.bot, ask.host)
            case "rebalance":
                moves = await hosts.rebalance(dry_run=ask.dry_run)
                return wire.Moves(id=ask.id, moves=list(moves))
        return wire.Done(id=ask.id)

    async def _reload(self, ask: wire.Reload) -> wire.Planned:
        changes = await self._fleet.reload(dry_run=ask.dry_run)
        return wire.Planned(
            id=ask.id,
            added=list(changes.added),
            removed=list(changes.removed),
            changed=list(changes.changed),
            later=list(changes.later),
            at_once=list(changes.at_once),
            next_start=list(changes.next_start),
        )


async def answered(
    work: Awaitable[None], ask: wire.Request | wire.Follow, send: Send
) -> None:
    """Do what a request asks for; whatever goes wrong is told to who asks.

    Raises:
        ConnectionError: When who asks has left, or does not listen.
    """
    try:
        await work
    except CoderBotError as error:
        code = _CODES.get(type(error), "failed")
        await send(_failed(ask.id, code, error.message, error.hint))
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 - who asks is told, and the log
        _log.exception("A request failed: %r", ask)
        text = f"internal error: {type(error).__name__}"
        await send(_failed(ask.id, "internal", text, "See the log."))


async def send_pages(
    number: int, lines: Sequence[LogLine], send: Send, missed: int = 0
) -> None:
    """Send lines, by the page, as the answer to a request; `number` 0: as news."""
    pages = _pages(lines) or [[]]
    for place, page in enumerate(pages, 1):
        last = place == len(pages)
        await send(wire.Lines(id=number, lines=page, last=last, missed=missed))
        missed = 0


def bounded(limit: int) -> int:
    """Return how many lines are returned to who wants so many."""
    return max(0, min(limit, wire.MAX_LINES))


def _pages(lines: Sequence[LogLine]) -> list[list[LogLine]]:
    pages: list[list[LogLine]] = []
    room, chars = 0, 0
    for line in lines:
        if room <= 0 or chars <= 0:
            pages.append([])
            room, chars = _PAGE_LINES, _PAGE_CHARS
        pages[-1].append(line)
        room -= 1
        chars -= len(line.text)
    return pages


def _failed(number: int, code: str, message: str, hint: str) -> wire.Failed:
    return wire.Failed(id=number, code=code, message=message, hint=hint)
