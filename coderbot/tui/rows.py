"""What the table says about a bot: a snapshot becomes cells (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from coderbot.control.port import FOLDERS, MediaFolder
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui.plain import printable
from coderbot.wire import Counters

Tone = Literal["plain", "strong", "muted", "good", "busy", "warning", "bad", "special"]
"""How a cell is coloured; the style sheets say with which colour."""

NOTHING = "·"
"""Stands where a bot has no value to show."""

_SIGNS = {
    BotState.RUNNING: "●",
    BotState.STARTING: "◐",
    BotState.STOPPED: "○",
    BotState.FAILED: "✖",
    BotState.BACKOFF: "↻",
    BotState.STOPPING: "◌",
}
_STATE_TONES: dict[BotState, Tone] = {
    BotState.RUNNING: "good",
    BotState.STARTING: "busy",
    BotState.STOPPED: "muted",
    BotState.FAILED: "bad",
    BotState.BACKOFF: "warning",
    BotState.STOPPING: "special",
}
_STATUS_TONES: dict[str, Tone] = {
    "polling": "plain",
    "conflict": "warning",
    "offline": "bad",
    "stopping": "special",
}
_ALIVE = {BotState.RUNNING, BotState.STARTING, BotState.STOPPING}
_NO_COUNTERS = Counters()
_BUSY_PERCENT = 90
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_SPARKS = ((0, " "), (2, "▁"), (5, "▂"), (15, "▃"), (50, "▄"), (150, "▅"), (500, "▆"))
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the table."""

    text: str
    """Printable, one line."""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Summary:
    """The fleet in numbers."""

    total: int
    running: int
    restarts: int
    rss_bytes: int
    terminals: int
    messages: int
    """Sent since the supervisor started."""
    alerts: int
    """Bots that need a look: failed, crashed, or not heard at Telegram."""
    states: tuple[BotState, ...]
    """The state of each bot, by index."""


