"""Which program has the terminal, and whether that is a shell at its prompt."""

from typing import TYPE_CHECKING

from coderbot.worker.terminal.prompt import Tty

if TYPE_CHECKING:
    from coderbot.worker.terminal.pty import PtyChild

_LINE_EDITORS = frozenset({"bash", "zsh", "fish", "ksh", "mksh", "tcsh", "csh", "nu"})
"""Shells that edit their command line themselves, and read keys while they do."""
_PLAIN_SHELLS = frozenset({"sh", "dash", "ash", "busybox"})
"""Shells that leave that to the terminal."""


def tty_of(child: "PtyChild", at_prompt: bool) -> Tty:
    """Return how the program in the foreground of a terminal reads.

    Args:
        child: The program that the terminal was opened for.
        at_prompt: A shell says by itself that it waits for a command.
    """
    group, reads_lines = child.foreground, child.reads_lines
    name = program_name(group)
    waits = is_shell_at_prompt(name, group == child.pid, reads_lines)
    return Tty(reads_lines, child.echoes, at_prompt or waits, name)


def is_shell(name: str) -> bool:
    """Tell whether a program of this name is a shell; a script that one runs is none."""
    return name in _LINE_EDITORS or name in _PLAIN_SHELLS


def program_name(group: int) -> str:
    """Return the name of the leader of a process group; empty when there is none."""
    if group <= 0:
        return ""
    # An idle worker does without it.
    import psutil

    try:
        name: str = psutil.Process(group).name()
    except (psutil.Error, OSError):
        return ""
    return name.lstrip("-")


def is_shell_at_prompt(name: str, is_first: bool, reads_lines: bool) -> bool:
    """Tell whether a shell waits for its next command.

    Args:
        name: Of the program in the foreground.
        is_first: It is the program that the terminal was opened for.
        reads_lines: The terminal collects whole lines for it.
    """
    if name in _LINE_EDITORS:
        # While it runs `read` or `select` the terminal collects lines for it.
        return not reads_lines
    return name in _PLAIN_SHELLS and is_first
