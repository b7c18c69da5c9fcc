"""Parsers of single variables: text in, value out, or ValueError with what is allowed."""

import os
import re
import shlex
from collections.abc import Callable
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from coderbot.config.hours import Hours
from coderbot.paths import with_home
from coderbot.redact import Secret

TOKEN = re.compile(r"[0-9]{6,16}:[A-Za-z0-9_-]{30,64}")
"""A bot token as BotFather gives it: bot id, colon, 35 URL-safe characters."""

_PLACEHOLDER = re.compile(
    r"your|token|placeholder|example|change.?me|xxx|<.*>|\.\.\.|abc-?def", re.IGNORECASE
)
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
_TRUE = {"true", "1", "on", "yes", "y", "t"}
_FALSE = {"false", "0", "off", "no", "n", "f"}


def text(raw: str) -> str:
    """Return the text as it stands."""
    return raw


def words(raw: str) -> tuple[str, ...]:
    """Return the words of a command line, split as a shell does."""
    try:
        return tuple(shlex.split(raw))
    except ValueError as error:
        raise ValueError(f"allowed: the words of a command ({error})") from None


def shell_text(raw: str) -> str:
    """Return the text as it stands, if it can be split as a shell does."""
    words(raw)
    return raw


def flag(raw: str) -> bool:
    """Return the truth value of `true/1/on/yes` or `false/0/off/no`."""
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("allowed: true, false (also 1/0, on/off, yes/no)")


def integer(
    minimum: int | None = None, maximum: int | None = None
) -> Callable[[str], int]:
    """Return a parser of whole numbers within bounds (both inclusive)."""

    def parse(raw: str) -> int:
        allowed = "allowed: a whole number" + _bounds(minimum, maximum)
        text = raw.strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
            raise ValueError(allowed)
        value = int(text)
        _check_bounds(value, minimum, maximum, allowed)
        return value

    return parse


def number(
    minimum: float | None = None, maximum: float | None = None
) -> Callable[[str], float]:
    """Return a parser of decimal numbers within bounds (both inclusive)."""

    def parse(raw: str) -> float:
        allowed = "allowed: a number" + _bounds(minimum, maximum)
        text = raw.strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?", text, re.ASCII):
            raise ValueError(allowed)
        # What is space to one is none to the other, such as the unit separator.
        value = float(text)
        _check_bounds(value, minimum, maximum, allowed)
        return value

    return parse


def choice(*words: str) -> Callable[[str], str]:
    """Return a parser of one of `words`, in any case."""

    def parse(raw: str) -> str:
        word = raw.strip().lower()
        if word not in words:
            raise ValueError("allowed: " + ", ".join(words))
        return word

    return parse


def hours(raw: str) -> Hours:
    """Return a part of the day: `22-7`, `22:30-7:15`."""
    try:
        start, end = (_time_of_day(part.strip()) for part in raw.split("-"))
    except ValueError:
        start = end = time()
    if start == end:
        raise ValueError("allowed: two different times of day, such as 22-7")
    return Hours(start, end)


def _time_of_day(raw: str) -> time:
    found = re.fullmatch(r"([0-9]{1,2})(?::([0-9]{2}))?", raw, re.ASCII)
    if found is None:
        raise ValueError
    return time(
        int(found[1]) % 24 if found[1] == "24" else int(found[1]), int(found[2] or 0)
    )


def hosts(raw: str) -> tuple[str, ...]:
    """Return the host names of a comma list; `*.name` stands for all below it."""
    names = tuple(each.strip().lower() for each in raw.split(",") if each.strip())
    if not all(_HOST.fullmatch(name) for name in names):
        raise ValueError("allowed: names or addresses of hosts, without port or path")
    return names


def url(raw: str) -> str:
    """Return an http or https address without a slash at its end."""
    allowed = "allowed: an http:// or https:// address without user, query or fragment"
    try:
        parts = urlsplit(raw.strip())
        bad_port = parts.port == 0
    except ValueError:
        raise ValueError(allowed) from None
    extra = parts.username or parts.password or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or extra or bad_port:
        raise ValueError(allowed)
    return raw.strip().rstrip("/")


def address(raw: str) -> str:
    """Return `host:port` to listen at; an IPv6 address stands in brackets."""
    host, _, port = raw.strip().rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError("allowed: host:port, such as 127.0.0.1:8443")
    return f"{host}:{int(port)}"


def path(raw: str) -> Path:
    """Return an absolute path; `~` is the home directory."""
    if "\0" in raw:
        raise ValueError("allowed: a path without NUL")
    found = with_home(raw.strip())
    if str(found).startswith("~"):
        raise ValueError("allowed: a path; nobody here has that home directory")
    return found.absolute()


def shell(raw: str) -> Path:
    """Return the path of a program that exists and can be executed."""
    program = path(raw)
    if not program.is_file() or not os.access(program, os.X_OK):
        raise ValueError("no such program; allowed: the path of an executable shell")
    return program


def secret(raw: str) -> Secret:
    """Return the trimmed text as a secret."""
    return Secret(raw.strip())


