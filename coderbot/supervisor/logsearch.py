"""Looks through stored lines (pure)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from coderbot.errors import CoderBotError
from coderbot.plaintext import without_escapes
from coderbot.supervisor.lines import LogLine, timestamp_of
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.storedlines import (
    Row,
    first_number,
    line_of,
    numbered_before,
    rows_of,
)

_MAX_CHARS = 8 << 20
"""Characters that all lines returned have at most."""
_FEW = 20_000
"""Where there is one hit in so many characters at most, only lines around hits are read.

That is twice what lies between two numbered lines of a log; so it pays.
"""


class BadPatternError(CoderBotError):
    """Raised for what is no regular expression."""


class Sieve:
    """Tells which lines a query is about.

    Args:
        query: It.

    Raises:
        BadPatternError: When one of its expressions is none.
    """

    def __init__(self, query: LogQuery) -> None:
        wanted = [each for each in (query.pattern, *query.include) if each]
        folds = query.ignore_case
        self._wanted = [_compiled(each, folds) for each in wanted]
        self._unwanted = [_compiled(each, folds) for each in query.exclude]
        plain = [each for each in wanted if re.escape(each) == each.replace(" ", "\\ ")]
        self._literals = [each.casefold() if folds else each for each in plain]
        self._folds = folds
        levels = type(query.level)
        self._levels = [f" {each.name} " for each in levels if each >= query.level]
        self._since = timestamp_of(query.since) if query.since > 0 else ""
        self._after = query.after
        self._before = query.before if query.before is not None else 1 << 62
        ranges = (query.since > 0, query.after > 0, query.before is not None)
        self._takes_all = not any(ranges) and len(self._levels) == len(levels)

    def hits(self, piece: bytes, bound: int) -> tuple[list[Row], int]:
        """Return the lines looked for, and how many were looked at.

        Args:
            piece: Of a file.
            bound: Number from which on lines were looked at already.
        """
        first = first_number(piece)
        if first is None or first >= min(bound, self._before):
            return [], 0
        text = piece.decode(errors="replace")
        rows = [row for part in self._parts(text) for row in rows_of(part)]
        new = rows
        if rows and rows[-1][0] >= bound:
            new = [row for row in rows if row[0] < bound]
        some = new if self._takes_all else [row for row in new if self._takes(row)]
        return self._fitting(some), text.count("\n") - (len(rows) - len(new))

    def is_last(self, piece: bytes) -> bool:
        """Tell whether all that came before a piece is too old."""
        first = first_number(piece)
        if first is None:
            return False
        stamp = piece[: len(self._since)].decode(errors="replace")
        return first <= self._after + 1 or stamp < self._since

    def _fitting(self, rows: list[Row]) -> list[Row]:
        """Return the lines whose text is as wanted; one expression after the other."""
        for pattern in self._wanted:
            find = pattern.search
            rows = [row for row in rows if find(without_escapes(row[2]))]
        for pattern in self._unwanted:
            find = pattern.search
            rows = [row for row in rows if not find(without_escapes(row[2]))]
        return rows

    def _takes(self, row: Row) -> bool:
        seq, head, _ = row
        return (
            self._after < seq < self._before
            and head >= self._since
            and any(level in head for level in self._levels)
        )

    def _parts(self, text: str) -> Iterator[str]:
        """Yield parts of a text, in order, that have all lines looked for."""
        if not self._literals or "\x1b" in text:
            yield text
            return
        folded = text.casefold() if self._folds else text
        counts = [folded.count(literal) for literal in self._literals]
        rarest = min(counts)
        # Where a letter becomes two, places in one text are not those in the other.
        if rarest * _FEW > len(text) or (rarest and len(folded) != len(text)):
            yield text
        elif rarest:
            yield from _around(text, folded, self._literals[counts.index(rarest)])


def _around(text: str, folded: str, literal: str) -> Iterator[str]:
    """Yield the lines with a literal, each with those that its number rests on."""
    begun = done = 0
    at = folded.find(literal)
    while at >= 0:
        start = numbered_before(text, at)
        if start >= done:
            yield text[begun:done]
            begun = start
        done = text.find("\n", at) + 1 or len(text)
        at = folded.find(literal, done)
    yield text[begun:done]


def search(
    query: LogQuery,
    stories: Mapping[str, Iterable[bytes]],
    is_late: Callable[[], bool] = bool,
) -> LogHits:
    """Look for lines.

    Args:
        query: Which ones.
        stories: By bot, pieces of all that is stored of it, the newest first.
        is_late: Whether it is time to be content with what was found.

    Raises:
        BadPatternError: When an expression of the query is none.
    """
    sieve = Sieve(query)
    lines: list[LogLine] = []
    counts: dict[str, int] = {}
    searched = 0
    late = False
    for bot, story in stories.items():
        some, count, seen, cut = _look(query, sieve, bot, story, is_late)
        lines = _newest([*lines, *some], query.limit)
        if count:
            counts[bot] = count
        searched += seen
        late = late or cut
    return LogHits(lines, counts, searched, is_complete=not late)


def _look(
    query: LogQuery,
    sieve: Sieve,
    bot: str,
    story: Iterable[bytes],
    is_late: Callable[[], bool],
) -> tuple[list[LogLine], int, int, bool]:
    """Return newest lines of one bot, their count, how many were seen; if cut short."""
    lines: list[LogLine] = []
    count = searched = 0
    # What was in memory a moment ago may be in a file by now.
    bound = 1 << 62
    for piece in story:
        if is_late():
            return lines, count, searched, True
        hits, seen = sieve.hits(piece, bound)
        bound = min(bound, first_number(piece) or bound)
        count += len(hits)
        searched += seen
        lines += _lines(reversed(hits), bot, query.limit - len(lines))
        if sieve.is_last(piece) or (not query.count_all and len(lines) >= query.limit):
            break
    return lines, count, searched, False


def _lines(hits: Iterable[Row], bot: str, room: int) -> Iterator[LogLine]:
    for row in hits:
        if room <= 0:
            return
        line = line_of(row, bot)
        if line is not None:
            room -= 1
            yield line


def _newest(lines: Sequence[LogLine], limit: int) -> list[LogLine]:
    """Return the newest lines in order, bounded in number and in size."""
    kept: list[LogLine] = []
    chars = 0
    for line in sorted(lines, key=attrgetter("seq"), reverse=True):
        chars += len(line.text)
        if len(kept) >= limit or chars > _MAX_CHARS:
            break
        kept.append(line)
    kept.reverse()
    return kept


def _compiled(expression: str, folds: bool) -> re.Pattern[str]:
    try:
        return re.compile(expression, re.IGNORECASE if folds else re.NOFLAG)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadPatternError(
            f"{expression[:100]!r} is no regular expression: {error}",
            "A regular expression of Python.",
        ) from None
