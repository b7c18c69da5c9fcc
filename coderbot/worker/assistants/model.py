"""The catalogue of assistants (pure): its entries, and what is wrong with one."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from coderbot.config.settings import OWN_VARIABLES
from coderbot.errors import CoderBotError

NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")
"""What an assistant may be called: it is a command of Telegram."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class CatalogueError(CoderBotError):
    """Raised when a catalogue makes no sense; names every problem."""


class Assistant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the catalogue."""

    command: str
    """Program and arguments that it always gets; split as a shell does."""
    arguments: str | None = None
    """Further ones; None: those of the settings, if there are any."""
    title: str = ""
    """What a person calls it."""
    icon: str = ""
    """An emoji."""
    install: str = ""
    """How to get it."""
    keypad: tuple[tuple[str, ...], ...] = ()
    """Rows of keys under its screens; empty: the usual ones."""
    questions: tuple[str, ...] = ()
    """Patterns of lines by which it asks something at its start."""
    environment: tuple[str, ...] = ()
    """Variables that it may have besides those that every terminal has."""

    @property
    def argv(self) -> tuple[str, ...]:
        """The words of `command` and `arguments`."""
        return tuple(shlex.split(self.command) + shlex.split(self.arguments or ""))

    def asks(self, text: str) -> bool:
        """Return whether `text`, on its screen, asks something."""
        return any(re.search(pattern, text) for pattern in self.questions)


def merged(
    tables: Mapping[str, Any],
    base: Mapping[str, Assistant],
    reserved: Collection[str] = (),
) -> dict[str, Assistant]:
    """Return `base` with what `tables` adds and overrides.

    Args:
        tables: A parsed catalogue: a table for each assistant.
        base: Entries that are there already; a table of the same name changes
            only what it has.
        reserved: Names that a new assistant must not take.

    Raises:
        CatalogueError: With every problem at once.
    """
    result = dict(base)
    problems: list[str] = []
    for name, table in tables.items():
        try:
            result[name] = _entry(name, table, base.get(name), reserved)
        except ValueError as error:
            problems.append(f"[{name}] {error}")
    if problems:
        raise CatalogueError("\n".join(problems))
    return result


def check_command(command: str) -> None:
    """Raise ValueError, in words for a person, if `command` names no program."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"the command cannot be read: {error}") from None
    if not words or not words[0]:
        raise ValueError("the command is empty")


def _entry(
    name: str, table: Any, base: Assistant | None, reserved: Collection[str]
) -> Assistant:
    if base is None and not NAME.fullmatch(name):
        raise ValueError("a name has 2 to 32 letters, digits or _, all lower case")
    if base is None and name in reserved:
        raise ValueError(f"/{name} is a command of the bot")
    if not isinstance(table, dict):
        raise ValueError("is no table")
    before = {} if base is None else msgspec.structs.asdict(base)
    entry = msgspec.convert(before | table, Assistant)
    problems = list(_problems(entry))
    if problems:
        raise ValueError("; ".join(problems))
    return entry


def _problems(entry: Assistant) -> Iterator[str]:
    try:
        check_command(entry.command)
    except ValueError as error:
        yield str(error)
    try:
        shlex.split(entry.arguments or "")
    except ValueError as error:
        yield f"the arguments cannot be read: {error}"
    for pattern in entry.questions:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{pattern!r} is no pattern: {error}"
    for variable in entry.environment:
        if not _VARIABLE.fullmatch(variable) or variable in OWN_VARIABLES:
            yield f"{variable!r} is no variable that can be passed on"