def token(raw: str) -> Secret:
    """Return one bot token.

    The error never repeats the value: a mistyped token is a secret too.
    """
    value = raw.strip()
    if not TOKEN.fullmatch(value):
        kind = "a placeholder" if _PLACEHOLDER.search(value) else "malformed"
        raise ValueError(f"is {kind}; allowed: a token from @BotFather, {_TOKEN_FORM}")
    if _is_placeholder(value):
        raise ValueError(
            f"is a placeholder; allowed: a token from @BotFather, {_TOKEN_FORM}"
        )
    return Secret(value)


_TOKEN_FORM = "digits, a colon and 35 letters, digits, _ or -"


def _is_placeholder(value: str) -> bool:
    """Tell whether a well-formed token is one that examples use."""
    body = value.partition(":")[2]
    return (
        len(set(body)) < 6
        or body.upper().startswith(("ABCDEF", "YOUR"))
        or "ghIkl-zyx57W2v1u123ew11" in body  # the token in Telegram's own manual
    )


def tokens(raw: str) -> tuple[Secret, ...]:
    """Return a comma list of tokens; blanks between commas are dropped."""
    parts = [part.strip() for part in raw.split(",") if part.strip()]
    problems: list[str] = []
    found: list[Secret] = []
    for position, part in enumerate(parts, 1):
        try:
            found.append(token(part))
        except ValueError as error:
            problems.append(f"token {position} of {len(parts)} {error}")
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(found)


def user_ids(raw: str) -> tuple[int, ...]:
    """Return a comma list of Telegram user ids, each once, in order."""
    ids: list[int] = []
    for part in (p.strip() for p in raw.split(",") if p.strip()):
        if not re.fullmatch(r"[0-9]{1,16}", part, re.ASCII) or int(part) == 0:
            raise ValueError(
                f"{part!r} is no user id; allowed: positive numbers with commas between"
            )
        ids.append(int(part))
    return tuple(dict.fromkeys(ids))


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_BOT = re.compile(r"bot-[0-9]{1,4}")
_REDIS_SCHEMES = ("redis", "rediss", "unix")


def cluster_name(raw: str) -> str:
    """Return the name of a host, a label or a cluster: as a DNS label may look."""
    name = raw.strip()
    if not _NAME.fullmatch(name):
        raise ValueError("allowed: up to 63 letters, digits, dots, _ and -")
    return name


def cluster_labels(raw: str) -> tuple[str, ...]:
    """Return a comma list of labels, each once, in order."""
    parts = (part for part in raw.split(",") if part.strip())
    return tuple(dict.fromkeys(cluster_name(part) for part in parts))


def cluster_pins(raw: str) -> tuple[tuple[str, str], ...]:
    """Return a comma list of `bot-3:label` as pairs; each bot once."""
    return tuple((bot, cluster_name(label)) for bot, label in _per_bot(raw, "label"))


def replicas(raw: str) -> tuple[tuple[str, int], ...]:
    """Return a comma list of `bot-0:4` as pairs; each bot once."""
    count = integer(1, 64)
    return tuple((bot, count(number)) for bot, number in _per_bot(raw, "count"))


def _per_bot(raw: str, what: str) -> list[tuple[str, str]]:
    allowed = f"allowed: bot:{what} with commas between, each bot once"
    pairs = [part.strip().partition(":") for part in raw.split(",") if part.strip()]
    bots = [bot.strip() for bot, _, _ in pairs]
    if not all(map(_BOT.fullmatch, bots)) or len(set(bots)) < len(bots):
        raise ValueError(allowed)
    if not all(value.strip() for _, _, value in pairs):
        raise ValueError(allowed)
    return list(zip(bots, (value.strip() for _, _, value in pairs), strict=True))


def redis_url(raw: str) -> Secret:
    """Return the address of a Redis server; it may hold a password."""
    allowed = (
        "allowed: redis://host[:port][/number], with user:password@ before the host "
        "if it wants one; rediss:// for TLS, or unix:///path"
    )
    try:
        parts = urlsplit(raw.strip())
        bad_port = parts.port == 0
    except ValueError:
        raise ValueError(allowed) from None
    place = parts.path if parts.scheme == "unix" else parts.hostname
    if parts.scheme not in _REDIS_SCHEMES or not place or bad_port:
        raise ValueError(allowed)
    return Secret(raw.strip())


def cluster_key(raw: str) -> Secret:
    """Return a key that cannot be guessed: it opens what hosts tell each other."""
    value = raw.strip()
    if len(value) < 43 or len(set(value)) < 12:
        raise ValueError("is too weak; allowed: what `coderbot cluster key` prints")
    return Secret(value)


def webhook_secret(raw: str) -> Secret:
    """Return what Telegram is to show (setWebhook, `secret_token`)."""
    value = raw.strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{32,256}", value) or len(set(value)) < 8:
        raise ValueError("allowed: 32 to 256 letters, digits, _ and -, by chance")
    return Secret(value)


def _bounds(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f", at least {minimum}"
    if maximum is not None:
        return f", at most {maximum}"
    return ""


def _check_bounds(
    value: float, minimum: float | None, maximum: float | None, allowed: str
) -> None:
    too_small = minimum is not None and value < minimum
    too_large = maximum is not None and value > maximum
    if too_small or too_large:
        raise ValueError(allowed)
