"""Preferences on disk: typed, whole, never lost silently."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from coderbot.atomicfile import replace_file
from coderbot.worker.preferences.filestore import FilePreferences
from coderbot.worker.preferences.model import Preferences
from tests.fakes.autoclock import AutoClock

ANNA, BEN = 1001, 1002


def store_in(directory: Path) -> FilePreferences:
    store = FilePreferences(directory / "preferences.json", AutoClock())
    store.load()
    return store


def set_aside(directory: Path) -> list[Path]:
    return list(directory.glob("preferences.json.bad-*"))


async def test_choices_survive_a_restart(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.of(ANNA) == Preferences()
    store.change(ANNA, mode="text", size=(120, 40), notify={"main": "off"})
    store.change(ANNA, keypad=(("esc", "tab"), ("1", "2")))
    store.change(BEN, theme="light", font_size_px=20, live=True)
    await store.flush()
    again = store_in(tmp_path)
    assert again.of(ANNA) == store.of(ANNA)
    assert again.of(ANNA).size == (120, 40)
    assert again.of(BEN).live is True
    assert stat.S_IMODE((tmp_path / "preferences.json").stat().st_mode) == 0o600
    assert set_aside(tmp_path) == []


@pytest.mark.parametrize(
    "values",
    [
        {"mode": "smell"},
        {"size": (5, 5)},
        {"size": (120, 4_000)},
        {"font_size_px": 99},
        {"notify": {"main": "sometimes"}},
        {"no_such": 1},
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, values: dict[str, object]
) -> None:
    store = store_in(tmp_path)
    with pytest.raises(ValueError, match=r".+"):
        store.change(ANNA, **values)
    assert store.of(ANNA) == Preferences()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version": 2, "users": {}}', b"\xff" * 9, b"[" * 100_000],
)
async def test_a_bad_file_is_set_aside(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "preferences.json").write_bytes(content)
    store = store_in(tmp_path)
    assert "kept as" in caplog.text
    (aside,) = set_aside(tmp_path)
    assert aside.read_bytes() == content
    store.change(ANNA, mode="text")
    await store.flush()
    assert store_in(tmp_path).of(ANNA).mode == "text"


async def test_a_bad_user_does_not_cost_the_others(tmp_path: Path) -> None:
    users = {ANNA: {"mode": "text"}, BEN: {"mode": 7}}
    raw = msgspec.json.encode({"version": 1, "users": users})
    (tmp_path / "preferences.json").write_bytes(raw)
    store = store_in(tmp_path)
    assert store.of(ANNA).mode == "text"
    assert store.of(BEN) == Preferences()
    assert [each.read_bytes() for each in set_aside(tmp_path)] == [raw]
    # The good ones are written again without being asked.
    await store.flush()
    assert store_in(tmp_path).of(ANNA).mode == "text"


async def test_changes_close_together_are_one_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    is_written = threading.Event()

    def count(path: Path, data: bytes) -> None:
        written.append(data)
        replace_file(path, data)
        is_written.set()

    monkeypatch.setattr(f"{FilePreferences.__module__}.replace_file", count)
    store = store_in(tmp_path)
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(store.run())
        for size in range(10, 40):
            store.change(ANNA, font_size_px=size)
        assert await asyncio.to_thread(is_written.wait, 10)
        await store.flush()
        keeping.cancel()
    assert len(written) == 1
    assert store_in(tmp_path).of(ANNA).font_size_px == 39


async def test_a_full_disk_costs_nothing_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    store = store_in(tmp_path)
    monkeypatch.setattr(f"{FilePreferences.__module__}.replace_file", fail)
    store.change(ANNA, mode="text")
    await store.flush()
    assert "No space left" in caplog.text
    assert store.of(ANNA).mode == "text"
    monkeypatch.undo()
    await store.flush()
    assert store_in(tmp_path).of(ANNA).mode == "text"


WRITER = """
import pathlib, sys
from coderbot.atomicfile import replace_file
path = pathlib.Path(sys.argv[1])
for number in range(10**9):
    replace_file(path, str(number).encode() * 20_000)
    print(number, flush=True)
"""


def test_kill_9_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    writer = subprocess.Popen(  # noqa: TID251 - a process to be killed
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[4])},
    )
    assert writer.stdout is not None
    with writer, suppress(ProcessLookupError):
        while int(writer.stdout.readline()) < 25:
            pass
        os.kill(writer.pid, signal.SIGKILL)
    content = path.read_bytes().decode()
    number = content[: len(content) // 20_000]
    assert content == number * 20_000
