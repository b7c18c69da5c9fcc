"""What tests ask about processes that may end at any moment."""

import psutil


def arguments_of(process: psutil.Process) -> list[str]:
    """Return the arguments of a process; none when it has just ended."""
    try:
        found: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return found


def command_of(process: psutil.Process) -> str:
    """Return the command line of a process; empty when it has just ended."""
    return " ".join(arguments_of(process))
