"""The supervisor as the control bot reaches it: connected anew whenever it is gone."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from coderbot.clock import Clock
from coderbot.control.call import Conversation
from coderbot.control.client import ControlClient
from coderbot.control.facts import (
    BotChanged,
    BotRemoved,
    BotSnapshot,
    ClusterChanged,
    ClusterSnapshot,
    Dossier,
    FleetStatus,
    LogLine,
    Planned,
)
from coderbot.errors import CoderBotError

_AGAIN_S = 1.0
"""Before the next try to connect, in seconds."""
_ANSWER_S = 20.0
_RELOAD_S = 120.0
"""Bots that are removed are stopped first."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Fleet:
    """Follows the fleet, and carries wishes to its supervisor.

    Args:
        path: Of the control socket.
        clock: For pauses and uptimes.
        on_bot: Told how each bot stands, at first and after every change.
        on_removed: Told the id of a bot that is no longer part of the fleet.
        on_cluster: Told how the hosts stand, where several share the bots.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        on_bot: Callable[[BotSnapshot], None],
        on_removed: Callable[[str], None],
        on_cluster: Callable[[ClusterSnapshot], None],
    ) -> None:
        self._path = path
        self._clock = clock
        self._on_bot = on_bot
        self._on_removed = on_removed
        self._on_cluster = on_cluster
        self._client: ControlClient | None = None
        self._has_connected = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled."""
        is_away = False
        while True:
            try:
                await self._follow()
            except CoderBotError as error:
                if not is_away:
                    _log.warning("The supervisor cannot be reached: %s", error.message)
                is_away = True
            else:
                is_away = False
            await self._clock.sleep(_AGAIN_S)

    async def _follow(self) -> None:
        async with ControlClient.connect(
            self._path, self._clock, lines=False
        ) as client:
            self._client = client
            try:
                async with client.subscribe() as events:
                    for bot in client.bots():
                        self._on_bot(bot)
                    if (cluster := client.cluster()) is not None:
                        self._on_cluster(cluster)
                    self._has_connected.set()
                    async for event in events:
                        if isinstance(event, BotChanged):
                            self._on_bot(event.snapshot)
                        elif isinstance(event, BotRemoved):
                            self._on_removed(event.bot)
                        elif isinstance(event, ClusterChanged):
                            self._on_cluster(event.snapshot)
            finally:
                self._client = None

    async def first_contact(self, within_s: float) -> None:
        """Wait until the supervisor was reached once, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._has_connected.wait()

    @property
    def port(self) -> ControlClient:
        """The connection.

        Raises:
            CoderBotError: When there is none.
        """
        if self._client is None:
            raise CoderBotError("The supervisor cannot be reached just now.")
        return self._client

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""
        return self.port.bots()

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first."""
        return await self.port.dossiers(bot)

    async def status(self) -> FleetStatus:
        """Return how everything stands, and which token is whose."""
        return await self._ask(lambda talk: talk.status())

    async def lines(self, bot: str, limit: int) -> list[LogLine]:
        """Return the newest `limit` lines of a bot, in order."""
        return await self._ask(lambda talk: talk.lines(bot, limit))

    async def reload(self, *, dry_run: bool) -> Planned:
        """Let the supervisor read its settings anew; returns what that changes."""
        return await self._ask(lambda talk: talk.reload(dry_run), _RELOAD_S)

    async def _ask(
        self, question: Callable[[Conversation], _T], limit_s: float = _ANSWER_S
    ) -> _T:
        """Ask on a connection of its own: an answer may be long."""

        talks: list[Conversation] = []

        def ask() -> _T:
            with Conversation(self._path) as talk, talk.patience(limit_s):
                talks.append(talk)
                return question(talk)

        try:
            return await asyncio.to_thread(ask)
        except asyncio.CancelledError:
            # A reload that restarts this bot has no answer before it has ended, and
            # it would not end before its thread has one.
            for talk in talks:
                talk.hang_up()
            raise
