"""The fleet in a few numbers (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Tally:
    """How many bots stand how."""

    bots: int
    running: int
    waiting: int
    """Crashed; they wait for their next start."""
    failed: int
    restarts: int
    terminals: int
    rss_bytes: int
    media_sent: int
    media_failed: int

    @classmethod
    def of(cls, bots: Sequence[BotSnapshot]) -> "Tally":
        """Count `bots`."""
        return cls(
            bots=len(bots),
            running=_count(bots, BotState.RUNNING),
            waiting=_count(bots, BotState.BACKOFF),
            failed=_count(bots, BotState.FAILED),
            restarts=sum(bot.restarts for bot in bots),
            terminals=sum(bot.terminals for bot in bots),
            rss_bytes=sum(bot.rss_bytes or 0 for bot in bots),
            media_sent=sum(bot.media_sent for bot in bots),
            media_failed=sum(bot.media_failed for bot in bots),
        )

    def sentence(self) -> str:
        """Return one line for people: `2 of 3 bots running, 1 failed, 4 restarts`."""
        parts = [f"{self.running} of {self.bots} bots running"]
        if self.waiting:
            parts.append(f"{self.waiting} waiting for a restart")
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.restarts:
            parts.append(f"{self.restarts} restarts")
        return ", ".join(parts)

    def pm2_metrics(self) -> dict[str, dict[str, int | str]]:
        """Return what `pm2 show` and `pm2 monit` show."""
        return {
            "Workers up": {"value": self.running, "unit": "bots"},
            "Workers": {"value": self.bots, "unit": "bots"},
            "Waiting for restart": {"value": self.waiting, "unit": "bots"},
            "Failed": {"value": self.failed, "unit": "bots"},
            "Restarts": {"value": self.restarts, "unit": ""},
            "Terminals": {"value": self.terminals, "unit": ""},
            "Memory of workers": {"value": self.rss_bytes // _MB, "unit": "MB"},
            "Files sent": {"value": self.media_sent, "unit": ""},
            "Files failed": {"value": self.media_failed, "unit": ""},
        }


def _count(bots: Sequence[BotSnapshot], state: BotState) -> int:
    return sum(bot.state is state for bot in bots)
