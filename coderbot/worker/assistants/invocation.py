"""What somebody wrote behind the name of an assistant (pure)."""

import re
import shlex
from dataclasses import dataclass

from coderbot.errors import CoderBotError

_PHONE_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e", '"'))
"""Double quotes as keyboards of phones set them."""
_PHONE_DASHES = re.compile(r"(?<!\S)[\u2013\u2014](?=[A-Za-z])")
"""What such keyboards make of the two dashes before an option."""
_DIRECTORY = re.compile(r"[/~]|\.{1,2}(?:/|\Z)")


class InvocationError(CoderBotError):
    """Raised when the words behind a command cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """The words behind the name of an assistant."""

    words: tuple[str, ...] = ()

    @property
    def names_directory(self) -> bool:
        """Whether the first word can be nothing but a directory."""
        return bool(self.words) and _DIRECTORY.match(self.words[0]) is not None

    @property
    def may_name_project(self) -> bool:
        """Whether the first word can be the name of a project."""
        return bool(self.words) and not self.words[0].startswith("-")


def parse_invocation(text: str) -> Invocation:
    """Return the words of `text`, split as a shell does; nothing is expanded.

    Raises:
        InvocationError: When a quote is not closed.
    """
    plain = _PHONE_DASHES.sub("--", text.translate(_PHONE_QUOTES))
    try:
        return Invocation(tuple(shlex.split(plain)))
    except ValueError as error:
        raise InvocationError(
            f"The arguments cannot be read: {error}.",
            "Put what has blanks in it into quotes.",
        ) from error
