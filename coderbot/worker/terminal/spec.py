"""What a terminal is started with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coderbot.worker.terminal.program import Program
from coderbot.worker.terminal.screen import Screen
from coderbot.worker.terminal.theme import DARK, Theme


@dataclass(frozen=True, slots=True)
class TerminalSpec:
    """A program and the terminal it runs in."""

    argv: tuple[str, ...]
    """The program and its arguments."""
    columns: int = 100
    """Width in cells."""
    rows: int = 50
    """Height in cells."""
    scrollback: int = 1_000
    """Lines kept above the screen."""
    cwd: Path | None = None
    """Directory to start in; None: the home directory, or / if there is none."""
    program: Program | None = None
    """What `argv` is for a person; None for the shell."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables besides the allowed ones that are inherited; secrets are refused."""
    theme: Theme = DARK
    """Colours at the start."""
    mask: Callable[[Screen], Screen] | None = None
    """Takes what must not be shown out of every screen; None shows all."""
