# ruff: noqa: F811 - a fixture is used by its name
"""kill -9 of a real worker at each step of sending: nothing lost, nothing twice."""

import signal
from functools import partial
from pathlib import Path

import pytest

from coderbot import wire
from coderbot.sandbox.client import Message
from coderbot.sandbox.server import Sandbox
from tests.fakes.crashing import STEPS
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.shared import until
from tests.fakes.worker import running_worker, worker_environment

BOT = make_bot_id(1)

pytestmark = pytest.mark.timeout(60)


async def _crash(sandbox: Sandbox, directory: Path, step: str) -> None:
    """Let a worker run until it dies at `step`."""
    assert step in STEPS
    settings = worker_environment(sandbox.url, make_token(1), directory)
    program = ("-m", "tests.fakes.crashing", step)
    async with running_worker(settings, directory, program=program) as worker:
        assert await worker.ended() == -signal.SIGKILL, worker.text


async def _finish(sandbox: Sandbox, directory: Path) -> None:
    """Let a worker run until it has sent a file."""
    settings = worker_environment(sandbox.url, make_token(1), directory)
    async with running_worker(settings, directory) as worker:
        await worker.frame(wire.Event, lambda each: each.kind == "media_sent")
        assert await worker.stop() == 0, worker.text


def _files(root: Path) -> dict[str, bytes]:
    """Return all files of the bot, hidden ones too."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


async def test_one_file_through_all_crashes_arrives_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "media" / "bot-0"
    root.mkdir(parents=True)
    (root / "a.txt").write_bytes(b"content")
    (root / "a.txt.caption.txt").write_bytes(b"What it is")
    for step in (
        "before it is looked at",
        "before the upload",
        "once it is noted",
        "before the move",
        "once the caption is moved",
        "once it has two names",
    ):
        await _crash(sandbox, tmp_path, step)
    await _finish(sandbox, tmp_path)
    (message,) = await sandbox.client().user(ANNA, BOT).messages()
    assert (message.text, await message.download()) == ("What it is", b"content")
    assert _files(root) == {
        "sent/a.txt": b"content",
        "sent/a.txt.caption.txt": b"What it is",
    }


async def test_a_file_that_is_moved_is_not_sent_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "media" / "bot-0"
    root.mkdir(parents=True)
    (root / "a.txt").write_bytes(b"first")
    await _crash(sandbox, tmp_path, "once it is moved")
    (root / "b.txt").write_bytes(b"second")
    await _finish(sandbox, tmp_path)
    messages = await sandbox.client().user(ANNA, BOT).messages()
    assert [await each.download() for each in messages] == [b"first", b"second"]
    assert _files(root) == {"sent/a.txt": b"first", "sent/b.txt": b"second"}


async def test_a_copy_only_where_the_answer_was_lost(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "media" / "bot-0"
    root.mkdir(parents=True)
    (root / "a.txt").write_bytes(b"content")
    await _crash(sandbox, tmp_path, "before it is noted")
    await _finish(sandbox, tmp_path)
    messages = await sandbox.client().user(ANNA, BOT).messages()
    assert [await each.download() for each in messages] == [b"content"] * 2
    assert _files(root) == {"sent/a.txt": b"content"}


async def test_a_file_that_failed_has_its_reason_after_every_crash(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "media" / "bot-0"
    root.mkdir(parents=True)
    with (root / "film.mkv").open("wb") as film:
        film.truncate(50_000_001)
    for step in ("before the move", "once it has two names", "once it has its reason"):
        await _crash(sandbox, tmp_path, step)
    settings = worker_environment(sandbox.url, make_token(1), tmp_path)
    async with running_worker(settings, tmp_path):
        anna = sandbox.client().user(ANNA, BOT)
        notice = await anna.wait_for(lambda m: "could not be sent" in m.text)
    assert "film.mkv: the file has 50,000,001 bytes; Telegram takes at most 50" in (
        notice.text
    )
    assert set(_files(root)) == {"failed/film.mkv", "failed/film.mkv.reason.txt"}
    assert (root / "failed" / "film.mkv.reason.txt").read_text().count("\n") == 1


def _names(path: str, message: Message) -> bool:
    return path in message.text


async def test_a_download_is_taken_up_again(sandbox: Sandbox, tmp_path: Path) -> None:
    anna = sandbox.client().user(ANNA, BOT)
    for name in ("a.txt", "b.txt"):
        await anna.upload("document", name, name.encode(), "What it is")
    await _crash(sandbox, tmp_path, "while two downloads are under way")
    settings = worker_environment(sandbox.url, make_token(1), tmp_path)
    received = tmp_path / "media" / "bot-0" / "received"
    async with running_worker(settings, tmp_path):
        for name in ("a.txt", "b.txt"):
            await anna.wait_for(partial(_names, str(received / name)), after=0)
        # Only when its sender knows of it a download is over.
        await until(lambda: not list((tmp_path / "state").glob("downloads-*")))
    assert {each.name: each.read_text() for each in received.iterdir()} == {
        "a.txt": "a.txt",
        "b.txt": "b.txt",
        "a.txt.caption.txt": "What it is",
        "b.txt.caption.txt": "What it is",
    }
