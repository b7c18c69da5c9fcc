"""The fleet in words, as messages show it (pure)."""

from collections.abc import Iterable, Sequence

from coderbot.control.facts import (
    BotSnapshot,
    BotState,
    Dossier,
    FleetStatus,
    LogLine,
    Planned,
    timestamp_of,
)
from coderbot.control.words import duration, size
from coderbot.controlbot.excerpt import excerpt
from coderbot.controlbot.incidents import named

PAGE = 6
"""Bots on one page of the live message."""
_MAX_NOTE = 120
_MAX_LINE = 1_000
_LAG_MS = 500.0
_POLL_S = 60.0
ICONS = {
    BotState.RUNNING: "🟢",
    BotState.STARTING: "🟡",
    BotState.STOPPING: "🟠",
    BotState.BACKOFF: "🔁",
    BotState.FAILED: "🔴",
    BotState.STOPPED: "⚪",
}


def pages(bots: Sequence[BotSnapshot]) -> int:
    """Return how many pages the live message has, at least one."""
    return max(1, -(-len(bots) // PAGE))


def on_page(bots: Sequence[BotSnapshot], page: int) -> Sequence[BotSnapshot]:
    """Return the bots on a page, from 0."""
    return bots[page * PAGE : (page + 1) * PAGE]


def board(bots: Sequence[BotSnapshot], page: int) -> str:
    """Return one page of the live message."""
    running = sum(bot.state is BotState.RUNNING for bot in bots)
    which = f", page {page + 1} of {pages(bots)}" if pages(bots) > 1 else ""
    head = f"{running} of {len(bots)} bots running{which}"
    return "\n\n".join((head, *map(_entry, on_page(bots, page))))


def essence(bots: Sequence[BotSnapshot]) -> tuple[object, ...]:
    """Return what of the bots is worth an edit of the live message.

    Not what changes with every heartbeat.
    """
    return tuple(
        (
            *(b.bot, b.state, b.status, b.username, b.reason),
            *(b.pid, b.restarts, b.terminals, b.host),
        )
        for b in bots
    )


def listing(bots: Sequence[BotSnapshot]) -> str:
    """Return the ids and names of all bots."""
    lines = [
        f"{ICONS[bot.state]} {named(bot)} {bot.state}{_place(bot)}" for bot in bots
    ]
    return "\n".join(lines) or "There are no bots."


def details(bot: BotSnapshot, crashes: Sequence[Dossier]) -> str:
    """Return all that is known of one bot."""
    done = bot.counters
    facts = {
        "name": bot.full_name,
        "state": f"{ICONS[bot.state]} {bot.state}",
        "Telegram": bot.status,
        "reason": bot.reason,
        "host": bot.host,
        "pid": bot.pid,
        "up": duration(bot.uptime_s),
        "next start in": duration(bot.next_start_in_s),
        "restarts": bot.restarts,
        "crashes in a row": bot.crashes_in_row,
        "last exit": bot.last_exit,
        "memory": size(bot.rss_bytes),
        "processor": "" if bot.cpu_percent is None else f"{bot.cpu_percent:.1f} %",
        "processes": bot.processes,
        "terminals": bot.terminals,
        "last poll": "" if bot.poll_age_s is None else f"{bot.poll_age_s:.0f} s ago",
        "media": f"{bot.media_pending} waiting, {bot.media_sent} sent, "
        f"{bot.media_failed} failed",
        "traffic": f"{done.updates} updates, {done.messages} messages, "
        f"{done.edits} edits, {done.flood_waits} times told to wait",
        "strangers": bot.strangers or "",
    }
    lines = [f"{k}: {excerpt(str(v))}" for k, v in facts.items() if v not in ("", None)]
    told = ["", "last crashes:", *map(crash, crashes)] if crashes else []
    return "\n".join((named(bot), *lines, *told))


def health(bots: Sequence[BotSnapshot]) -> str:
    """Return who is well, and what is wrong with the others."""
    lines = []
    for bot in bots:
        wrong = _ailments(bot)
        well = f"well, last poll {bot.poll_age_s or 0:.0f} s ago"
        lines.append(f"{'❗' if wrong else '✅'} {named(bot)}: {wrong or well}")
    return "\n".join(lines) or "There are no bots."


def uptimes(status: FleetStatus, own_s: float) -> str:
    """Return how long everything has been running.

    Args:
        status: Of the fleet.
        own_s: How long this bot has, in seconds.
    """
    up = [f"{named(bot)}: {duration(bot.uptime_s) or bot.state}" for bot in status.bots]
    head = f"supervisor (CoderBot {status.version}): {duration(status.uptime_s)}"
    return "\n".join((head, f"control bot: {duration(own_s)}", *up))


def crash(dossier: Dossier) -> str:
    """Return one crash in a line."""
    when = timestamp_of(dossier.wall)[:19].replace("T", " ")
    guess = f"; {dossier.guess}" if dossier.guess else ""
    what = excerpt(f"{dossier.summary}{guess}", _MAX_NOTE)
    seen = f" ({dossier.seen}x)" if dossier.seen > 1 else ""
    return f"{when} UTC {dossier.bot} {dossier.fingerprint}{seen}: {what}"


def plan(planned: Planned) -> str:
    """Return what new settings change, or have changed; empty for nothing."""
    marks = (("+", planned.added), ("-", planned.removed), ("~", planned.changed))
    said = {"+": "is added", "-": "is removed", "~": "is restarted"}
    lines = [f"{mark} {bot} {said[mark]}" for mark, bots in marks for bot in bots]
    when = (
        (planned.at_once, "counts from now on"),
        (planned.next_start, "counts for each bot from its next start on"),
        (planned.later, "counts when the supervisor is started anew"),
    )
    rules = [f"{excerpt(name)} {word}" for names, word in when for name in names]
    return "\n".join((*lines, *rules))


def log_text(lines: Iterable[LogLine]) -> str:
    """Return lines for a message: the time of day and the text."""
    return "\n".join(
        f"{line.timestamp[11:19]} {excerpt(line.parted[1], _MAX_LINE)}"
        for line in lines
    )


def log_file(lines: Iterable[LogLine]) -> str:
    """Return lines for a file, with everything that is known of them."""
    return "".join(
        f"{line.timestamp} {line.level.name} {excerpt(line.prefixed, 1 << 20)}\n"
        for line in lines
    )


def _place(bot: BotSnapshot) -> str:
    """Return where a bot runs, where several hosts share the bots."""
    return f" on {excerpt(bot.host)}" if bot.host else ""


def _entry(bot: BotSnapshot) -> str:
    parts = [
        bot.state
        + (f", {bot.status}" if bot.status not in ("", "polling") else "")
        + _place(bot),
        duration(bot.uptime_s),
        f"next start in {duration(bot.next_start_in_s)}"
        if bot.next_start_in_s is not None
        else "",
        f"pid {bot.pid}" if bot.pid else "",
        size(bot.rss_bytes),
        _count(bot.terminals, "terminal"),
        _count(bot.restarts, "restart"),
    ]
    lines = [f"{ICONS[bot.state]} {named(bot)}", ", ".join(p for p in parts if p)]
    if bot.reason:
        lines.append(excerpt(bot.reason, _MAX_NOTE))
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _ailments(bot: BotSnapshot) -> str:
    """Return what is wrong with a bot; empty when it is well."""
    if bot.state is not BotState.RUNNING:
        return f"{bot.state} {excerpt(bot.reason, _MAX_NOTE)}".strip()
    wrong = [
        f"{bot.status}: {excerpt(bot.reason, _MAX_NOTE)}"
        if bot.status not in ("", "polling")
        else "",
        f"last poll {bot.poll_age_s:.0f} s ago"
        if (bot.poll_age_s or 0) > _POLL_S
        else "",
        f"its loop is {bot.loop_lag_ms:.0f} ms late"
        if (bot.loop_lag_ms or 0) > _LAG_MS
        else "",
    ]
    return ", ".join(each for each in wrong if each)
