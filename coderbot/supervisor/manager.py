"""Service managers as the fleet sees them, and the fleet as they see it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from coderbot.supervisor.events import BotSnapshot, FleetEvent


class ManagedFleet(Protocol):
    """What a service manager may ask of the fleet; the supervisor is one."""

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once."""

    async def shut_down(self) -> None:
        """Stop the whole fleet; returns when every worker is gone."""


class ServiceManager(Protocol):
    """A program that has started this one and wants to know how it is."""

    async def run(self) -> None:
        """Serve it until cancelled."""

    async def hear(self, event: FleetEvent) -> None:
        """Tell it of an event of the fleet."""

    async def close(self) -> None:
        """Take leave of it; the fleet has stopped."""
