"""Recordings of terminals (asciicast v2), and playing them again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.screen import Screen

RECORDINGS = Path(__file__).parents[3] / "snapshots" / "terminal" / "recordings"


@dataclass(frozen=True, slots=True)
class Cast:
    """What a program wrote, cut at its markers."""

    name: str
    columns: int
    rows: int
    parts: tuple[tuple[str, bytes], ...]
    """Name of a marker, and what was written before it since the one before."""

    @classmethod
    def load(cls, path: Path) -> "Cast":
        header, *events = map(json.loads, path.read_text().splitlines())
        parts, written = [], ""
        for _, kind, text in events:
            if kind == "m":
                parts.append((text, written.encode()))
                written = ""
            else:
                written += text
        return cls(path.stem, header["width"], header["height"], tuple(parts))

    def screens(self, chunk: int = 65536) -> Iterator[tuple[str, Screen]]:
        """Yield the name and the screen of every marker.

        Args:
            chunk: Bytes that the terminal gets at a time.
        """
        emulator = Emulator(self.columns, self.rows, scrollback=100)
        try:
            for marker, written in self.parts:
                for at in range(0, len(written), chunk):
                    emulator.feed(written[at : at + chunk])
                yield marker, emulator.screen()
        finally:
            emulator.close()


CASTS = {path.stem: Cast.load(path) for path in sorted(RECORDINGS.glob("*.cast"))}
