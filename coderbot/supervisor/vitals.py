"""What a worker has told about itself, as far as it is shown (pure)."""

from collections.abc import Callable

from coderbot.paths import bot_name
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotMachine, BotState
from coderbot.wire import Heartbeat, Ready, Status

_MAX_DETAIL = 200
"""Characters of the detail of a status that are shown."""


class Vitals:
    """The last words of each kind from the current process of a bot.

    Args:
        scrub: Takes the secrets out of a text: what a worker tells may quote them.
    """

    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub
        self.heartbeat: Heartbeat | None = None
        self.status: Status | None = None
        self._username = ""
        self._full_name = ""

    def begin(self) -> None:
        """Forget what the process before has told; the name stays."""
        self.heartbeat = None
        self.status = None

    def name(self, ready: Ready) -> None:
        """Take the name of the bot from READY."""
        self._username = self._scrub(ready.username)
        self._full_name = self._scrub(ready.full_name)

    def snapshot(self, index: int, machine: BotMachine, now: float) -> BotSnapshot:
        """Return how the bot stands at `now` on the monotonic clock, in seconds."""
        alive = machine.pid is not None
        beat = self.heartbeat if alive else None
        status = self.status if alive else None
        return BotSnapshot(
            bot=bot_name(index),
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
            rss_bytes=beat.rss_bytes if beat else None,
            terminals=beat.terminals if beat else 0,
            media_pending=beat.media_pending if beat else 0,
            loop_lag_ms=beat.loop_lag_ms if beat else None,
            poll_age_s=beat.poll_age_s if beat else None,
        )

    def _trouble(self, machine: BotMachine) -> str:
        """Return what a running worker says is wrong between it and Telegram."""
        if self.status is None or machine.state is not BotState.RUNNING:
            return ""
        if self.status.state not in ("conflict", "offline"):
            return ""
        return self._scrub(self.status.detail)[:_MAX_DETAIL]


def _since(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(0.0, now - moment)


def _until(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(0.0, moment - now)
