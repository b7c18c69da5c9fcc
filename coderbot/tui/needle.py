"""What is looked for in the log (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Unlike that of the standard library it can be told when to give up: the dashboard may
# share its loop with the supervisor, and nested repeats need longer than anybody lives.
import regex

LIMIT_S = 0.05
"""How long one line may be looked through, in seconds."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A text, whatever its case, or a regular expression."""

    text: str = ""
    is_regex: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def error(self) -> str:
        """What is wrong with the expression, as far as is known; empty: nothing."""
        return _compiled(self.text, self.is_regex).error

    def found_in(self, text: str) -> bool:
        """Tell whether it occurs in `text`."""
        if not self.text:
            return False
        if not self.is_regex:
            return self.text.lower() in text.lower()
        return any(_compiled(self.text, True).spans(text))

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it occurs: start and end."""
        if self.text:
            found = _compiled(self.text, self.is_regex).spans(text)
            yield from (span for span in found if span[0] < span[1])


class _Expression:
    """A regular expression; one that took too long once finds nothing any more.

    Args:
        text: How it is written.
    """

    def __init__(self, text: str) -> None:
        self.error = ""
        """What is wrong with it; empty: nothing, as far as is known."""
        self._pattern = None
        try:
            self._pattern = regex.compile(text, regex.IGNORECASE)
        except (regex.error, OverflowError, RecursionError) as error:
            self.error = str(error)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it occurs, also when there is nothing between start and end."""
        if self._pattern is None:
            return
        try:
            for match in self._pattern.finditer(text, timeout=LIMIT_S):
                yield match.span()
        except TimeoutError:
            self.error = "it takes too long, as nested repeats do"
            self._pattern = None


@lru_cache(maxsize=64)
def _compiled(text: str, is_regex: bool) -> _Expression:
    return _Expression(text if is_regex else regex.escape(text))
