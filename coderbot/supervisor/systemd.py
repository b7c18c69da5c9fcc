"""systemd, told by its notification socket."""

import logging
import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from coderbot.clock import Clock
from coderbot.supervisor.events import FleetEvent, FleetReady, FleetStopping
from coderbot.supervisor.manager import ManagedFleet
from coderbot.supervisor.tally import Tally

_RETRY_S = 1.0
"""Without a watchdog, how often what could not be sent is tried again, in seconds."""

_log = logging.getLogger(__name__)


class Systemd:
    """Speaks to systemd (`Type=notify`).

    The pings for its watchdog come out of the event loop that supervises the
    fleet: when that hangs, they stop, and systemd starts the program anew.

    Args:
        fleet: Of which it is told.
        address: NOTIFY_SOCKET: a path, or `@name` for an abstract socket.
        ping_s: Pause between two pings, in seconds; None when nobody watches.
        clock: For that pause.
    """

    def __init__(
        self, fleet: ManagedFleet, address: str, ping_s: float | None, clock: Clock
    ) -> None:
        self._fleet = fleet
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._ping_s = ping_s
        self._clock = clock
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._unsent: dict[str, str] = {}
        self._status = ""
        self._is_stopping = False
        self._complained = False

    @classmethod
    def found(
        cls, fleet: ManagedFleet, environment: Mapping[str, str], clock: Clock
    ) -> "Systemd | None":
        """Return systemd if it has started this process and wants to be told."""
        address = environment.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")) or len(address) < 2:
            return None
        return cls(fleet, address, ping_interval_s(environment, os.getpid()), clock)

    async def run(self) -> None:
        """Ping until cancelled."""
        await self._tell_status()
        while True:
            if self._ping_s is not None:
                self._unsent["WATCHDOG"] = "1"
            self._send()
            await self._clock.sleep(self._ping_s or _RETRY_S)

    async def hear(self, event: FleetEvent) -> None:
        """Tell systemd of an event of the fleet."""
        match event:
            case FleetReady():
                self._unsent["READY"] = "1"
            case FleetStopping():
                self._is_stopping = True
                self._unsent["STOPPING"] = "1"
        await self._tell_status()

    async def close(self) -> None:
        """Take leave; the end of this process says the rest."""
        self._send()
        self._socket.close()

    async def _tell_status(self) -> None:
        # Numbers alone: a text of a worker might hold a line of this protocol.
        status = Tally.of(self._fleet.bots()).sentence()
        if self._is_stopping:
            status = f"Stopping: {status}"
        if status != self._status:
            self._status = self._unsent["STATUS"] = status
        if self._unsent:
            self._send()

    def _send(self) -> None:
        """Send what is to be told; it is kept when there is no room now."""
        if not self._unsent:
            return
        text = "\n".join(f"{name}={value}" for name, value in self._unsent.items())
        try:
            # MSG_NOSIGNAL is implied for datagrams; the address is looked up each
            # time, as systemd's may be made anew when it re-executes itself.
            self._socket.sendto(text.encode(), self._address)
        except OSError as error:
            if not isinstance(error, BlockingIOError) and not self._complained:
                self._complained = True
                _log.warning("systemd cannot be told: %s", error.strerror)
            return
        self._unsent.clear()


def ping_interval_s(environment: Mapping[str, str], own_pid: int) -> float | None:
    """Return the pause between two pings, half of what is allowed, in seconds.

    Args:
        environment: Of this process.
        own_pid: The watchdog may be meant for another process.
    """
    with suppress(ValueError):
        for_pid = int(environment.get("WATCHDOG_PID") or own_pid)
        allowed_us = int(environment.get("WATCHDOG_USEC") or 0)
        if for_pid == own_pid and allowed_us > 0:
            return allowed_us / 2_000_000
    return None
