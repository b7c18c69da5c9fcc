"""Secrets and how they are kept out of everything that leaves the process."""

import hashlib
import logging
import re
from collections.abc import Iterable

TOKEN_PATTERN = re.compile(r"[0-9]{6,16}:[A-Za-z0-9_-]{30,64}")
"""Shape of a Telegram bot token: bot id, colon, 35 URL-safe characters.

The bounds are wider than today's tokens, so that a longer one is scrubbed too.
"""

_TOKEN_SIGN = re.compile(r":[A-Za-z0-9_-]{30}")
"""In whatever matches TOKEN_PATTERN; its first character is found without regex."""

_MASK = "[secret]"


class Secret:
    """A value that never prints itself; its repr is a fingerprint.

    Args:
        value: The secret text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself, for the one call that needs it."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """Eight hex digits of SHA-256: enough to compare, useless to guess from."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Secret({self.fingerprint})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a Secret cannot be pickled")


def bot_id_of(token: Secret) -> int:
    """Return Telegram's number of the bot: it stays when the token is changed."""
    return int(token.reveal().partition(":")[0])


class Redactor:
    """Replaces known secrets, and anything shaped like a token, by a mask.

    Args:
        secrets: Values to scrub. Shorter ones than eight characters are left
            alone: they would blank out ordinary text.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        values = {s.reveal() for s in secrets if len(s.reveal()) >= 8}
        # Longest first: a secret that contains another is replaced whole.
        literals = [re.escape(v) for v in sorted(values, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*literals, TOKEN_PATTERN.pattern]))
        self._byte_pattern = re.compile(self._pattern.pattern.encode())
        self._others = [v for v in values if not TOKEN_PATTERN.fullmatch(v)]

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        return self._pattern.sub(_MASK, text) if self._may_hold(text) else text

    def _may_hold(self, text: str) -> bool:
        """Tell whether a secret can be in `text`: fifty times as fast as to replace it."""
        if _TOKEN_SIGN.search(text) is not None:
            return True
        return any(value in text for value in self._others)

    def data(self, data: bytes) -> bytes:
        """Return `data` without secrets."""
        return self._byte_pattern.sub(_MASK.encode(), data)


class RedactingFormatter(logging.Formatter):
    """Wraps a formatter and scrubs the finished text, tracebacks included.

    A filter on records sees neither the exception text nor the arguments once
    they are merged; the formatted line is the last place, so it is done there.

    Args:
        inner: The formatter that makes the line.
        redactor: What scrubs it.
    """

    def __init__(self, inner: logging.Formatter, redactor: Redactor) -> None:
        super().__init__()
        self._inner = inner
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the scrubbed line of `record`."""
        return self._redactor.text(self._inner.format(record))
