"""`status`, `show` and `wait`: looking at the fleet."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from coderbot.commands.output import colour_wanted
from coderbot.commands.render import (
    bot_text,
    crash_text,
    line_text,
    status_text,
)
from coderbot.commands.statusjson import bot_json, status_json
from coderbot.control.call import Conversation
from coderbot.control.failures import ControlRefusedError, NotRunningError
from coderbot.control.locate import control_path
from coderbot.control.naming import chosen, everyone
from coderbot.errors import CoderBotError, ExitCode
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState

_LAST_LINES = 20
_LAST_CRASHES = 5
_LOOK_AGAIN_S = 0.1
_Where = Mapping[str, Path | None]


def status(where: _Where, as_json: bool) -> int:
    """Print how all bots stand; returns the exit code."""
    with Conversation(control_path(**where)) as talk, talk.patience(10):
        found = talk.status()
    if as_json:
        click.echo(json.dumps(status_json(found), indent=2))
    else:
        click.echo(status_text(found, colour_wanted()))
    return ExitCode.OK


def show(where: _Where, name: str, as_json: bool) -> int:
    """Print all about one bot; returns the exit code."""
    with Conversation(control_path(**where)) as talk:
        bots = chosen([name], everyone(talk.status()))
        last = [talk.lines(bot.bot, _LAST_LINES) for bot in bots]
        crashes = [talk.dossiers(bot.bot)[:_LAST_CRASHES] for bot in bots]
        facts = [talk.facts(bot.bot) for bot in bots]
    if as_json:
        click.echo(json.dumps([bot_json(bot) for bot in bots], indent=2))
        return ExitCode.OK
    colour = colour_wanted()
    parts = [bot_text(bot, colour, each) for bot, each in zip(bots, facts, strict=True)]
    for place, dossiers in enumerate(crashes):
        told = [crash_text(dossier) for dossier in dossiers]
        parts[place] += "\n\nLast crashes:\n" + "\n".join(told) if told else ""
    for place, lines in enumerate(last):
        texts = [line_text(line, colour) for line in lines]
        parts[place] += "\n\nLast lines:\n" + "\n".join(texts) if texts else ""
    click.echo("\n\n".join(parts))
    return ExitCode.OK


def wait_ready(where: _Where, timeout_s: float) -> int:
    """Wait until all bots are ready; returns the exit code."""
    path = control_path(**where)
    deadline = time.monotonic() + timeout_s
    bots: Sequence[BotSnapshot] = ()
    absent: CoderBotError | None = None
    while True:
        try:
            bots, absent = _bots_at(path), None
        except NotRunningError as error:
            absent = error
        if absent is None and _is_over(bots):
            break
        if time.monotonic() >= deadline:
            break
        time.sleep(_LOOK_AGAIN_S)
    if absent is not None:
        raise absent
    return _verdict(bots, timeout_s)


def _bots_at(path: Path) -> Sequence[BotSnapshot]:
    with Conversation(path) as talk, talk.patience(10):
        return talk.status().bots


def _is_over(bots: Sequence[BotSnapshot]) -> bool:
    """Tell whether all are ready, or one will not be without help."""
    ready = all(bot.state is BotState.RUNNING for bot in bots)
    return ready or any(bot.state is BotState.FAILED for bot in bots)


def _verdict(bots: Sequence[BotSnapshot], timeout_s: float) -> int:
    late = [bot for bot in bots if bot.state is not BotState.RUNNING]
    if not late:
        click.echo(f"All {len(bots)} bots are ready")
        return ExitCode.OK
    waited = any(bot.state is BotState.FAILED for bot in late)
    when = "" if waited else f" after {timeout_s:g} s"
    what = ", ".join(f"{bot.bot} is {bot.state}" for bot in late)
    raise ControlRefusedError(f"Not ready{when}: {what}", "See `coderbot status`.")
