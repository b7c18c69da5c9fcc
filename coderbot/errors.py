"""Errors of this program: what happened, and what to do about it."""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the parent and of workers (numbers above 63 from sysexits.h)."""

    OK = 0
    """Asked to stop; a worker that exits so is not restarted."""
    CRASH = 1
    """Unexpected error; a worker that exits so is restarted."""
    USAGE = 2
    """The command line could not be understood."""
    REFUSED = 1
    """A command could not be carried out, or what it waited for did not come."""
    NOT_RUNNING = 3
    """A command found no running supervisor."""
    INTERNAL = 70
    """The parent failed by a fault of its own (EX_SOFTWARE)."""
    STATE_DIR_LOCKED = 73
    """Another supervisor holds this state directory (EX_CANTCREAT)."""
    LOCKED_DOWN = 77
    """A worker was locked by AUTO_KILL (EX_NOPERM); it is not restarted."""
    CONFIG = 78
    """Bad configuration, or a token that Telegram refuses (EX_CONFIG)."""


class CoderBotError(Exception):
    """An expected failure, told to a person.

    Args:
        message: What happened, and where.
        hint: What to do next; empty when there is nothing to add.
    """

    exit_code: ExitCode = ExitCode.INTERNAL
    """What the process ends with when nobody handles this error."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(CoderBotError):
    """Raised when a command line, or what a person has typed, makes no sense."""

    exit_code = ExitCode.USAGE


class ConfigError(CoderBotError):
    """Raised when settings are unusable; carries every problem at once."""

    exit_code = ExitCode.CONFIG

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"Cannot start: {len(problems)} problem(s) in {source}\n{lines}",
            "Nothing was started. Correct them and start again; "
            "`.env.example` lists every variable.",
        )


class LockError(CoderBotError):
    """Raised when another process already holds a lock."""

    exit_code = ExitCode.STATE_DIR_LOCKED
