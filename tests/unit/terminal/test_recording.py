"""Recordings in the format of asciinema."""

import json
import re
import stat
from pathlib import Path

import pytest

from coderbot.worker.terminal import recording as module
from coderbot.worker.terminal.recording import Recording, masked
from tests.fakes.autoclock import AutoClock


def lines_of(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_recording_has_a_header_and_timed_events(tmp_path: Path) -> None:
    clock = AutoClock()
    recording = Recording(tmp_path / "a.cast", 80, 24, clock)
    clock.time_s += 1.5
    euro = "€".encode()
    recording.output(b"\x1b[1mone" + euro[:1])
    recording.output(euro[1:])
    clock.time_s += 1
    recording.resized(100, 30)
    recording.close()
    recording.output(b"too late")
    recording.close()

    header, *events = lines_of(tmp_path / "a.cast")
    assert isinstance(header, dict)
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert events == [
        [1.5, "o", "\x1b[1mone"],
        [1.5, "o", "€"],
        [2.5, "r", "100x30"],
    ]
    assert stat.S_IMODE((tmp_path / "a.cast").stat().st_mode) == 0o600


def test_a_recording_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    clock = AutoClock()
    large = Recording(tmp_path / "large.cast", 80, 24, clock)
    for _ in range(1_000):
        large.output(b"x" * 100)
    large.close()
    assert large.is_full
    assert (tmp_path / "large.cast").stat().st_size < 1_500
    long = Recording(tmp_path / "long.cast", 80, 24, clock)
    clock.time_s += 3_601
    long.output(b"late")
    long.close()
    assert long.is_full


def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.cast").write_text("precious")
    with pytest.raises(FileExistsError):
        Recording(tmp_path / "a.cast", 80, 24, AutoClock())


def test_secrets_are_masked_also_in_pieces(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.cast", 80, 24, AutoClock())
    for part in (b"key: sec", b"re", b"t42\r\n\xe2\x80\xa8next"):
        recording.output(part)
    recording.resized(1, 2)
    recording.close()
    torn = (tmp_path / "a.cast").read_text() + '[3.0,"o","half'

    def mask(text: str) -> str:
        return re.sub("secret42", "*" * 8, text)

    header, *events = [json.loads(x) for x in masked(torn, mask).split("\n") if x]
    assert header["version"] == 2
    assert [text for _, _, text in events] == [
        "key: ***",
        "**",
        "***\r\n\u2028next",
        "1x2",
    ]
