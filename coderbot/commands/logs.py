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
from coderbot.control.failures import ControlRefusedError
from coderbot.control.locate import control_path
from coderbot.control.naming import chosen, everyone
from coderbot.errors import CoderBotError, ExitCode
from coderbot.loglevel import Level
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.lines import PARENT, LogLine

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
    young = _oldest(request.since)
    with Conversation(control_path(request.state_dir, request.env_file)) as talk:
        bots = _bots(request, talk)
        level = Level[request.level.upper()]

        def keeps(line: LogLine) -> bool:
            return (
                (not bots or line.bot in bots)
                and line.level >= level
                and line.wall >= young
                and (pattern is None or pattern.search(line.text) is not None)
            )

        if request.follow:
            _follow(talk, request, keeps)
        else:
            kept = _history(talk, bots, request)
            _print([line for line in kept if keeps(line)][-request.lines :], request)
    return ExitCode.OK


def _bots(request: LogRequest, talk: Conversation) -> frozenset[str]:
    """Return the ids whose lines are wanted; none for all."""
    named = [name for name in request.bots if name != PARENT]
    bots = chosen(named, everyone(talk.status())) if named else []
    parent = [PARENT] if PARENT in request.bots else []
    if "all" in named:
        return frozenset()
    return frozenset([*(bot.bot for bot in bots), *parent])


def _history(
    talk: Conversation, bots: frozenset[str], request: LogRequest
) -> list[LogLine]:
    if not request.lines:
        return []
    # With one bot (or all) and no filter, no more is fetched than is printed.
    plain = request.level.lower() == "debug" and not (request.grep or request.since)
    limit = request.lines if plain and len(bots) <= 1 else wire.MAX_LINES
    if not bots:
        return talk.lines(None, limit)
    found = [line for bot in bots for line in talk.lines(bot, limit)]
    return sorted(found, key=lambda line: line.seq)


def _follow(talk: Conversation, request: LogRequest, keeps: Keeps) -> None:
    """Print kept lines, and then new ones until the fleet has stopped."""
    number = talk.follow(wire.MAX_LINES if request.lines else 0)
    history: list[LogLine] = []
    while True:
        match talk.read():
            case wire.Lines(id=0, lines=lines, missed=missed):
                if missed:
                    sys.stderr.write(f"coderbot: {missed} lines were missed\n")
                _print(filter(keeps, lines), request)
            case wire.Lines(lines=lines):
                history += filter(keeps, lines)
            case wire.Done(id=done) if done == number:
                _print(history[-request.lines :] if request.lines else (), request)
                history.clear()
            case wire.FleetIsStopped():
                return
            case wire.Refused(message=message, hint=hint):
                raise ControlRefusedError(message, hint)
            case wire.Failed(message=message, hint=hint):
                raise ControlRefusedError(message, hint)
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


def _pattern(grep: str | None) -> "re.Pattern[str] | None":
    try:
        return None if grep is None else re.compile(grep)
    except re.error as error:
        raise _usage(
            f"--grep {grep}: {error}", "A regular expression of Python."
        ) from error


def _oldest(since: str | None) -> float:
    """Return the wall time from which on lines are wanted, in seconds."""
    if since is None:
        return 0.0
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", since.strip(), re.ASCII)
    if found is None:
        raise _usage(f"--since {since}: no age", "Allowed: 90s, 10m, 2h, 1d.")
    age = int(found[1]) * _UNITS_S[found[2]]
    return datetime.now(UTC).timestamp() - age


def _usage(message: str, hint: str) -> CoderBotError:
    error = CoderBotError(message, hint)
    error.exit_code = ExitCode.USAGE
    return error
