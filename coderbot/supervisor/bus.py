"""Events to whoever listens, without ever waiting for them."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager

from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    FleetEvent,
    FleetStopped,
    LinesAdded,
)


class Bus:
    """Hands each event to every subscription; the last one is FleetStopped."""

    def __init__(self) -> None:
        self._subscriptions: set[_Subscription] = set()
        self._over = False

    def publish(self, event: FleetEvent) -> None:
        """Tell `event` to all; after FleetStopped there is nothing to tell."""
        if self._over:
            return
        self._over = isinstance(event, FleetStopped)
        for each in self._subscriptions:
            each.put(event)

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens."""
        return bool(self._subscriptions)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""
        with self._subscribed() as subscription:
            yield subscription

    @contextmanager
    def _subscribed(self) -> "Iterator[_Subscription]":
        subscription = _Subscription()
        if self._over:
            subscription.put(FleetStopped())
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)


class _Subscription(AsyncIterator[FleetEvent]):
    """What one listener has not read yet; no more than one event of each key."""

    def __init__(self) -> None:
        self._unread: dict[Hashable, FleetEvent] = {}
        self._news = asyncio.Event()
        self._ended = False

    def put(self, event: FleetEvent) -> None:
        key = _key(event)
        if not isinstance(event, LinesAdded):
            # To the end: what follows a change must not be read before it. A
            # number of lines may keep its place, and so is never put off.
            self._unread.pop(key, None)
        self._unread[key] = event
        self._news.set()

    async def __anext__(self) -> FleetEvent:
        if self._ended:
            raise StopAsyncIteration
        while not self._unread:
            self._news.clear()
            await self._news.wait()
        event = self._unread.pop(next(iter(self._unread)))
        self._ended = isinstance(event, FleetStopped)
        return event


def _key(event: FleetEvent) -> Hashable:
    """Return what is the same for events of which the newest says all."""
    if isinstance(event, BotChanged):
        return event.snapshot.bot
    if isinstance(event, BotRemoved):
        # The same key: what was to be said of it before is void.
        return event.bot
    return type(event).__name__
