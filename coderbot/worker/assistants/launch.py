"""From an entry of the catalogue to the program that a terminal starts."""

import os
import shutil
from pathlib import Path

from coderbot.errors import CoderBotError
from coderbot.paths import with_home
from coderbot.worker.assistants.invocation import Invocation
from coderbot.worker.assistants.model import Assistant
from coderbot.worker.assistants.projects import Projects
from coderbot.worker.terminal.environment import DEFAULT_PATH
from coderbot.worker.terminal.program import Program


class NotInPathError(CoderBotError):
    """Raised when the program of an assistant is not there."""


def program_of(
    name: str, assistant: Assistant, invocation: Invocation, projects: Projects
) -> Program:
    """Return what a terminal has to run.

    The first word names the directory if it looks like one (`~/x`, `./x`, `/x`), or
    if a project has that name; all others are arguments of the program.

    Args:
        name: Of the assistant.
        assistant: Its entry.
        invocation: What was written behind the name.
        projects: Where directories are looked for.

    Raises:
        NotInPathError: When there is no such program.
        DirectoryError: When the directory cannot be entered.
    """
    directory, arguments = _directory(invocation, projects)
    command, *fixed = assistant.argv
    return Program(
        name,
        (_executable(name, command, assistant.install), *fixed, *arguments),
        directory,
        frozenset(assistant.environment),
        assistant.keypad,
    )


def is_installed(assistant: Assistant) -> bool:
    """Return whether the program of an assistant is there."""
    return _find(assistant.argv[0]) is not None


def _directory(
    invocation: Invocation, projects: Projects
) -> tuple[Path | None, tuple[str, ...]]:
    words = invocation.words
    if invocation.names_directory:
        return projects.directory(words[0]), words[1:]
    project = projects.project(words[0]) if invocation.may_name_project else None
    return (project, words[1:]) if project else (None, words)


def _executable(name: str, command: str, install: str) -> str:
    found = _find(command)
    if found is not None:
        return found
    path = os.environ.get("PATH", DEFAULT_PATH)
    where = f"{command} is not in PATH ({path})"
    hint = f"To install it: {install}" if install else "Install it, or mend the PATH."
    raise NotInPathError(f"/{name} cannot be started: {where}.", hint)


def _find(command: str) -> str | None:
    """Return the path of a program as a terminal would find it."""
    expanded = str(with_home(command)) if command.startswith("~") else command
    return shutil.which(expanded, path=os.environ.get("PATH", DEFAULT_PATH))
