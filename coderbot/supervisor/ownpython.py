"""How the supervisor runs a module of its own in another process (pure)."""

import sys
from pathlib import Path

import coderbot

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return a command line; the directory one is in plays no part in it."""
    return (sys.executable, "-P", "-m", module, *arguments)


def bare_environment() -> dict[str, str]:
    """Return an environment without anything of this process's own: no secrets."""
    root = str(Path(coderbot.__file__).parents[1])
    return {"PATH": DEFAULT_PATH, "PYTHONPATH": root}
