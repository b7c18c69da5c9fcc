"""What is told of a bot in its details: pages of text (pure)."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual.content import Content

from coderbot.control.port import BotFacts, MediaFolder, TerminalScreen
from coderbot.loglevel import Level
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.lines import LogLine, timestamp_of
from coderbot.tui.linebuffer import plain_body
from coderbot.tui.plain import fitted, printable
from coderbot.tui.rows import Tone, counted, duration, sign, size, tone
from coderbot.tui.tones import toned

Page = Iterator[Content]
"""Lines of a page, from top to bottom."""

_LABEL_WIDTH = 20
_NAME_WIDTH = 32
_EVENTS = 200
"""The newest ones that are shown."""


def overview(bot: BotSnapshot) -> Page:
    """Yield how a bot stands."""
    state = f"{sign(bot.state)} {bot.state}"
    yield _fact("state", state, tone(bot.state))
    yield _fact("reason", printable(bot.reason), "warning")
    yield _fact("username", f"@{printable(bot.username)}" if bot.username else "")
    yield _fact("name", printable(bot.full_name))
    yield _fact("telegram", printable(bot.status))
    if bot.host:
        yield _fact("host", printable(bot.host))
    yield _fact("last poll", _ago(bot.poll_age_s))
    yield _fact(
        "loop lag", "" if bot.loop_lag_ms is None else f"{bot.loop_lag_ms:.0f} ms"
    )
    yield Content("")
    yield _fact("pid", "" if bot.pid is None else str(bot.pid))
    yield _fact("run", f"{bot.run}, restarted {counted(bot.restarts, 'time')}")
    yield _fact("up", "" if bot.uptime_s is None else duration(bot.uptime_s))
    yield _fact("crashes in a row", str(bot.crashes_in_row))
    yield _fact("last exit", printable(bot.last_exit))
    ends = ", ".join(f"{count} {cause}" for cause, count in bot.exits)
    yield _fact("all exits", ends)
    yield Content("")
    cpu = "" if bot.cpu_percent is None else f"{bot.cpu_percent:.1f} %"
    yield _fact("processor", cpu)
    yield _fact("memory", "" if bot.rss_bytes is None else size(bot.rss_bytes))
    yield _fact("processes", str(bot.processes or ""))
    yield _fact("terminals", str(bot.terminals))
    yield Content("")
    done = bot.counters
    yield _fact("updates", f"{done.updates:,}")
    yield _fact("messages", f"{done.messages:,} sent, {done.edits:,} edited")
    yield _fact("told to wait", counted(done.flood_waits, "time"))
    yield _fact("waiting calls", str(bot.outbox_queued))
    yield _fact(
        "media",
        f"{bot.media_pending} waiting, {bot.media_sent} sent, {bot.media_failed} failed",
    )
    yield _fact("strangers", counted(bot.strangers, "attempt"))


def settings(facts: BotFacts) -> Page:
    """Yield the settings in force."""
    yield _fact("command", printable(facts.command))
    if facts.media:
        yield _fact("media", f"{printable(facts.media)}, on the host that runs it")
    if facts.everywhere is not None:
        yield _fact("on all hosts", printable(facts.everywhere.sentence()))
    yield Content("")
    for setting in facts.settings:
        name = fitted(printable(setting.name), _NAME_WIDTH)
        value = printable(setting.value) or "not set"
        quiet = setting.is_default or not setting.value
        yield toned(name, "muted" if quiet else "plain") + toned(
            value + ("  (default)" if setting.is_default and setting.value else ""),
            "muted" if quiet else "strong",
        )


def runs(lines: Sequence[LogLine], dossiers: Sequence[Dossier]) -> Page:
    """Yield beginnings and ends of runs, the newest first, and what is kept of crashes.

    Args:
        lines: Of the bot, in order.
        dossiers: Of its crashes, the newest first.
    """
    yield toned("Runs", "strong")
    marks = [line for line in lines if line.stream == "sup" and line.run]
    for line in reversed(marks[-_EVENTS:]):
        yield _moment(line.wall) + toned(plain_body(line).strip("─ "), "plain")
    if not marks:
        yield toned("none that is still in memory", "muted")
    yield Content("")
    yield toned("Crashes", "strong")
    for dossier in dossiers:
        yield from _crash(dossier)
    if not dossiers:
        yield toned("none", "muted")


def terminals(screens: Sequence[TerminalScreen]) -> Page:
    """Yield each open terminal in a frame, as it looks now."""
    if not screens:
        yield toned("No terminal is open.", "muted")
    for screen in screens:
        title = printable(screen.title or screen.name) or "terminal"
        width = screen.columns
        head = f" user {screen.user} · {title} · {width}x{screen.rows} "
        head = fitted(head, min(cell_len(head), max(0, width - 2)))
        dashes = "─" * (width - 1 - cell_len(head))
        yield toned(f"╭─{head}{dashes}╮", "busy")
        rows = screen.text.split("\n")[: screen.rows]
        for row in rows + [""] * (screen.rows - len(rows)):
            body = toned(fitted(printable(row), width), "plain")
            yield toned("│", "busy") + body + toned("│", "busy")
        yield toned("╰" + "─" * width + "╯", "busy")


def media(folders: Sequence[MediaFolder], place: str = "") -> Page:
    """Yield the media directories, with the files that changed last.

    Args:
        folders: The directories.
        place: Host and path that they lie in, where that is not this one.
    """
    if place:
        yield _fact("directory", printable(place))
        yield Content("")
    for folder in folders:
        amount = f"{counted(folder.files, 'file')}, {size(folder.size_bytes)}"
        marked: Tone = "bad" if folder.name == "failed" and folder.files else "strong"
        yield toned(fitted(f"{folder.name}/", _LABEL_WIDTH), marked) + toned(
            amount, "plain"
        )
        for file in folder.latest:
            line = f"  {size(file.size_bytes):>8}  {printable(file.name)}"
            yield toned("  ", "muted") + _moment(file.changed_at) + toned(line, "plain")
        yield Content("")


def events(lines: Sequence[LogLine], bot: BotSnapshot) -> Page:
    """Yield warnings and errors of a bot, the newest first."""
    yield _fact("strangers", counted(bot.strangers, "attempt"))
    yield _fact("files that failed", str(bot.media_failed))
    yield Content("")
    loud = [line for line in lines if line.level >= Level.WARNING]
    for line in reversed(loud[-_EVENTS:]):
        bad: Tone = "bad" if line.level >= Level.ERROR else "warning"
        letter = "E" if line.level >= Level.ERROR else "W"
        yield (
            _moment(line.wall)
            + toned(f"{letter} ", bad)
            + toned(plain_body(line)[:500], "plain")
        )
    if not loud:
        yield toned("No warnings, no errors.", "good")


def _crash(dossier: Dossier) -> Page:
    yield (
        _moment(dossier.wall)
        + toned(f"run {dossier.run}  {printable(dossier.exit)}  ", "bad")
        + toned(f"#{dossier.fingerprint}, seen {dossier.seen}x", "muted")
    )
    peak = "" if dossier.peak_rss_bytes is None else size(dossier.peak_rss_bytes)
    words = [
        printable(dossier.summary),
        printable(dossier.guess),
        printable(dossier.reason),
        f"after {duration(dossier.uptime_s)}" + (f", at most {peak}" if peak else ""),
    ]
    for word in filter(None, words):
        yield toned(f"{'':20}{word}", "plain")


def _fact(label: str, value: str, looks: Tone = "plain") -> Content:
    if not value:
        return toned(fitted(label, _LABEL_WIDTH), "muted") + toned("·", "muted")
    return toned(fitted(label, _LABEL_WIDTH), "muted") + toned(value, looks)


def _ago(seconds: float | None) -> str:
    return "" if seconds is None else f"{duration(seconds)} ago"


def _moment(wall: float) -> Content:
    """Return day and time (UTC)."""
    return toned(f"{timestamp_of(wall)[:19].replace('T', ' ')} ", "muted")
