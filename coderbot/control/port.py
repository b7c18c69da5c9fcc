"""The supervisor as its front ends see it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.errors import FleetStoppingError, UnknownBotError
from coderbot.supervisor.events import BotSnapshot, FleetEvent
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.media import MediaUsage

__all__ = [
    "FleetStoppingError",
    "MediaUsage",
    "SupervisorPort",
    "UnknownBotError",
]


class SupervisorPort(Protocol):
    """What a dashboard, a headless printer or a socket may ask.

    Every action returns when it has been carried out, not when it is asked for;
    all raise `UnknownBotError` for a bot that does not exist, and those that start
    one raise `FleetStoppingError` once the fleet is being stopped. `bot` is its
    id, `bot-0`.
    """

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""

    def lines(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` kept lines with a number above `after`, in order.

        Args:
            bot: Only lines of this bot (`lines.PARENT` for the supervisor's own);
                None for all, in time order.
            after: Number of the last line already known.
            limit: How many at most.
        """

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first.

        Those of earlier runs of the supervisor as well.
        """

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on.

        A slow listener never holds the supervisor up: of several unread
        `BotChanged` of one bot, and of `LinesAdded`, only the newest is kept.
        The iterator ends after `FleetStopped`.
        """

    async def start(self, bot: str) -> None:
        """Start a bot that does not run; returns when its process exists."""

    async def stop(self, bot: str) -> None:
        """Stop a bot gracefully (SIGTERM, grace, SIGKILL); returns when it is gone."""

    async def kill(self, bot: str) -> None:
        """SIGKILL a bot and all that it started; it is not restarted."""

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once, clearing its count of crashes in a row."""

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return how much `clean_media` would delete."""

    async def clean_media(self, bot: str) -> MediaUsage:
        """Delete the contents of a bot's sent/, received/ and failed/.

        Files that still wait to be sent stay. Returns what was deleted.
        """

    async def shut_down(self) -> None:
        """Stop the whole fleet; returns when every worker is gone."""

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""
