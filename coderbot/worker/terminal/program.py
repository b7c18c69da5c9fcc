"""A program that is started instead of a shell (pure)."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """What a terminal runs, and what is known of it."""

    name: str
    """What a person calls it: `claude`."""
    argv: tuple[str, ...]
    """The program and its arguments; never read by a shell."""
    cwd: Path | None = None
    """Directory to start in; None: where a shell starts."""
    allow: frozenset[str] = frozenset()
    """Variables of the worker that it may have besides those that all have."""
    keypad: tuple[tuple[str, ...], ...] = ()
    """Rows of keys that it is best used with; empty: the usual ones."""
