"""Looks into each death that nobody asked for, and keeps what it finds."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from coderbot.clock import Clock
from coderbot.supervisor.dossier import Death, Dossier, build, find_cause, lines_of
from coderbot.supervisor.dossiers import Dossiers
from coderbot.supervisor.lines import timestamp_of
from coderbot.supervisor.logbook import Logbook

_LOOK_BACK = 2_000
"""Lines of a bot that are looked through for the last ones of its streams."""

_log = logging.getLogger(__name__)


class Coroner:
    """Writes dossiers.

    Args:
        dossiers: Where they are kept.
        logbook: Where the last lines are.
        clock: For the time of death.
    """

    def __init__(self, dossiers: Dossiers, logbook: Logbook, clock: Clock) -> None:
        self._dossiers = dossiers
        self._logbook = logbook
        self._clock = clock
        self._oom_kills = _count_oom_kills()

    async def load(self) -> None:
        """Remember which kinds of crashes were seen in the runs before."""
        await asyncio.to_thread(self._dossiers.load)

    def examine(self, death: Death, tasks: asyncio.TaskGroup) -> None:
        """Say what kind of death it was, and keep its dossier.

        Args:
            death: What its runner has seen.
            tasks: Owns the writing, which waits for the disk.
        """
        try:
            dossier = self._look_into(death)
        except Exception:  # noqa: BLE001 - the bot is to be started again in any case
            _log.exception("%s: its death could not be looked into", death.bot)
            return
        _log.error("%s", _describe(dossier))
        name = f"{death.bot}: dossier of run {death.run}"
        tasks.create_task(self._keep(dossier), name=name)

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of a bot, the newest first."""
        return await asyncio.to_thread(self._dossiers.read, bot)

    def _look_into(self, death: Death) -> Dossier:
        before, self._oom_kills = self._oom_kills, _count_oom_kills()
        death = replace(death, oom_kills=max(0, self._oom_kills - before))
        lines = self._logbook.lines(death.bot, 0, _LOOK_BACK)
        cause = find_cause(death, lines_of(death, lines))
        wall = self._clock.now().timestamp()
        kind = self._dossiers.count(cause.fingerprint, wall)
        return build(death, lines, wall, kind.seen, kind.first)

    async def _keep(self, dossier: Dossier) -> None:
        try:
            await asyncio.to_thread(self._dossiers.store, dossier)
        except OSError as error:
            why = error.strerror or error
            _log.warning("%s: its dossier cannot be kept: %s", dossier.bot, why)


def _describe(dossier: Dossier) -> str:
    if dossier.seen == 1:
        times = "seen for the first time"
    else:
        times = f"seen {dossier.seen} times since {timestamp_of(dossier.first_seen)}"
    what = f"{dossier.summary}; {dossier.guess}" if dossier.guess else dossier.summary
    return f"{dossier.bot}: crash {dossier.fingerprint} {times} ({what})"


def _count_oom_kills() -> int:
    """Return how many processes the kernel has killed here for want of memory.

    Of the control group of this process, if that counts them; else of the host.
    """
    with suppress(OSError, ValueError, StopIteration):
        groups = Path("/proc/self/cgroup").read_text().splitlines()
        own = next(line for line in groups if line.startswith("0::")).removeprefix(
            "0::"
        )
        return _counter(Path("/sys/fs/cgroup" + own) / "memory.events")
    with suppress(OSError, ValueError, StopIteration):
        return _counter(Path("/proc/vmstat"))
    return 0


def _counter(path: Path) -> int:
    lines = path.read_text().splitlines()
    line = next(line for line in lines if line.startswith("oom_kill "))
    return int(line.split()[1])
