"""PM2, told by the channel that it opens to programs of Node."""

import asyncio
import fcntl
import logging
import os
import socket
import stat
import struct
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from coderbot.clock import Clock
from coderbot.errors import CoderBotError
from coderbot.supervisor.events import FleetEvent, FleetReady
from coderbot.supervisor.manager import ManagedFleet
from coderbot.supervisor.pm2wire import (
    Lines,
    Shutdown,
    Trigger,
    message,
    read_message,
)
from coderbot.supervisor.tally import Tally

METRICS_S = 3.0
"""Pause between two looks at what PM2 shows, in seconds."""

_MAX_ACTIONS = 8
"""Actions that may be under way at once."""
_READ_BYTES = 1 << 16
_LINGER_S = 2.0
"""How long the end waits at most for PM2 to read what was printed, in seconds."""
_LINGER_STEP_S = 0.01
_WRITING_S = 0.1
"""PM2 throws away what it has read, but not written, at the end of this process."""
_RESTART = "restart"

_log = logging.getLogger(__name__)


class PM2:
    """Speaks to PM2 as a program of Node would; there is none.

    When the channel ends, PM2 has died. Its next instance knows nothing of this
    process and would start another one, so the fleet is stopped.

    Args:
        fleet: Of which it is told.
        channel: The inherited end of its channel.
        clock: For the pauses.
        output: Descriptor of stdout, which PM2 reads too.
    """

    def __init__(
        self, fleet: ManagedFleet, channel: socket.socket, clock: Clock, output: int
    ) -> None:
        self._fleet = fleet
        self._channel = channel
        self._clock = clock
        self._output = output
        self._writing = asyncio.Lock()
        self._actions = 0
        self._shown: dict[str, dict[str, int | str]] = {}

    @classmethod
    def found(
        cls, fleet: ManagedFleet, environment: Mapping[str, str], clock: Clock
    ) -> "PM2 | None":
        """Return PM2 if it has started this process and listens."""
        if "pm_id" not in environment or "NODE_CHANNEL_FD" not in environment:
            return None
        if environment.get("NODE_CHANNEL_SERIALIZATION_MODE", "json") != "json":
            return None
        try:
            channel = _channel(int(environment["NODE_CHANNEL_FD"]))
        except (OSError, ValueError):
            _log.warning("PM2 cannot be told: NODE_CHANNEL_FD names no socket")
            return None
        return cls(fleet, channel, clock, sys.stdout.fileno())

    async def run(self) -> None:
        """Show how the fleet is, and do what PM2 is told to, until cancelled."""
        kind = {"action_name": _RESTART, "action_type": "custom", "arity": 1}
        await self._send({"type": "axm:action", "data": kind})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._show_metrics(), name="pm2: metrics")
            await self._listen(tasks)

    async def hear(self, event: FleetEvent) -> None:
        """Tell PM2 that the fleet is ready."""
        if isinstance(event, FleetReady):
            await self._send("ready")

    async def close(self) -> None:
        """Let PM2 read the last lines: what it has not read, it throws away."""
        self._channel.close()
        deadline = self._clock.monotonic() + _LINGER_S
        while self._clock.monotonic() < deadline and _unread(self._output):
            await self._clock.sleep(_LINGER_STEP_S)
        await self._clock.sleep(_WRITING_S)

    async def _show_metrics(self) -> None:
        while True:
            metrics = Tally.of(self._fleet.bots()).pm2_metrics()
            if metrics != self._shown:
                await self._send({"type": "axm:monitor", "data": metrics})
                self._shown = metrics
            await self._clock.sleep(METRICS_S)

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        loop, lines = asyncio.get_running_loop(), Lines()
        while data := await self._receive(loop):
            for line in lines.feed(data):
                self._obey(read_message(line), tasks)
        _log.warning("PM2 is gone: stopping all workers")
        await self._fleet.shut_down()

    async def _receive(self, loop: asyncio.AbstractEventLoop) -> bytes:
        with suppress(OSError):
            return await loop.sock_recv(self._channel, _READ_BYTES)
        return b""

    def _obey(self, order: Trigger | Shutdown | None, tasks: asyncio.TaskGroup) -> None:
        match order:
            case Shutdown():
                _log.info("PM2 asks to end: stopping all workers")
                tasks.create_task(self._fleet.shut_down(), name="pm2: shutdown")
            case Trigger(action, argument) if action == _RESTART:
                tasks.create_task(self._restart(argument), name="pm2: restart")

    async def _restart(self, argument: str) -> None:
        if self._actions >= _MAX_ACTIONS:
            await self._reply({"success": False, "error": "Too many at once"})
            return
        self._actions += 1
        try:
            await self._reply(await self._restarted(argument))
        finally:
            self._actions -= 1

    async def _restarted(self, argument: str) -> dict[str, Any]:
        """Restart a bot, or all one after the other; returns what to answer."""
        if not argument:
            usage = "Name a bot: pm2 trigger coderbot restart bot-0 (or all)"
            return {"success": False, "error": usage}
        known = [bot.bot for bot in self._fleet.bots()]
        names = known if argument == "all" else [argument]
        _log.info("PM2 asks to restart %r", argument)
        try:
            for name in names:
                await self._fleet.restart(name)
        except CoderBotError as error:
            return {"success": False, "error": str(error)}
        pids = {bot.bot: bot.pid for bot in self._fleet.bots() if bot.bot in names}
        return {"success": True, "restarted": pids}

    async def _reply(self, value: dict[str, Any]) -> None:
        data = {"action_name": _RESTART, "return": value}
        await self._send({"type": "axm:reply", "data": data})

    async def _send(self, value: Any) -> None:
        loop = asyncio.get_running_loop()
        # One after the other: a message must not be cut in two by the next.
        async with self._writing:
            # Who does not listen any more is noticed where it is listened to.
            with suppress(OSError):
                await loop.sock_sendall(self._channel, message(value))


def _channel(descriptor: int) -> socket.socket:
    """Return the socket behind a descriptor.

    Raises:
        OSError: When there is none.
    """
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise OSError("no socket")
    channel = socket.socket(fileno=descriptor)
    channel.setblocking(False)
    channel.set_inheritable(False)
    return channel


def _unread(descriptor: int) -> bool:
    """Tell whether something lies in a pipe or socket that its reader has not read."""
    request = termios.TIOCOUTQ if _is_socket(descriptor) else termios.FIONREAD
    with suppress(OSError):
        answer = fcntl.ioctl(descriptor, request, b"\0" * 4)
        return bool(struct.unpack("i", answer)[0] > 0)
    return False


def _is_socket(descriptor: int) -> bool:
    return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
