"""Which deaths are worth a dossier."""

import resource
import sys

from coderbot.errors import ExitCode
from coderbot.supervisor.dossier import Death
from coderbot.supervisor.state import After, BotMachine, BotState, Exited

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def death_of(
    bot: str,
    before: BotMachine,
    event: Exited,
    now: float,
    rss_samples: tuple[int, ...],
    usage: resource.struct_rusage | None,
) -> Death | None:
    """Return a death that nobody asked for; None for any other end of a process.

    Args:
        bot: Id of the bot.
        before: Its machine before the end was known.
        event: The end.
        now: The monotonic clock, in seconds.
        rss_samples: Memory as the last heartbeats told, in bytes.
        usage: What the process has used; None if that is not known.
    """
    ended = before.state is BotState.STOPPING
    if ended and before.after is not After.CRASH:
        return None
    if not ended and event.returncode == ExitCode.OK:
        return None
    return Death(
        bot=bot,
        run=before.runs,
        returncode=event.returncode,
        reason=before.reason if ended else "",
        uptime_s=now - (now if before.started_at is None else before.started_at),
        was_ready=before.ready_at is not None,
        cpu_s=round(usage.ru_utime + usage.ru_stime, 3) if usage else None,
        peak_rss_bytes=usage.ru_maxrss * _MAXRSS_UNIT if usage else None,
        rss_samples=rss_samples,
    )


def ignore(_: Death) -> None:
    """Take no note of a death."""
