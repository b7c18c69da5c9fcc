"""`start`, `stop`, `restart`, `kill` and `clean-media`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from coderbot.control.call import Conversation
from coderbot.control.failures import ControlRefusedError
from coderbot.control.locate import control_path
from coderbot.control.naming import ALL, chosen, everyone
from coderbot.control.words import size
from coderbot.errors import CoderBotError, ExitCode
from coderbot.plaintext import one_line
from coderbot.supervisor.controlwire import Action, Answer, Failed, Media
from coderbot.supervisor.events import BotSnapshot

_DONE: Mapping[str, str] = {
    "start": "started",
    "stop": "stopped",
    "restart": "restarted",
    "kill": "killed",
}
_ACTIONS: Mapping[str, Action] = {
    "start": "start",
    "stop": "stop",
    "restart": "restart",
    "kill": "kill",
}
_Where = Mapping[str, Path | None]


def steer(where: _Where, action: str, names: Sequence[str]) -> int:
    """Carry out an action on bots, all at once; returns the exit code."""
    with Conversation(control_path(**where)) as talk:
        bots = chosen(names, everyone(talk.status()))
        answers = _ask_all(talk, _ACTIONS[action], bots)
        for bot, answer in answers:
            if isinstance(answer, Failed):
                _complain(bot, answer)
            else:
                click.echo(f"{bot} {_DONE[action]}")
    return _code(answers)


def clean_media(
    where: _Where, names: Sequence[str], *, dry_run: bool, yes: bool
) -> int:
    """Delete the media of bots, after asking; returns the exit code."""
    with Conversation(control_path(**where)) as talk:
        bots = chosen(names, talk.status().bots)
        usages = _ask_all(talk, "media_usage", bots)
        for bot, answer in usages:
            _tell_media(bot, answer, "would be deleted" if dry_run else "to delete")
        files = sum(a.files for _, a in usages if isinstance(a, Media))
        if dry_run or not files:
            return _code(usages)
        _confirm(yes)
        answers = _ask_all(talk, "clean_media", bots)
        for bot, answer in answers:
            _tell_media(bot, answer, "deleted")
    return _code(answers)


def reload(where: _Where, *, dry_run: bool) -> int:
    """Let the supervisor read its settings anew; returns the exit code."""
    with Conversation(control_path(**where)) as talk:
        plan = talk.reload(dry_run)
    counts = f"+{len(plan.added)} -{len(plan.removed)} ~{len(plan.changed)}"
    click.echo(f"{'Would change' if dry_run else 'Changed'}: {counts}")
    for mark, bots in (("+", plan.added), ("-", plan.removed), ("~", plan.changed)):
        for bot in bots:
            click.echo(f"{mark} {bot}")
    effects = {
        "takes effect now": plan.at_once,
        "takes effect for each worker at its next start": plan.next_start,
        "takes effect when the supervisor is started anew": plan.later,
    }
    for effect, names in effects.items():
        for name in names:
            click.echo(f"{one_line(name)} {effect}")
    return ExitCode.OK


def known_names(state_dir: Path | None, env_file: Path | None) -> list[str]:
    """Return the names to complete to; none when nobody answers."""
    try:
        with Conversation(control_path(state_dir, env_file), 0.5) as talk:
            bots = everyone(talk.status())
    except (CoderBotError, OSError):
        return []
    usernames = [f"@{one_line(bot.username)}" for bot in bots if bot.username]
    return [*(bot.bot for bot in bots), *usernames, ALL]


def _ask_all(
    talk: Conversation, action: Action, bots: Sequence[BotSnapshot]
) -> list[tuple[str, Answer]]:
    """Ask for all at once; returns the answers in the order of the bots."""
    numbers = {talk.begin(action, bot.bot): bot.bot for bot in bots}
    found = dict(talk.finish(set(numbers)))
    return [(bot, found[number]) for number, bot in numbers.items()]


def _confirm(yes: bool) -> None:
    if yes:
        return
    try:
        agreed = click.confirm("Delete these files?", default=False)
    except click.Abort:
        agreed = False
    if not agreed:
        raise ControlRefusedError("Nothing was deleted", "Add --yes to delete.")


def _tell_media(bot: str, answer: Answer, done: str) -> None:
    if isinstance(answer, Failed):
        _complain(bot, answer)
    elif isinstance(answer, Media):
        files = f"{answer.files} file{'' if answer.files == 1 else 's'}"
        click.echo(f"{bot}: {files}, {size(answer.size_bytes)} {done}")


def _complain(bot: str, failed: Failed) -> None:
    click.echo(f"coderbot: {bot}: {one_line(failed.message)}", err=True)
    if failed.hint:
        click.echo(one_line(failed.hint), err=True)


def _code(answers: Sequence[tuple[str, Answer]]) -> int:
    refused = any(isinstance(answer, Failed) for _, answer in answers)
    return ExitCode.REFUSED if refused else ExitCode.OK
