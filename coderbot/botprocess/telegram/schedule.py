"""What waits to be sent, and what is to go next (pure)."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from coderbot.botprocess.telegram.pace import (
    ChatPace,
    Overall,
    Priority,
    overall,
    pace_of,
)

MAX_IN_CHAT = 50
"""What may wait in one chat."""
MAX_IN_ALL = 1_000


@dataclass(eq=False, slots=True)
class Errand:
    """One call of the Bot API on its way."""

    chat: int | None
    """None: it belongs to no chat, and waits for nothing but the overall clock."""
    priority: Priority
    call: Callable[[], Awaitable[int | None]]
    messages: int = 1
    """Messages and edits that it makes: a chat takes them only so often."""
    key: Hashable = None
    """Of several that wait with the same key only the newest is sent."""
    outcome: Any = None
    """Where the result goes; not looked at here."""
    failures: int = 0
    floods: int = 0
    number: int = field(default=-1, init=False)
    since: float = field(default=0.0, init=False)
    """When it was queued, in seconds of the clock."""

    @property
    def rank(self) -> tuple[int, int]:
        """What goes first: by priority, then in order."""
        return self.priority, self.number


@dataclass(slots=True)
class _Lane:
    pace: ChatPace
    waiting: list[Errand] = field(default_factory=list)
    under_way: int = 0


class Schedule:
    """Errands in their chats. In each chat one is under way at a time.

    Args:
        now: The time.
        pace: Of all chats together; None: that of a bot with one worker.
    """

    def __init__(self, now: float, pace: Overall | None = None) -> None:
        self._overall = overall(now) if pace is None else pace
        self._lanes: dict[int | None, _Lane] = {}
        self._count = 0
        self._number = 0
        self._hurries = False

    def __len__(self) -> int:
        """Return how many wait or are under way."""
        return self._count + sum(lane.under_way for lane in self._lanes.values())

    def waiting(self, chat: int | None, key: Hashable) -> Errand | None:
        """Return what waits in a chat with this key."""
        lane = self._lanes.get(chat)
        if lane is None or key is None:
            return None
        return next((each for each in lane.waiting if each.key == key), None)

    def add(self, errand: Errand, now: float) -> Errand | None:
        """Queue an errand; return the one that there is no room for, if any.

        That is the least important and latest of the chat, maybe the new one.
        """
        self._number += 1
        errand.number = self._number
        lane = self._lane(errand.chat, now)
        self._put(lane, errand, now)
        if len(lane.waiting) <= MAX_IN_CHAT and self._count <= MAX_IN_ALL:
            return None
        self._count -= 1
        return lane.waiting.pop()

    def replace(
        self,
        errand: Errand,
        call: Callable[[], Awaitable[int | None]],
        priority: Priority,
    ) -> None:
        """Let a waiting errand do another call, at least as important as before."""
        errand.call = call
        errand.priority = min(errand.priority, priority)
        self._lanes[errand.chat].waiting.sort(key=lambda each: each.rank)

    def put_back(self, errand: Errand, now: float) -> None:
        """Queue an errand again that did not get through, before later ones."""
        self._put(self._lane(errand.chat, now), errand, now)

    def take(self, now: float) -> Errand | None:
        """Return what goes now, counted by all clocks; None when nothing may."""
        if self._overall.wait_s(now) > 0:
            return None
        ready = [
            errand
            for lane in self._lanes.values()
            if (errand := self._first_ready(lane, now)) is not None
        ]
        if not ready:
            return None
        errand = min(ready, key=lambda each: each.rank)
        lane = self._lanes[errand.chat]
        lane.waiting.remove(errand)
        lane.under_way += 1
        self._count -= 1
        self._overall.take(now, max(1, errand.messages))
        lane.pace.take(errand.priority, errand.messages, now)
        return errand

    def finish(self, errand: Errand, now: float) -> None:
        """Note that an errand is under way no more."""
        self._lanes[errand.chat].under_way -= 1
        self._forget_rested(now)

    def wait_s(self, now: float) -> float | None:
        """Return when to look again; None: not before something is added or done."""
        waits = [
            self._wait_of(each, lane, now)
            for chat, lane in self._lanes.items()
            if not lane.under_way or chat is None
            for each in lane.waiting
        ]
        return max(min(waits), self._overall.wait_s(now)) if waits else None

    def hold(self, chat: int | None, until: float, now: float) -> None:
        """Let nothing be sent in a chat before `until`."""
        pace = self._lane(chat, now).pace
        pace.held_until = max(pace.held_until, until)

    def pause_s(self, chat: int, priority: Priority, now: float) -> float:
        """Return how long the clock of a chat would keep a message waiting."""
        lane = self._lanes.get(chat)
        return lane.pace.wait_s(priority, 1, now) if lane else 0.0

    def drop(self, least: Priority) -> list[Errand]:
        """Take out all that waits and is no more important than `least`."""
        dropped: list[Errand] = []
        for lane in self._lanes.values():
            dropped += [each for each in lane.waiting if each.priority >= least]
            lane.waiting = [each for each in lane.waiting if each.priority < least]
        self._count -= len(dropped)
        return dropped

    def hurry(self) -> None:
        """From now on wait only where Telegram has asked to: this is the end."""
        self._hurries = True

    def _wait_of(self, errand: Errand, lane: _Lane, now: float) -> float:
        if self._hurries:
            return lane.pace.held_until - now
        return lane.pace.wait_s(errand.priority, errand.messages, now)

    def _first_ready(self, lane: _Lane, now: float) -> Errand | None:
        """Return the first errand of a chat that its clock lets go now."""
        for errand in lane.waiting:
            if lane.under_way and errand.chat is not None:
                return None
            if self._wait_of(errand, lane, now) <= 0:
                return errand
        return None

    def _put(self, lane: _Lane, errand: Errand, now: float) -> None:
        errand.since = now
        lane.waiting.append(errand)
        lane.waiting.sort(key=lambda each: each.rank)
        self._count += 1

    def _lane(self, chat: int | None, now: float) -> _Lane:
        lane = self._lanes.get(chat)
        if lane is None:
            lane = self._lanes[chat] = _Lane(pace_of(chat, now))
        return lane

    def _forget_rested(self, now: float) -> None:
        for chat, lane in tuple(self._lanes.items()):
            if not lane.waiting and not lane.under_way and lane.pace.is_rested(now):
                del self._lanes[chat]
