"""Record what programs write to a terminal: `python -m scripts.record_terminal [NAME…]`.

Writes `snapshots/terminal/recordings/NAME.cast` (asciicast v2). Each scene runs a
real program on a real terminal that answers its questions; a marker stands where the
tests compare the screen. The programs are needed here only, not by the tests. Look at
a recording before you commit it: it must not show anything of your machine.
"""

import json
import os
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.pty import PtyChild
from scripts.recordings.scenes import SCENES, Scene, Step

TARGET = Path(__file__).parents[1] / "snapshots" / "terminal" / "recordings"

_DEADLINE_S = 20.0
_QUIET_S = 0.4
"""A screen is still when no output came for so long."""


class Recorder:
    """Runs one scene and keeps what its program writes, with the time."""

    def __init__(self, scene: Scene, directory: Path) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **scene.environment,
        }
        argv = [shutil.which(scene.argv[0]) or scene.argv[0], *scene.argv[1:]]
        self._child = PtyChild.spawn(
            argv, scene.columns, scene.rows, directory, environment
        )
        self._emulator = Emulator(scene.columns, scene.rows, 100)
        self._started = time.monotonic()
        self.events: list[tuple[float, str, str]] = []
        self._pending = b""

    def play(self, step: Step) -> None:
        """Wait for the text of `step`, note its marker, press its keys."""
        self._read_until(step.wait_for)
        if step.marker:
            self._note("m", step.marker)
        if step.keys:
            self._child.write(step.keys.encode())

    def close(self) -> None:
        """End the program, after what was typed last has had its effect."""
        while select.select([self._child.fd], [], [], _QUIET_S)[0]:
            if not self._child.read(65536):
                break
        self._child.close()
        self._emulator.close()

    def _read_until(self, text: str) -> None:
        """Read until `text` is shown and the program pauses, or changes nothing."""
        deadline = time.monotonic() + _DEADLINE_S
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._child.fd], [], [], _QUIET_S)
            shown = self._emulator.screen().text()
            if not ready and text in shown:
                return
            if ready:
                data = self._child.read(65536)
                if not data:
                    break
                self._take(data)
                # What is only shown for a moment is met while it moves.
                if text.startswith("…") and text[1:] in self._emulator.screen().text():
                    return
        raise SystemExit(f"{text!r} is not shown:\n{self._emulator.screen().text()}")

    def _take(self, data: bytes) -> None:
        self._emulator.feed(data)
        replies = self._emulator.take_replies()
        if replies:
            self._child.write(replies)
        text, self._pending = _whole(self._pending + data)
        self._note("o", text)

    def _note(self, kind: str, text: str) -> None:
        self.events.append((round(time.monotonic() - self._started, 3), kind, text))


def _whole(data: bytes) -> tuple[str, bytes]:
    """Return the whole characters of `data`, and the begun one at its end."""
    for keep in range(4):
        try:
            end = len(data) - keep
            return data[:end].decode(), data[end:]
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace"), b""


def record(name: str, scene: Scene) -> None:
    """Run a scene and write its recording."""
    with _workplace() as directory:
        scene.prepare(directory)
        recorder = Recorder(scene, directory)
        try:
            for step in scene.steps:
                recorder.play(step)
        finally:
            recorder.close()
    header = {"version": 2, "width": scene.columns, "height": scene.rows}
    lines = [json.dumps(each) for each in (header, *recorder.events)]
    (TARGET / f"{name}.cast").write_text("\n".join(lines) + "\n")


@contextmanager
def _workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "project"
        directory.mkdir()
        yield directory


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for wanted in sys.argv[1:] or SCENES:
        record(wanted, SCENES[wanted])
        sys.stdout.write(f"recorded {wanted}\n")
