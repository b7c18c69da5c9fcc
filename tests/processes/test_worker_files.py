# ruff: noqa: F811 - a fixture is used by its name
"""Files that users send: every kind, albums, refusals, full disks."""

import asyncio
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from coderbot import wire
from coderbot.sandbox.client import Message
from coderbot.sandbox.server import Sandbox
from tests.fakes.disk import small_disk
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.worker import running_worker, worker_environment
from tests.processes.chat import open_terminal, ready_worker

BOT = make_bot_id(1)

pytestmark = [
    pytest.mark.timeout(60),
    # A hint of aiohttp to the client of the sandbox, which has a loop of its own.
    pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning"),
]


def _paths(message: Message) -> list[Path]:
    """Return the paths that a tap copies."""
    raw = message.text.encode("utf-16-le")
    spans = [
        (e["offset"] * 2, (e["offset"] + e["length"]) * 2) for e in message.entities
    ]
    assert {each["type"] for each in message.entities} <= {"code"}
    return [Path(raw[start:end].decode("utf-16-le")) for start, end in spans]


def _is_saved(message: Message) -> bool:
    return "Saved: " in message.text


def _jpeg(colour: str = "red") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


async def test_every_kind_is_saved(sandbox: Sandbox, tmp_path: Path) -> None:
    received = tmp_path / "media" / "bot-0" / "received"
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        for kind, name, pattern in (
            ("document", "report.pdf", r"report\.pdf"),
            ("document", "../../etc/passwd", "passwd"),
            ("document", "-rf \U0001f600.txt", "rf \U0001f600\\.txt"),
            ("photo", "holiday.jpg", r"photo\.jpg"),
            ("voice", "voice.ogg", r"voice.*\.og."),
            ("video", "clip.mp4", r"clip\.mp4"),
            ("video_note", "note.mp4", r"(video_)?note\.mp4"),
            ("audio", "song.mp3", r"song\.mp3"),
            ("animation", "cat.gif", r"cat\.gif"),
            ("sticker", "sticker.webp", r"sticker\..*"),
        ):
            content = _jpeg() if kind in ("photo", "sticker") else f"a {kind}".encode()
            await anna.upload(kind, name, content)
            (path,) = _paths(await anna.wait_for(_is_saved))
            assert path.parent == received
            assert re.fullmatch(pattern, path.name), path.name
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.read_bytes() == content
        assert f"Received {received}/clip.mp4 (7 bytes)" in worker.text


async def test_an_album_is_one_answer_and_its_paths_can_be_typed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        for number, name in enumerate(("one.txt", "it's two.txt", "three.txt")):
            caption = "Look at this" if number == 0 else ""
            await anna.upload(
                "document", name, b"%d" % number, caption, media_group_id="7"
            )
        answer = await anna.wait_for(_is_saved, after=0)
        assert [path.name for path in _paths(answer)] == [
            "one.txt",
            "it's two.txt",
            "three.txt",
        ]
        kept = _paths(answer)[0].with_name("one.txt.caption.txt")
        assert kept.read_text() == "Look at this"
        assert "its caption: one.txt.caption.txt" in answer.text
        (label,) = answer.buttons
        assert label == "⌨️ Type the 3 paths"
        told = await anna.answer(await anna.press(answer, label))
        assert "No terminal is open" in told["text"]
        await open_terminal(anna)
        await anna.say("/keys cat ")
        assert (await anna.answer(await anna.press(answer, label)))["text"] == "Typed."
        await anna.say("/enter")
        await anna.wait_for(lambda m: "012" in m.text)
        saved = [m for m in await anna.messages() if "Saved: " in m.text]
        assert len(saved) == 1


async def test_a_button_of_somebody_else_types_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {"ALLOWED_USER_IDS": "1001,1002"}
    async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
        ben = sandbox.client().user(1002, BOT)
        await anna.upload("document", "a.txt", b"a")
        answer = await anna.wait_for(_is_saved)
        data = answer.keyboard[0][0]["callback_data"]
        await ben.say("/help")
        other = await ben.wait_for(lambda m: "/xterm" in m.text)
        told = await ben.answer(await ben.press_data(other.id, data))
        assert told["text"] != "Typed."


async def test_a_failing_download_is_tried_again_then_told(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        client = sandbox.client()
        await client.fault("500", bot_id=BOT, method="getFile", count=2)
        await anna.upload("document", "report.pdf", b"content")
        (path,) = _paths(await anna.wait_for(_is_saved))
        assert path.read_bytes() == b"content"
        await client.fault("401", bot_id=BOT, method="getFile")
        await anna.upload("document", "other.pdf", b"content")
        await anna.wait_for(lambda m: "other.pdf was not saved" in m.text)
        assert [each.name for each in path.parent.iterdir()] == ["report.pdf"]


async def test_too_large_file_is_refused_with_its_size(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await anna.upload("document", "film.mkv", bytes(21 << 20))
        refusal = await anna.wait_for(lambda m: "not saved" in m.text)
        assert "film.mkv" in refusal.text
        assert "21.0 MiB" in refusal.text
        assert "20.0 MiB" in refusal.text
        assert await sandbox.client().calls(BOT, "getFile") == 0


async def test_a_slow_download_shows_its_progress_and_holds_up_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        client = sandbox.client()
        await client.fault("slow", bot_id=BOT, method="getFile", seconds=4)
        await anna.upload("document", "film.mkv", bytes(1_000_000))
        await open_terminal(anna)
        note = await anna.wait_for(lambda m: "Fetching film.mkv" in m.text)
        assert "0% of 1.0 MB" in note.text
        await anna.wait_for(_is_saved)
        async with asyncio.timeout(10):
            while note.id in [m.id for m in await anna.messages()]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_a_full_disk_is_told_and_the_worker_lives(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    settings = worker_environment(sandbox.url, make_token(1), tmp_path)
    with small_disk(media, "20M"):
        async with running_worker(settings, tmp_path) as worker:
            await worker.frame(wire.Ready)
            anna = sandbox.client().user(ANNA, BOT)
            await anna.upload("document", "film.mkv", bytes(10_000_000))
            answer = await anna.wait_for(lambda m: "not saved" in m.text)
            assert "the disk is full: the file has 10.0 MB" in answer.text
            await anna.upload("document", "small.txt", b"content")
            (path,) = _paths(await anna.wait_for(_is_saved))
            assert [each.name for each in path.parent.iterdir()] == ["small.txt"]
