"""Changing one thing in a `.env` and leaving everything else as it is."""

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from coderbot.config import parsers
from coderbot.errors import CoderBotError, ExitCode
from coderbot.redact import Secret, bot_id_of

_MARK = "\ufeff"
_NAMES = ("TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN")


class EnvFileError(CoderBotError):
    """Raised when a `.env` cannot be changed; then it is as it was."""

    exit_code = ExitCode.REFUSED


def values_of(content: str) -> dict[str, str]:
    """Return the values of a `.env`, as the settings read them."""
    text = content.removeprefix(_MARK)
    found = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in found.items() if value is not None}


def tokens_of(values: Mapping[str, str]) -> tuple[Secret, ...]:
    """Return the tokens that the values of a `.env` name, in order.

    Raises:
        EnvFileError: When one of them is none.
    """
    try:
        return parsers.tokens(values.get(_name_of(values), ""))
    except ValueError as error:
        raise EnvFileError(f"{_name_of(values)}: {error}") from error


def with_token(content: str, token: Secret) -> str:
    """Return a `.env` with one more token, behind the others.

    Raises:
        EnvFileError: When its bot is there already, or the file defies the change.
    """
    mark, body = _split_mark(content)
    before = values_of(body)
    tokens = tokens_of(before)
    for index, each in enumerate(tokens):
        if bot_id_of(each) == bot_id_of(token):
            raise EnvFileError(f"This bot is there already, as bot-{index}")
    name = _name_of(before)
    place = _find(body, name)
    if place is None:
        changed = _with_line(body, f"{name}={token.reveal()}")
    else:
        start, line = place
        new = _grown(line, tokens, token)
        changed = body[:start] + new + body[start + len(line) :]
    return mark + _checked(body, changed, name, (*tokens, token))


def without_token(content: str, token: Secret) -> str:
    """Return a `.env` without one of its tokens.

    Raises:
        EnvFileError: When it is not there, or the file defies the change.
    """
    mark, body = _split_mark(content)
    before = values_of(body)
    tokens = tokens_of(before)
    name = _name_of(before)
    place = _find(body, name)
    if token not in tokens or place is None:
        raise EnvFileError("This token is not in the file")
    start, line = place
    changed = body[:start] + _shrunk(line, token) + body[start + len(line) :]
    left = tuple(each for each in tokens if each != token)
    return mark + _checked(body, changed, name, left)


def read_text(path: Path) -> str:
    """Return the text of a `.env`, line ends and all; empty when there is none.

    Raises:
        EnvFileError: When it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileError(f"{path} cannot be read: {error}") from error


def replace_text(path: Path, old: str, new: str) -> None:
    """Put `new` in the place of `old` in one step; mode and owner stay.

    Raises:
        EnvFileError: When somebody else has changed it meanwhile, or it cannot be
            written.
    """
    # A link stays a link: what it points to is changed.
    target = path.resolve()
    try:
        known = target.stat() if target.exists() else None
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".env.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new.encode())
                if known is not None:
                    os.fchown(descriptor, known.st_uid, known.st_gid)
                    os.fchmod(descriptor, known.st_mode & 0o7777)
                file.flush()
                os.fsync(descriptor)
            if read_text(target) != old:
                raise EnvFileError(f"{path} was changed meanwhile", "Try again.")
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise EnvFileError(f"{path} cannot be written: {error.strerror}") from error


def _name_of(values: Mapping[str, str]) -> str:
    """Return which of the two names of the variable is in use."""
    return next((name for name in _NAMES if values.get(name, "").strip()), _NAMES[0])


def _split_mark(content: str) -> tuple[str, str]:
    """Return the byte order mark that a file may begin with, and the rest."""
    body = content.removeprefix(_MARK)
    return content[: len(content) - len(body)], body


def _find(content: str, name: str) -> tuple[int, str] | None:
    """Return where the last line of a variable stands: that one counts."""
    found, position = None, 0
    for binding in parse_stream(io.StringIO(content, newline="")):
        line = binding.original.string
        start = content.index(line, position)
        position = start + len(line)
        if binding.key == name:
            found = start, line
    return found


def _with_line(content: str, line: str) -> str:
    end = "\r\n" if "\r\n" in content else "\n"
    gap = "" if not content or content.endswith("\n") else end
    return f"{content}{gap}{line}{end}"


def _grown(line: str, tokens: tuple[Secret, ...], token: Secret) -> str:
    """Return a line with one more token, behind those that it has."""
    if tokens:
        last = tokens[-1].reveal()
        head, _, tail = line.partition("=")
        at = tail.find(last) + len(last)
        return f"{head}={tail[:at]},{token.reveal()}{tail[at:]}"
    head, _, rest = line.partition("=")
    body = rest.lstrip(" \t")
    quote = body[:1] if body[:1] in ("'", '"') else ""
    # Without quotes a comment must keep its distance, or it joins the value.
    gap = " " if body.startswith("#") else ""
    return f"{head}={quote}{token.reveal()}{gap}{body[len(quote) :]}"


def _shrunk(line: str, token: Secret) -> str:
    """Return a line without a token, and without the comma that it leaves."""
    start = line.find(token.reveal(), line.index("="))
    end = start + len(token.reveal())
    head, tail = line[:start].rstrip(" \t"), line[end:].lstrip(" \t")
    if head.endswith(","):
        start = len(head) - 1
    elif tail.startswith(","):
        end = len(line) - len(tail[1:].lstrip(" \t"))
    return line[:start] + line[end:]


def _checked(before: str, after: str, name: str, tokens: tuple[Secret, ...]) -> str:
    """Return `after` if nothing but the tokens has changed."""
    old, new = values_of(before), values_of(after)
    rest = {key: value for key, value in new.items() if key != name}
    same = rest == {key: value for key, value in old.items() if key != name}
    if not same or parsers.tokens(new.get(name, "")) != tokens:
        raise EnvFileError(
            f"{name} is written in a way that is not changed by program",
            "Change the file by hand.",
        )
    return after
