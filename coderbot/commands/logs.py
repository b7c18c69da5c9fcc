"""`logs`: lines of the fleet, kept ones and new ones."""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coderbot.commands.output import colour_wanted
from coderbot.commands.render import line_json, line_text
from coderbot.control.call import Conversation
from coderbot.control.failures import ControlRefusedError, error_of
from coderbot.control.locate import control_path
from coderbot.control.naming import chosen, everyone
from coderbot.errors import ExitCode, UsageError
from coderbot.loglevel import Level
from coderbot.plaintext import without_escapes
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.lines import PARENT, LogLine
from coderbot.supervisor.logquery import LogQuery

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
Keeps = Callable[[LogLine], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
    """What was asked for on the command line."""

    bots: tuple[str, ...]
    follow: bool
    lines: int
    level: str
    grep: str | None
    since: str | None
    as_json: bool
    env_file: Path | None
    state_dir: Path | None


def logs(request: LogRequest) -> int:
    """Print the lines; returns the exit code."""
    pattern = _pattern(request.grep)
    since = _oldest(request.since)
    with Conversation(control_path(request.state_dir, request.env_file)) as talk:
        query = LogQuery(
            pattern=request.grep or "",
            bots=_bots(request, talk),
            level=Level[request.level.upper()],
            since=since,
            limit=request.lines,
            count_all=False,
        )

        def keeps(line: LogLine) -> bool:
            return (
                (not query.bots or line.bot in query.bots)
                and line.level >= query.level
                and pattern.search(without_escapes(line.text)) is not None
            )

        if request.follow:
            _follow(talk, request, query, keeps)
        else:
            _print(talk.search(query).lines, request)
    return ExitCode.OK


def _bots(request: LogRequest, talk: Conversation) -> tuple[str, ...]:
    """Return the ids whose lines are wanted; none for all."""
    named = [name for name in request.bots if name != PARENT]
    bots = chosen(named, everyone(talk.status())) if named else []
    parent = [PARENT] if PARENT in request.bots else []
    return () if "all" in named else (*(bot.bot for bot in bots), *parent)


def _follow(
    talk: Conversation, request: LogRequest, query: LogQuery, keeps: Keeps
) -> None:
    """Print kept lines, and then new ones until the fleet has stopped."""
    # To be heard from now on, so that none is missed while the others are looked for.
    talk.follow(0)
    talk.begin_search(query)
    early: list[LogLine] | None = []
    while True:
        match talk.read():
            case wire.Found(hits=hits):
                _print(hits.lines, request)
                last = hits.lines[-1].seq if hits.lines else 0
                _print((line for line in early or () if line.seq > last), request)
                early = None
            case wire.Lines(id=0, lines=lines, missed=missed):
                if missed:
                    sys.stderr.write(f"coderbot: {missed} lines were missed\n")
                some = list(filter(keeps, lines))
                if early is None:
                    _print(some, request)
                else:
                    early += some
            case wire.FleetIsStopped():
                return
            case wire.Refused(message=message, hint=hint):
                raise ControlRefusedError(message, hint)
            case wire.Failed() as failed:
                raise error_of(failed)
            case _:
                """Changes of bots are no lines."""


def _print(lines: Iterable[LogLine], request: LogRequest) -> None:
    if request.as_json:
        out = "".join(f"{json.dumps(line_json(line))}\n" for line in lines)
    else:
        colour = colour_wanted()
        out = "".join(f"{line_text(line, colour)}\n" for line in lines)
    if out:
        sys.stdout.buffer.write(out.encode(errors="replace"))
        sys.stdout.buffer.flush()


def _pattern(grep: str | None) -> re.Pattern[str]:
    try:
        return re.compile(grep or "")
    except re.error as error:
        raise UsageError(
            f"--grep {grep}: {error}", "A regular expression of Python."
        ) from error


def _oldest(since: str | None) -> float:
    """Return the wall time from which on lines are wanted, in seconds."""
    if since is None:
        return 0.0
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", since.strip(), re.ASCII)
    if found is None:
        raise UsageError(f"--since {since}: no age", "Allowed: 90s, 10m, 2h, 1d.")
    age = int(found[1]) * _UNITS_S[found[2]]
    return datetime.now(UTC).timestamp() - age
