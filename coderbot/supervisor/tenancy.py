"""Which bots run on this host, and which of them are still to start."""

import logging
from collections.abc import Mapping

from coderbot.errors import CoderBotError
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.runner import BotRunner, Place
from coderbot.supervisor.startqueue import StartQueue
from coderbot.supervisor.state import KillRequested, StartRequested, StopRequested
from coderbot.wire import Lease

_log = logging.getLogger(__name__)


class ElsewhereError(CoderBotError):
    """Raised when a bot is to be started that another host runs."""


class Tenancy:
    """Lets bots run here, or not, and start in their turn; a host alone lets all.

    Args:
        host: Name of this host, where several share the bots: none runs here until it
            is let in. Empty: it is alone.
        runners: Of all bots, by id; bots come and go.
        queue: Where those wait that are to start by themselves.
    """

    def __init__(
        self, host: str, runners: Mapping[str, BotRunner], queue: StartQueue
    ) -> None:
        self._host = host
        self._runners = runners
        self._queue = queue
        self._here: set[str] = set()
        self._awaited: set[str] = set()
        self._is_closed = False

    @property
    def is_shared(self) -> bool:
        """Whether several hosts share the bots."""
        return bool(self._host)

    def is_here(self, bot: str) -> bool:
        """Tell whether a bot may run on this host."""
        return not self.is_shared or bot in self._here

    def check(self, bot: str) -> None:
        """Return if a bot may be started.

        Raises:
            ElsewhereError: When it may not.
        """
        if self.is_here(bot):
            return
        place = self._runners[bot].place
        if place.host:
            raise ElsewhereError(
                f"{bot} runs on {place.host}",
                f"To have it here: coderbot cluster move {bot} HOST",
            )
        reason = place.reason or "no host has it yet"
        raise ElsewhereError(f"{bot} cannot be started: {reason}")

    def here(self) -> list[str]:
        """Return the bots that may run on this host because they were let in."""
        return sorted(self._here)

    def admit(self, bot: str) -> None:
        """Let a bot run here; it is started in its turn, or by a person."""
        self._here.add(bot)
        self._runners[bot].place = Place(self._host)

    def is_awaited(self, bot: str) -> bool:
        """Tell whether a bot is to start as soon as its turn comes."""
        return bot in self._awaited

    def expect(self, bot: str) -> None:
        """Note that a bot is to start when its turn comes."""
        if not self._is_closed:
            self._awaited.add(bot)

    async def start(self, bot: str, described: str = "") -> None:
        """Start a bot when its turn comes, if it is expected to start even then.

        Args:
            bot: It.
            described: How it is named in the log.
        """
        await self._queue.turn(bot)
        if bot in self._awaited:
            _log.info("Starting %s", described or bot)
            self._runners[bot].post(StartRequested())
            self._awaited.discard(bot)
        runner = self._runners.get(bot)
        if bot == CONTROL or runner is None or not runner.boots:
            self._queue.note(bot, boots=False)

    def call_off(self, bot: str) -> None:
        """Leave a bot as it is when its turn comes: somebody has said what it does."""
        self._awaited.discard(bot)

    def close(self) -> None:
        """Start nothing more: the fleet is being stopped."""
        self._is_closed = True
        self._awaited.clear()

    async def dismiss(self, bot: str) -> None:
        """Let a bot not run here any more; returns when its process is gone."""
        self.forget(bot)
        runner = self._runners.get(bot)
        if runner is not None:
            runner.post(StopRequested())
            await runner.settle()

    def kill_absent(self) -> None:
        """Kill what is left of the bots that may not run here."""
        for bot, runner in self._runners.items():
            if not self.is_here(bot) and runner.snapshot().pid is not None:
                runner.post(KillRequested())

    def note_absence(self, bot: str, host: str, reason: str = "") -> None:
        """Note where a bot is that is not here, or why it is nowhere."""
        runner = self._runners.get(bot)
        if runner is not None and bot not in self._here:
            runner.place = Place(host, reason)

    def renew(self, bot: str, lease: Lease) -> None:
        """Tell a worker until when it may poll."""
        runner = self._runners.get(bot)
        if runner is not None:
            runner.renew(lease)

    def forget(self, bot: str) -> None:
        """Forget that a bot may run here, or is to."""
        self._here.discard(bot)
        self._awaited.discard(bot)
