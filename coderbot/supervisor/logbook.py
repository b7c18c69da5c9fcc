"""All lines of the fleet, in memory."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from coderbot.clock import Clock
from coderbot.loglevel import Level
from coderbot.redact import Redactor
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.framer import MAX_LINE_CHARS, Framer
from coderbot.supervisor.lines import PARENT, LogLine, Stream
from coderbot.supervisor.ring import Ring

MAX_LINES = 30_000
"""Lines kept of one bot; a burst of 20,000 is kept whole."""
MAX_CHARS = 4 << 20
"""Characters kept of one bot, so that long lines do not cost gigabytes."""

_MAX_ECHOES = 10_000
"""Arrivals of other hosts' lines whose numbers are remembered."""

FLOOD_TOLD_S = 10.0
"""How often it is said at most that a bot floods, in seconds."""


class Logbook:
    """Numbers the lines of all bots and keeps the newest of each.

    One bot that floods drives out its own old lines, never those of the others.

    Args:
        bots: Ids of all bots.
        redactor: Takes secrets out of what the supervisor itself says.
        clock: For the times of lines.
        on_added: Called with the number of the last line after lines were added.
        max_lines: Lines kept of each bot.
        max_chars: Characters kept of each bot.
        store: Takes each block of lines, to keep it longer than memory does.
        is_busy: Whether that has enough to do for the moment.
    """

    def __init__(
        self,
        bots: Iterable[str],
        redactor: Redactor,
        clock: Clock,
        on_added: Callable[[int], None],
        max_lines: int = MAX_LINES,
        max_chars: int = MAX_CHARS,
        store: Callable[[Block], None] | None = None,
        is_busy: Callable[[], bool] = bool,
    ) -> None:
        self._redactor = redactor
        self._clock = clock
        self._on_added = on_added
        self._store = store
        self.is_busy = is_busy
        """Tells whether whoever writes much should be read a little later."""
        self._bounds = max_lines, max_chars
        self._rings = {bot: Ring(max_lines, max_chars) for bot in (PARENT, *bots)}
        self._floods: dict[str, tuple[int, float]] = {}
        """Of bots that flood: lines dropped that were told of, and when, monotonic."""
        self._added: Counter[str] = Counter()
        self._echoes: dict[str, Ring] = {}
        """Lines of other hosts, by bot."""
        self._echoed: deque[tuple[int, int]] = deque(maxlen=_MAX_ECHOES)
        """First and last numbers of those."""
        self.last_seq = 0
        """Number of the newest line, which is set to go on from an earlier run."""

    def open(self, bot: str) -> None:
        """Make room for the lines of one more bot; those of a known one stay."""
        if bot not in self._rings:
            self._rings[bot] = Ring(*self._bounds)

    def knows(self, bot: str) -> bool:
        """Tell whether lines of a bot (or PARENT) are kept, if there were any."""
        return bot in self._rings

    def framer(self) -> Framer:
        """Return a framer that takes the secrets out."""
        return Framer(self._redactor.text)

    def add(
        self,
        bot: str,
        run: int,
        stream: Stream,
        levels: Sequence[Level],
        texts: Sequence[str],
    ) -> None:
        """Add lines of one stream that came at once; they bear no secrets any more."""
        if not texts:
            return
        wall = self._clock.now().timestamp()
        self._added[bot] += len(texts)
        mono = self._clock.monotonic()
        first = self.last_seq + 1
        block = Block(first, wall, mono, bot, run, stream, tuple(levels), tuple(texts))
        self.last_seq = block.last_seq
        self._rings[bot].add(block)
        if self._store is not None:
            self._store(block)
        self._on_added(self.last_seq)
        if self._rings[bot].flooded and bot != PARENT:
            self._tell_of_flood(bot, mono)

    def echo(self, lines: Sequence[LogLine]) -> int:
        """Take lines that were logged on another host; returns the first number.

        They are numbered among those of this host, so that one can look at both in
        one order. They are kept in memory alone, and only `lines` returns them, to
        who asks for them.

        Args:
            lines: At least one, in order.
        """
        first = self.last_seq + 1
        mono = self._clock.monotonic()
        for seq, line in enumerate(lines, first):
            ring = self._echoes.setdefault(line.bot, Ring(*self._bounds))
            about = (line.wall, mono, line.bot, line.run, line.stream)
            ring.add(Block(seq, *about, (line.level,), (line.text,)))
        self.last_seq += len(lines)
        self._echoed.append((first, self.last_seq))
        self._on_added(self.last_seq)
        return first

    def echoed(self, after: int, before: int) -> int:
        """Return how many numbers between these two are of other hosts' lines."""
        return sum(
            max(0, min(last, before - 1) - max(first, after + 1) + 1)
            for first, last in self._echoed
        )

    def say(self, bot: str, level: Level, text: str, run: int = 0) -> None:
        """Add lines of the supervisor itself; `bot` may be PARENT."""
        # The text may quote what others wrote: a newline in it starts a line.
        clean = self._redactor.text(text)
        texts = [line[:MAX_LINE_CHARS] for line in clean.split("\n")]
        self.add(bot, run, "sup", [level] * len(texts), texts)

    def lines(
        self, bot: str | None, after: int, limit: int, *, echoes: bool = False
    ) -> list[LogLine]:
        """Return the newest `limit` kept lines numbered above `after`, in order.

        Args:
            bot: Of this bot alone (or PARENT); None for all.
            after: Number of the last line already known.
            limit: How many at most.
            echoes: Those of other hosts as well.

        Raises:
            KeyError: For a bot that does not exist.
        """
        if limit <= 0 or after >= self.last_seq:
            return []
        if bot is not None and not (echoes and bot in self._echoes):
            return self._rings[bot].newest(after, limit)
        rings = [*self._rings.values(), *(self._echoes.values() if echoes else ())]
        if bot is not None:
            rings = [self._rings[bot], self._echoes[bot]]
        found: list[LogLine] = []
        for ring in rings:
            found += ring.newest(after, limit)
        found.sort(key=attrgetter("seq"))
        return found[-limit:]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return by bot, and PARENT: lines added, and those no longer kept."""
        rings = self._rings.items()
        return {bot: (self._added[bot], ring.dropped) for bot, ring in rings}

    def blocks(self, after: int) -> list[Block]:
        """Return all kept lines numbered above `after`, in order, as they came."""
        if after >= self.last_seq:
            return []
        found: list[Block] = []
        for ring in self._rings.values():
            found += ring.blocks(after)
        found.sort(key=attrgetter("first_seq"))
        return found

    def blocks_of(self, bot: str, after: int) -> list[Block]:
        """Return the kept lines of one bot numbered above `after`, as they came."""
        return self._rings[bot].blocks(after)

    @property
    def bots(self) -> list[str]:
        """All whose lines are kept: PARENT first, those that were removed as well."""
        return list(self._rings)

    def _tell_of_flood(self, bot: str, now: float) -> None:
        """Say how many lines a flood has driven out of memory, if that is due."""
        told, at = self._floods.get(bot, (0, now - FLOOD_TOLD_S))
        more = self._rings[bot].flooded - told
        if more <= 0 or now - at < FLOOD_TOLD_S:
            return
        self._floods[bot] = (told + more, now)
        kept = " (the log file has them)" if self._store is not None else ""
        text = f"{bot}: {more:,} lines of a flood were dropped from memory{kept}"
        self.say(PARENT, Level.WARNING, text)
