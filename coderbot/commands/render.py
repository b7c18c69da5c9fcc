"""What commands print: tables, words for numbers, lines of logs (pure)."""

import unicodedata
from collections.abc import Callable, Sequence

from coderbot.control.words import duration, size
from coderbot.loglevel import Level
from coderbot.plaintext import one_line
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.controlwire import FleetStatus
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine, timestamp_of
from coderbot.supervisor.state import BotState

_HEADINGS = (
    "BOT",
    "NAME",
    "STATE",
    "PID",
    "UPTIME",
    "RESTARTS",
    "MEMORY",
    "TERMINALS",
    "NOTE",
)
_RIGHT = frozenset({"PID", "UPTIME", "RESTARTS", "MEMORY", "TERMINALS"})
_MAX_NAME = 32
_MAX_NOTE = 80
_COLOURS = {
    BotState.RUNNING: "32",
    BotState.STARTING: "36",
    BotState.STOPPING: "33",
    BotState.BACKOFF: "33",
    BotState.FAILED: "31",
    BotState.STOPPED: "2",
}
_LEVEL_COLOURS = {Level.DEBUG: "2", Level.WARNING: "33", Level.ERROR: "31"}


def width_of(text: str) -> int:
    """Return how many cells a plain text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def line_json(line: LogLine) -> dict[str, object]:
    """Return one line of `logs --json`."""
    return {
        "seq": line.seq,
        "time": line.timestamp,
        "bot": line.bot,
        "run": line.run,
        "stream": line.stream,
        "level": line.level.name.lower(),
        "text": line.text,
    }


def crash_text(dossier: Dossier) -> str:
    """Return one crash of `show`: when, its fingerprint and what it was."""
    what = f"{dossier.exit}: {dossier.summary}"
    if dossier.summary.startswith(dossier.exit):
        what = dossier.summary
    more = f"; {dossier.guess}" if dossier.guess else ""
    head = f"{timestamp_of(dossier.wall)} {dossier.fingerprint}"
    times = f"seen {dossier.seen}x"
    return one_line(f"{head} {times}, after {dossier.uptime_s:.1f} s: {what}{more}")


def line_text(line: LogLine, colour: bool) -> str:
    """Return one line of `logs`."""
    text = f"{line.timestamp} {one_line(line.prefixed)}"
    return painted(text, _LEVEL_COLOURS.get(line.level, ""), colour)


def status_text(status: FleetStatus, colour: bool) -> str:
    """Return the table that `status` prints."""
    up = duration(status.uptime_s)
    head = f"CoderBot {status.version}, pid {status.pid}, up {up}"
    if status.control_bot is not None:
        head += f"\nControl bot: {_aide_text(status.control_bot, colour)}"
    if not status.bots:
        return f"{head}\nNo bots."
    rows = [_cells_of(bot) for bot in status.bots]
    headings: tuple[str, ...] = _HEADINGS
    if status.cluster is not None:
        head += f"\n{_hosts_line(status.cluster)}"
        headings = (*headings[:2], "HOST", *headings[2:])
        hosts = [one_line(bot.host) or "-" for bot in status.bots]
        rows = [(*r[:2], host, *r[2:]) for r, host in zip(rows, hosts, strict=True)]

    def paint(row: int, heading: str, cell: str) -> str:
        code = _COLOURS[status.bots[row].state] if heading == "STATE" else ""
        return painted(cell, code, colour)

    return "\n".join([head, "", *table(headings, rows, _RIGHT, paint)])


def _hosts_line(cluster: ClusterSnapshot) -> str:
    """Return how the hosts stand, in one line."""
    gone = [one_line(host.host) for host in cluster.hosts if not host.is_alive]
    words = [
        f"Host {one_line(cluster.here)} of {len(cluster.alive)}",
        f"not there: {', '.join(gone)}" if gone else "",
        f"Redis: {one_line(cluster.trouble)}" if cluster.trouble else "",
    ]
    return ", ".join(word for word in words if word)


def _aide_text(bot: BotSnapshot, colour: bool) -> str:
    words = [
        painted(str(bot.state), _COLOURS[bot.state], colour),
        one_line(f"@{bot.username}") if bot.username else "",
        f"pid {bot.pid}" if bot.pid else "",
        f"up {duration(bot.uptime_s)}" if bot.uptime_s is not None else "",
        one_line(_note(bot)),
    ]
    return ", ".join(word for word in words if word)


def bot_text(bot: BotSnapshot, colour: bool, more: BotFacts | None = None) -> str:
    """Return what `show` prints of one bot."""
    done = bot.counters
    everywhere = None if more is None else more.everywhere
    facts = {
        "name": f"@{bot.username}" if bot.username else "",
        "full name": bot.full_name,
        "host": bot.host,
        "state": painted(str(bot.state), _COLOURS[bot.state], colour),
        "telegram": bot.status,
        "reason": bot.reason,
        "pid": bot.pid,
        "uptime": duration(bot.uptime_s),
        "next start in": duration(bot.next_start_in_s),
        "runs": bot.run,
        "restarts": bot.restarts,
        "crashes in a row": bot.crashes_in_row,
        "last exit": bot.last_exit,
        "memory": size(bot.rss_bytes),
        "terminals": bot.terminals,
        "processor": "" if bot.cpu_percent is None else f"{bot.cpu_percent:.1f} %",
        "last poll": "" if bot.poll_age_s is None else f"{bot.poll_age_s:.0f} s ago",
        "media": f"{bot.media_pending} waiting, {bot.media_sent} sent, "
        f"{bot.media_failed} failed, {size(done.media_bytes)} brought to users",
        "traffic": f"{done.updates} updates, {done.messages} messages, "
        f"{done.edits} edits, {done.flood_waits} times told to wait",
        "strangers": bot.strangers,
        "media lie in": f"{more.media} (on the host that runs it)"
        if more is not None and more.media
        else "",
        "on all hosts": "" if everywhere is None else everywhere.sentence(),
    }
    shown = {k: v for k, v in facts.items() if v not in ("", None)}
    wide = max(map(len, shown))
    lines = [
        f"  {k:<{wide}}  {v if k == 'state' else one_line(str(v))}"
        for k, v in shown.items()
    ]
    return "\n".join([painted(bot.bot, "1", colour), *lines])


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: frozenset[str] = frozenset(),
    paint: Callable[[int, str, str], str] = lambda _row, _heading, cell: cell,
) -> list[str]:
    """Return aligned lines, the headings first.

    Args:
        headings: Of the columns.
        rows: Of plain text.
        right: Headings of the columns that are aligned to the right.
        paint: Gives a cell its colour, from the number of its row and its heading.
    """
    widths = [
        max(map(width_of, column)) for column in zip(headings, *rows, strict=True)
    ]
    lines = []
    for number, row in enumerate((headings, *rows), -1):
        cells = []
        for heading, cell, wide in zip(headings, row, widths, strict=True):
            space = " " * (wide - width_of(cell))
            drawn = cell if number < 0 else paint(number, heading, cell)
            cells.append(space + drawn if heading in right else drawn + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def painted(text: str, code: str, colour: bool) -> str:
    """Return `text` in a colour (SGR code), if colours are wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code else text


def _cells_of(bot: BotSnapshot) -> tuple[str, ...]:
    return (
        bot.bot,
        _cut(one_line(f"@{bot.username}"), _MAX_NAME) if bot.username else "-",
        str(bot.state),
        str(bot.pid or "-"),
        duration(bot.uptime_s) or "-",
        str(bot.restarts),
        size(bot.rss_bytes) or "-",
        str(bot.terminals),
        _cut(one_line(_note(bot)), _MAX_NOTE),
    )


def _note(bot: BotSnapshot) -> str:
    words = [bot.status if bot.status != "polling" else "", bot.reason]
    if bot.next_start_in_s is not None:
        words.append(f"next start in {duration(bot.next_start_in_s)}")
    return "; ".join(word for word in words if word)


def _cut(text: str, width: int) -> str:
    if width_of(text) <= width:
        return text
    kept, used = "", 0
    for character in text:
        used += _cells(character)
        if used > width - 1:
            break
        kept += character
    return kept + "…"


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
