"""What one process of a bot says: lines for the logbook, frames for its runner."""

from collections.abc import Callable

from coderbot.clock import Clock
from coderbot.loglevel import Level
from coderbot.supervisor.channel import FrameReader
from coderbot.supervisor.child import Ears, OnData
from coderbot.supervisor.grader import Grader
from coderbot.supervisor.lines import Stream
from coderbot.supervisor.logbook import Logbook
from coderbot.wire import WireError, WorkerFrame

_MAX_COMPLAINTS = 3
"""Bad frames of one process that are logged; the rest is only counted."""
_MAX_WORDS = 200
"""Characters of its last error that go into a reason."""
_RECENT_S = 10.0
"""An error that is older does not explain the death of a process, in seconds."""


class Voice:
    """Listens to one process.

    Args:
        bot: Id of its bot.
        run: Number of its start.
        logbook: Where its lines go.
        clock: Tells how old an error is.
        on_frame: Takes each frame it sends.
    """

    def __init__(
        self,
        bot: str,
        run: int,
        logbook: Logbook,
        clock: Clock,
        on_frame: Callable[[WorkerFrame], None],
    ) -> None:
        self._bot = bot
        self._run = run
        self._logbook = logbook
        self._clock = clock
        self._on_frame = on_frame
        self._frames = FrameReader()
        self._bad_frames = 0
        self._last_error = ""
        self._last_error_at = 0.0

    def ears(self) -> Ears:
        """Return who hears its two streams and its channel."""
        return Ears(
            stdout=self._log("out", Grader(Level.INFO)),
            stderr=self._log("err", Grader(Level.WARNING)),
            channel=self._hear,
            is_busy=self._logbook.is_busy,
        )

    def last_words(self) -> str:
        """Return its last error line, shortened, unless that is too old to matter."""
        age = self._clock.monotonic() - self._last_error_at
        return self._last_error if age <= _RECENT_S else ""

    def say(self, level: Level, text: str) -> None:
        """Write a line of the supervisor into the log of this process."""
        self._logbook.say(self._bot, level, text, self._run)

    def _log(self, stream: Stream, grader: Grader) -> OnData:
        framer = self._logbook.framer()

        def on_data(data: bytes) -> None:
            lines = framer.feed(data) if data else framer.finish()
            levels, texts = grader.grade(lines)
            if Level.ERROR in levels:
                self._note_error(levels, texts)
            self._logbook.add(self._bot, self._run, stream, levels, texts)

        return on_data

    def _note_error(self, levels: list[Level], texts: list[str]) -> None:
        # Rather the exception than a line of the stack that led to it.
        told = [
            text
            for level, text in zip(levels, texts, strict=True)
            if level is Level.ERROR and text.strip() and not text.startswith(" ")
        ]
        if told:
            self._last_error = told[-1].removeprefix(f"[{self._bot}] ")[:_MAX_WORDS]
            self._last_error_at = self._clock.monotonic()

    def _hear(self, data: bytes) -> None:
        if not data:
            self._sum_up()
        for frame in self._frames.feed(data):
            if isinstance(frame, WireError):
                self._complain(frame)
            else:
                self._on_frame(frame)

    def _complain(self, error: WireError) -> None:
        self._bad_frames += 1
        if self._bad_frames <= _MAX_COMPLAINTS:
            self.say(Level.WARNING, f"ignored a line on the channel: {error}"[:500])

    def _sum_up(self) -> None:
        more = self._bad_frames - _MAX_COMPLAINTS
        if more > 0:
            self.say(Level.WARNING, f"ignored {more} more lines on the channel")
            self._bad_frames = 0