def duration(seconds: float) -> str:
    """Return a length of time in at most seven characters: `3h 04m`."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE:02}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE:02}m"
    days = whole // _DAY
    return f"{days}d {whole % _DAY // _HOUR:02}h" if days < 1_000 else f"{days}d"


def countdown(seconds: float) -> str:
    """Return the time left, rounded up: nothing is due before it says 0s."""
    return duration(ceil(max(0.0, seconds)))


def size(count: int) -> str:
    """Return a number of bytes in at most seven characters: `9.5 MB`, `48 MB`."""
    value, unit = float(count), 0
    while round(value) >= 1_024 and unit < len(_UNITS) - 1:
        value, unit = value / 1_024, unit + 1
    whole = unit == 0 or value >= 9.95
    return f"{value:.0f} {_UNITS[unit]}" if whole else f"{value:.1f} {_UNITS[unit]}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return `1 file`, `1,204 files`; `plural` where an s is not enough."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def sparkline(counts: Sequence[float]) -> str:
    """Return lines per second as bars on a fixed, roughly logarithmic scale."""
    return "".join(_bar(count) for count in counts)


def _bar(count: float) -> str:
    return next((bar for limit, bar in _SPARKS if count <= limit), "█")


def trend(values: Sequence[float], least_top: float) -> str:
    """Return values as bars from 0 to the largest of them.

    Args:
        values: None of them negative.
        least_top: What a full bar stands for at least, so that noise stays low.
    """
    top = max([least_top, *values])
    steps = len(_BARS) - 1
    return "".join(_BARS[round(value / top * steps)] for value in values)


def only_measures(old: BotSnapshot, new: BotSnapshot) -> bool:
    """Tell whether nothing has changed about a bot but what is measured all the time."""
    return _without_measures(old) == _without_measures(new)


def _without_measures(bot: BotSnapshot) -> BotSnapshot:
    return replace(
        bot,
        uptime_s=None,
        next_start_in_s=None,
        rss_bytes=None,
        loop_lag_ms=None,
        poll_age_s=None,
        cpu_percent=None,
        processes=0,
        outbox_queued=0,
        counters=_NO_COUNTERS,
    )


def needs_a_look(bot: BotSnapshot) -> bool:
    """Tell whether something is wrong with a bot that a person should know of."""
    if bot.state in {BotState.FAILED, BotState.BACKOFF}:
        return True
    return bot.state in _ALIVE and bot.status in {"conflict", "offline"}


def sign(state: BotState) -> str:
    """Return the one-cell sign of a state."""
    return _SIGNS[state]


def tone(state: BotState) -> Tone:
    """Return the tone of a state."""
    return _STATE_TONES[state]


def state_cell(bot: BotSnapshot) -> Cell:
    """Return sign and word of the state; in backoff, the countdown."""
    text = f"{sign(bot.state)} {bot.state}"
    if bot.state is BotState.BACKOFF and bot.next_start_in_s is not None:
        text += f" {countdown(bot.next_start_in_s)}"
    return Cell(text, tone(bot.state))


def username_cell(bot: BotSnapshot) -> Cell:
    """Return the name with its @; a dot before the first READY."""
    if not bot.username:
        return Cell(NOTHING, "muted")
    return Cell(f"@{printable(bot.username)}", _faded(bot, "strong"))


def host_cell(bot: BotSnapshot) -> Cell:
    """Return the host that runs the bot; a dot when none has it."""
    if not bot.host:
        return Cell(NOTHING, "muted")
    return Cell(printable(bot.host), _faded(bot, "plain"))


def _faded(bot: BotSnapshot, lively: Tone) -> Tone:
    return lively if bot.state in _ALIVE else "muted"


def status_cell(bot: BotSnapshot) -> Cell:
    """Return how the worker stands with Telegram."""
    if not bot.status or bot.state not in _ALIVE:
        return Cell(NOTHING, "muted")
    return Cell(printable(bot.status), _STATUS_TONES.get(bot.status, "plain"))


def error_cell(bot: BotSnapshot) -> Cell:
    """Return the last error, or how the last process ended."""
    if bot.reason:
        quiet = bot.state in {BotState.RUNNING, BotState.STOPPED}
        return Cell(printable(bot.reason), "muted" if quiet else tone(bot.state))
    if bot.state in _ALIVE and bot.last_exit == "exit 0":
        # It runs again, and the end before was in good order.
        return Cell("", "muted")
    return Cell(printable(bot.last_exit), "muted")


def restarts_cell(bot: BotSnapshot) -> Cell:
    """Return the total of restarts; warm while it crashes in a row."""
    if not bot.restarts:
        return Cell("0", "muted")
    return Cell(f"{bot.restarts}", "warning" if bot.crashes_in_row else "plain")


def number_cell(value: int | None) -> Cell:
    """Return a count; a dim dot for none, dim for zero."""
    if value is None:
        return Cell(NOTHING, "muted")
    return Cell(f"{value}", "plain" if value else "muted")


def terminals_cell(bot: BotSnapshot) -> Cell:
    """Return how many terminals are open; a dim dot where there is no process."""
    return number_cell(bot.terminals if bot.state in _ALIVE else None)


def cpu_cell(bot: BotSnapshot) -> Cell:
    """Return the share of one CPU; a dim dot where there is no process."""
    if bot.cpu_percent is None or bot.state not in _ALIVE:
        return Cell(NOTHING, "muted")
    loud = bot.cpu_percent >= _BUSY_PERCENT
    return Cell(f"{bot.cpu_percent:.0f}%", "warning" if loud else "plain")


def media_cell(bot: BotSnapshot) -> Cell:
    """Return files that wait, were sent and failed: `3/120/1`."""
    counts = (bot.media_pending, bot.media_sent, bot.media_failed)
    text = "/".join(map(_short, counts))
    tone: Tone = "plain" if any(counts) else "muted"
    return Cell(text, "warning" if bot.media_failed else tone)


def _short(count: int) -> str:
    return f"{count}" if count < 10_000 else f"{count // 1_000}k"


def optional_cell(value: float | None, form: Callable[[float], str]) -> Cell:
    """Return a value in its form, or a dim dot."""
    return Cell(NOTHING, "muted") if value is None else Cell(form(value))


def summary(bots: Sequence[BotSnapshot]) -> Summary:
    """Return the fleet in numbers."""
    return Summary(
        total=len(bots),
        running=sum(bot.state is BotState.RUNNING for bot in bots),
        restarts=sum(bot.restarts for bot in bots),
        rss_bytes=sum(bot.rss_bytes or 0 for bot in bots if bot.state in _ALIVE),
        terminals=sum(bot.terminals for bot in bots if bot.state in _ALIVE),
        messages=sum(bot.counters.messages for bot in bots),
        alerts=sum(map(needs_a_look, bots)),
        states=tuple(bot.state for bot in bots),
    )


def total_of(bots: Sequence[Sequence[MediaFolder]]) -> list[MediaFolder]:
    """Return what lies in the folders of several bots that can be cleaned."""
    found = [folder for folders in bots for folder in folders]
    totals = []
    for name in FOLDERS:
        mine = [folder for folder in found if folder.name == name]
        files = sum(folder.files for folder in mine)
        totals.append(MediaFolder(name, files, sum(f.size_bytes for f in mine)))
    return totals


def detail(bot: BotSnapshot) -> list[str]:
    """Return what the table has no room for, most telling first."""
    words = [printable(bot.reason)] if bot.reason else []
    if bot.host:
        words.append(f"on {printable(bot.host)}")
    if bot.state in _ALIVE:
        words += _detail_alive(bot)
    elif bot.last_exit:
        words.append(f"ended with {printable(bot.last_exit)}")
    if bot.crashes_in_row:
        words.append(counted(bot.crashes_in_row, "crash", "crashes in a row"))
    if bot.run:
        words.append(f"run {bot.run}")
    return words


def _detail_alive(bot: BotSnapshot) -> list[str]:
    words = [] if bot.pid is None else [f"pid {bot.pid}"]
    words.append(counted(bot.terminals, "terminal"))
    if bot.media_pending:
        words.append(f"{counted(bot.media_pending, 'file')} to send")
    if bot.poll_age_s is not None:
        words.append(f"polled {duration(bot.poll_age_s)} ago")
    if bot.loop_lag_ms is not None:
        words.append(f"lag {bot.loop_lag_ms:.0f} ms")
    return words
