"""What a worker has told about itself, as far as it is shown (pure)."""

from collections import Counter
from collections.abc import Callable

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.monitor import Load
from coderbot.supervisor.state import BotMachine
from coderbot.wire import Counters, Event, Heartbeat, Ready, Status

_MAX_DETAIL = 200
"""Characters of the detail of a status that are shown."""

_TROUBLES = ("conflict", "offline")
"""States between a worker and Telegram in which it cannot work."""
_COUNTED = frozenset({"media_sent", "media_failed", "unauthorized"})
"""Kinds of events whose number is shown."""


class Vitals:
    """The last words of each kind from the current process of a bot.

    Args:
        scrub: Takes the secrets out of a text: what a worker tells may quote them.
    """

    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub
        self.heartbeat: Heartbeat | None = None
        self.status: Status | None = None
        self._status_at = 0.0
        self.load: Load | None = None
        self._counted = Counters()
        """By the processes before this one."""
        self._events: Counter[str] = Counter()
        self._latest: dict[str, str] = {}
        """What was told of the last event of each kind."""
        self.exits: Counter[str] = Counter()
        self._username = ""
        self._full_name = ""

    def begin(self) -> None:
        """Forget what the process before has told; its name and its counts stay."""
        self._counted = self._counters()
        self.heartbeat = None
        self.status = None
        self.load = None

    def take_status(self, status: Status, now: float) -> None:
        """Take the status that a worker has told at `now`, in seconds."""
        self.status = status
        self._status_at = now

    def deaf_s(self, now: float) -> float:
        """Return how long no getUpdates has finished, in seconds.

        It is nothing while the worker says why, and begins anew when it goes on: the
        heartbeat that tells of that comes later.
        """
        if self.heartbeat is None or self.held_up:
            return 0.0
        age_s = self.heartbeat.poll_age_s
        return age_s if self.status is None else min(age_s, now - self._status_at)

    @property
    def held_up(self) -> bool:
        """Whether the worker says that something is between it and Telegram."""
        return self.status is not None and self.status.state in _TROUBLES

    def count(self, event: Event) -> None:
        """Count an event; kinds that are not shown are not counted."""
        if event.kind in _COUNTED:
            self._events[event.kind] += 1
            self._latest[event.kind] = self._scrub(_about(event))[:_MAX_DETAIL]

    def name(self, ready: Ready) -> None:
        """Take the name of the bot from READY."""
        self._username = self._scrub(ready.username)
        self._full_name = self._scrub(ready.full_name)

    def snapshot(
        self, bot: str, index: int, machine: BotMachine, now: float
    ) -> BotSnapshot:
        """Return how the bot stands at `now` on the monotonic clock, in seconds."""
        alive = machine.pid is not None
        beat = self.heartbeat if alive else None
        status = self.status if alive else None
        load = self.load if alive else None
        return BotSnapshot(
            bot=bot,
            index=index,
            state=machine.state,
            status=status.state if status else "",
            reason=machine.reason or self._trouble(machine),
            username=self._username,
            full_name=self._full_name,
            pid=machine.pid,
            run=machine.runs,
            restarts=machine.restarts,
            crashes_in_row=machine.crashes_in_row,
            uptime_s=_since(machine.started_at, now),
            next_start_in_s=_until(machine.next_start_at, now),
            last_exit=machine.last_exit,
            rss_bytes=load.rss_bytes if load else beat.rss_bytes if beat else None,
            cpu_percent=load.cpu_percent if load else None,
            processes=load.processes if load else 0,
            terminals=beat.terminals if beat else 0,
            terminals_busy=beat.terminals_busy if beat else 0,
            media_pending=beat.media_pending if beat else 0,
            loop_lag_ms=beat.loop_lag_ms if beat else None,
            poll_age_s=beat.poll_age_s if beat else None,
            outbox_queued=beat.outbox_queued if beat else 0,
            counters=self._counters(),
            media_sent=self._events["media_sent"],
            media_failed=self._events["media_failed"],
            strangers=self._events["unauthorized"],
            last_stranger=self._latest.get("unauthorized", ""),
            last_media_failure=self._latest.get("media_failed", ""),
            exits=tuple(self.exits.items()),
        )

    def _counters(self) -> Counters:
        now = self.heartbeat
        return self._counted if now is None else self._counted.plus(now.counters)

    def _trouble(self, machine: BotMachine) -> str:
        """Return what a worker says is wrong between it and Telegram."""
        if self.status is None or not self.held_up or machine.pid is None:
            return ""
        return self._scrub(self.status.detail)[:_MAX_DETAIL]


def _about(event: Event) -> str:
    """Return in a few words what an event is about."""
    detail = event.detail
    if event.kind == "unauthorized":
        name = detail.get("username")
        return f"{detail.get('user_id')}" + (f" (@{name})" if name else "")
    if event.kind == "media_failed":
        return f"{detail.get('file')}: {detail.get('reason')}"
    return ""


def _since(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(0.0, now - moment)


def _until(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(0.0, moment - now)
