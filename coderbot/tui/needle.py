"""What is looked for in the log (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Needle:
    """A text, whatever its case, or a regular expression."""

    text: str = ""
    is_regex: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def error(self) -> str:
        """What is wrong with the expression; empty when nothing is."""
        found = _compiled(self.text, self.is_regex)
        return found if isinstance(found, str) else ""

    def found_in(self, text: str) -> bool:
        """Tell whether it occurs in `text`."""
        if not self.text:
            return False
        if not self.is_regex:
            return self.text.lower() in text.lower()
        pattern = _compiled(self.text, True)
        return not isinstance(pattern, str) and pattern.search(text) is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it occurs: start and end."""
        pattern = _compiled(self.text, self.is_regex)
        if self.text and not isinstance(pattern, str):
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield match.span()


@lru_cache(maxsize=64)
def _compiled(text: str, is_regex: bool) -> re.Pattern[str] | str:
    try:
        return re.compile(text if is_regex else re.escape(text), re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
