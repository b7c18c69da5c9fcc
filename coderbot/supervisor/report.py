"""Whether the fleet is ready: decided once a start (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from coderbot.loglevel import Level
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.exits import describe_duration
from coderbot.supervisor.state import BotState


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be told."""

    level: Level
    text: str
    ready: int | None
    """How many are ready, for FleetReady; None: it was told before."""


class StartReport:
    """Watches the start of a fleet.

    Told once: when every bot is ready, or has shown that it is not going to be
    soon. If some were not, it is told once more when all are ready after all.

    Args:
        started_at: When the start began, on the monotonic clock, in seconds.
    """

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self._told_some = False
        self._told_all = False

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to tell, so that nobody need look."""
        return self._told_all

    def look(self, bots: Sequence[BotSnapshot], now: float) -> Report | None:
        """Return what to tell now, or None."""
        ready = sum(bot.state is BotState.RUNNING for bot in bots)
        took = describe_duration(now - self._started_at)
        if ready == len(bots) and not self._told_all:
            first = not self._told_some
            self._told_all = self._told_some = True
            text = _all_ready(ready, took)
            return Report(Level.INFO, text, ready if first else None)
        if self._told_some or any(_is_open(bot) for bot in bots):
            return None
        self._told_some = True
        missing = [bot for bot in bots if bot.state is not BotState.RUNNING]
        names = ", ".join(f"{bot.bot} ({_why(bot)})" for bot in missing)
        text = f"{ready} of {len(bots)} workers ready after {took}, failed: {names}"
        return Report(Level.WARNING, text, ready)


def _all_ready(count: int, took: str) -> str:
    match count:
        case 0:
            # Of several hosts one may have none.
            return f"Ready after {took}; no bot runs on this host yet"
        case 1:
            return f"1 worker ready after {took}"
        case _:
            return f"All {count} workers ready after {took}"


def _is_open(bot: BotSnapshot) -> bool:
    """Tell whether it is not known yet how the first start of a bot goes."""
    never_started = bot.state is BotState.STOPPED and bot.run == 0
    return never_started or bot.state in (BotState.STARTING, BotState.STOPPING)


def _why(bot: BotSnapshot) -> str:
    return bot.reason or bot.last_exit or bot.state
