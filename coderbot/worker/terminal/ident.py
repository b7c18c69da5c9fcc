"""Which terminal: whose, and by what name (pure)."""

import re
from collections.abc import Collection
from typing import NamedTuple

DEFAULT_NAME = "main"
"""Name of a terminal for which nobody has chosen one."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")


class TerminalId(NamedTuple):
    """Names one open terminal of a worker."""

    user_id: int
    name: str


def clean_name(text: str) -> str | None:
    """Return the name that somebody wrote; None when it cannot be one."""
    name = text.strip().lower()
    return name if _NAME.fullmatch(name) else None


def free_name(taken: Collection[str]) -> str:
    """Return a name that is not taken: `main`, then `2`, `3` and so on."""
    if DEFAULT_NAME not in taken:
        return DEFAULT_NAME
    return next(str(n) for n in range(2, len(taken) + 3) if str(n) not in taken)
