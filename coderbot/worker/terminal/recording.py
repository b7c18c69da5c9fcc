"""A recording of a terminal, in the format of asciinema (asciicast v2)."""

import codecs
import json
import os
from collections.abc import Callable
from pathlib import Path

from coderbot.clock import Clock

MAX_BYTES = 8 << 20
"""A recording ends by itself when it has become so large."""
MAX_S = 3_600.0
"""A recording ends by itself after this time, in seconds."""


class Recording:
    """Writes what a terminal shows into a file (mode 0600), as it happens.

    Args:
        path: The file; must not exist.
        columns: Width of the terminal, in cells.
        rows: Its height.
        clock: For the times of what happens.

    Raises:
        OSError: When the file cannot be made.
    """

    def __init__(self, path: Path, columns: int, rows: int, clock: Clock) -> None:
        self.path = path
        self.is_full = False
        """It has ended by itself: too long, too large, or the disk is full."""
        self._clock = clock
        self._start = clock.monotonic()
        self._size = 0
        # A character may be cut in two by the end of a read.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        # Line by line: what was shown until a crash is kept.
        self._file = os.fdopen(os.open(path, flags, 0o600), "w", 1, encoding="utf-8")
        self._write(
            {
                "version": 2,
                "width": columns,
                "height": rows,
                "timestamp": int(clock.now().timestamp()),
                "env": {"TERM": "xterm-256color"},
            }
        )

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return self._clock.monotonic() - self._start

    def output(self, data: bytes) -> None:
        """Note what the program has written."""
        if text := self._decoder.decode(data):
            self._note("o", text)

    def resized(self, columns: int, rows: int) -> None:
        """Note another size, in cells."""
        self._note("r", f"{columns}x{rows}")

    def close(self) -> None:
        """Write what is left; more than once does no harm."""
        if not self._file.closed:
            try:
                self._file.close()
            except OSError:
                self.is_full = True

    def _note(self, kind: str, text: str) -> None:
        if self.is_full or self._file.closed:
            return
        if self._size > MAX_BYTES or self.seconds > MAX_S:
            self.is_full = True
            return
        self._write([round(self.seconds, 6), kind, text])

    def _write(self, line: object) -> None:
        raw = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        try:
            self._file.write(raw + "\n")
        except OSError:
            self.is_full = True
        self._size += len(raw) + 1


def masked(recording: str, mask: Callable[[str], str]) -> str:
    """Return a recording without secrets.

    All output is looked at as one text: a secret may have come in pieces.

    Args:
        recording: Content of the file; a last line that is torn is dropped.
        mask: Returns a text of the same length without secrets.
    """
    header, *lines = recording.split("\n")
    events = [event for event in map(_event, lines) if event is not None]
    output = mask("".join(text for _, kind, text in events if kind == "o"))
    at, kept = 0, [header]
    for seconds, kind, text in events:
        clean = text
        if kind == "o":
            clean = output[at : at + len(text)]
            at += len(text)
        kept.append(json.dumps([seconds, kind, clean], ensure_ascii=False))
    return "\n".join(kept) + "\n"


def _event(line: str) -> tuple[float, str, str] | None:
    try:
        seconds, kind, text = json.loads(line)
    except ValueError:
        return None
    return seconds, kind, text
