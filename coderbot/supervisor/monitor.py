"""How much a worker and all that it has started uses, and how much it may (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from coderbot.supervisor.proctable import Key, Process

CPU_PATIENCE_S = 60.0
"""A worker may use more than its share for so long: a build is no fault."""
_WARN_AT = 0.8
_CALM_AT = 0.7
"""Below this part of the limit the next warning is worth a line again."""
_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Load:
    """What a tree of processes uses."""

    rss_bytes: int
    """Sum of all; memory that they share counts for each of them."""
    cpu_percent: float | None
    """Of one CPU, since the look before; None at the first look."""
    processes: int


class LoadMeter:
    """Measures one tree from look to look."""

    def __init__(self) -> None:
        self._cpu_s: dict[Key, float] = {}
        self._looked_at: float | None = None

    def look(self, rows: Sequence[Process], now: float) -> Load:
        """Return what these processes use.

        Args:
            rows: The whole tree, as a table has shown it.
            now: The monotonic clock, in seconds.
        """
        before, self._cpu_s = self._cpu_s, {row.key: row.cpu_s for row in rows}
        used_s = sum(row.cpu_s - before.get(row.key, 0.0) for row in rows)
        percent = None
        if self._looked_at is not None and now > self._looked_at:
            percent = max(0.0, 100 * used_s / (now - self._looked_at))
        self._looked_at = now
        return Load(sum(row.rss_bytes for row in rows), percent, len(rows))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use, with all that it has started; 0 is as much as it likes."""

    memory_bytes: int = 0
    cpu_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done about a load."""

    warning: str = ""
    """A line for the log; empty for none."""
    unfit: str = ""
    """Why the worker is to be restarted; empty when it is not."""


class LimitGuard:
    """Judges the loads of one process against its limits.

    Args:
        limits: What it may use.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._has_warned = False
        self._busy_since: float | None = None

    def judge(self, load: Load, now: float) -> Verdict:
        """Return what is to be done, `now` on the monotonic clock, in seconds."""
        return self._judge_memory(load) or self._judge_cpu(load, now) or Verdict()

    def _judge_memory(self, load: Load) -> Verdict | None:
        limit = self.limits.memory_bytes
        if limit <= 0:
            return None
        text = f"{load.rss_bytes // _MB} MB of {limit // _MB} MB"
        if load.rss_bytes > limit:
            return Verdict(unfit=f"over its memory limit: {text}")
        if load.rss_bytes < limit * _CALM_AT:
            self._has_warned = False
        elif load.rss_bytes >= limit * _WARN_AT and not self._has_warned:
            self._has_warned = True
            return Verdict(warning=f"near its memory limit: {text}")
        return None

    def _judge_cpu(self, load: Load, now: float) -> Verdict | None:
        limit = self.limits.cpu_percent
        if limit <= 0 or load.cpu_percent is None:
            return None
        if load.cpu_percent <= limit:
            self._busy_since = None
            return None
        if self._busy_since is None:
            self._busy_since = now
        if now - self._busy_since < CPU_PATIENCE_S:
            return None
        text = f"over {limit:g} % for {CPU_PATIENCE_S:g} s"
        return Verdict(unfit=f"over its CPU limit: {text}")
