"""The file that keeps the tokens of the sandbox's bots."""

import os
from pathlib import Path

from coderbot.redact import TOKEN_PATTERN, Secret, bot_id_of
from coderbot.sandbox.control import fresh_token
from coderbot.sandbox.errors import SandboxError

_FIRST_BOT = 7_000_001
_DEFAULT_BOTS = 2


def load_tokens(path: Path, bots: int | None = None) -> tuple[Secret, ...]:
    """Return the tokens in a file, one a line; make the file or missing tokens.

    Args:
        path: The file; made with mode 0600. Lines that begin with # are comments.
        bots: How many tokens are wanted; those in the file (else two) when None.

    Raises:
        SandboxError: When others can read the file, or a line is no token.
    """
    tokens = _read(path) if path.exists() else []
    wanted = bots if bots is not None else len(tokens) or _DEFAULT_BOTS
    if len(tokens) < wanted:
        first = max([_FIRST_BOT - 1, *map(bot_id_of, tokens)]) + 1
        more = range(first, first + wanted - len(tokens))
        tokens += [fresh_token(bot_id) for bot_id in more]
        _write(path, tokens)
    return tuple(tokens[:wanted])


def _read(path: Path) -> list[Secret]:
    if path.stat().st_mode & 0o077:
        raise SandboxError(
            f"{path} can be read by others", f"Run: chmod 600 {path.name}"
        )
    tokens = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not TOKEN_PATTERN.fullmatch(text):
            raise SandboxError(f"{path}, line {number}: no bot token")
        tokens.append(Secret(text))
    return tokens


def _write(path: Path, tokens: list[Secret]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(f"{token.reveal()}\n" for token in tokens)
    fresh = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
