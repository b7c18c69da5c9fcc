# ruff: noqa: F811 - a fixture is used by its name
"""/get, /ls, /md and /media of a real worker."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from coderbot import wire
from coderbot.sandbox.client import Message
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, BEN, make_bot_id, make_token, sandbox  # noqa: F401
from tests.processes.chat import open_terminal, run, unpaced_worker

BOT = make_bot_id(1)

pytestmark = pytest.mark.timeout(60)


def _is_file(message: Message) -> bool:
    return message.kind == "document"


def _work(tmp_path: Path) -> Path:
    """Make a directory with files and return it."""
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    for number in range(7):
        (work / f"{number}.log").write_text(f"log {number}")
    (work / "two words.txt").write_text("two words")
    (work / "sub" / "notes.md").write_text("# Notes")
    return work


async def test_get(sandbox: Sandbox, tmp_path: Path) -> None:
    work = _work(tmp_path)
    async with unpaced_worker(sandbox, tmp_path) as (worker, anna):
        await anna.say("/get")
        await anna.wait_for(lambda m: "/get PATH…" in m.text)
        await open_terminal(anna)
        await run(anna, f"cd {work}; pwd", str(work))
        await anna.say("/get 'two words.txt'")
        found = await anna.wait_for(_is_file)
        assert found.text == "two words.txt · 9 B"
        assert await found.download() == b"two words"
        await anna.say("/get sub")
        packed = await anna.wait_for(_is_file)
        assert packed.file is not None
        assert packed.file["name"] == "sub.zip"
        with zipfile.ZipFile(BytesIO(await packed.download())) as archive:
            assert archive.read("sub/notes.md") == b"# Notes"
        await anna.say("/get nothing.txt")
        await anna.wait_for(lambda m: f"Not found in {work}: nothing.txt" in m.text)
        await anna.say("/get *.log")
        listed = await anna.wait_for(lambda m: "7 files. Which one?" in m.text)
        await anna.press(listed, "📄 work/3.log · 5 B")
        assert await (await anna.wait_for(_is_file)).download() == b"log 3"
        told = await anna.answer(await anna.press(listed, "📤 Send all 7"))
        assert told["text"] == "Sending 7 files…"
        await anna.wait_for(lambda m: _is_file(m) and m.text.startswith("6.log"))
        assert f"Sent to-{ANNA}/sub.zip (document" in worker.text
    assert (work / "two words.txt").exists()


async def test_get_while_it_is_written_and_what_is_not_sent(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    work = _work(tmp_path)
    token = make_token(1).reveal()
    (work / ".env").write_text(f"BOT_TOKEN={token}")
    with (work / "large.bin").open("wb") as large:
        large.truncate(60_000_000)
    async with unpaced_worker(sandbox, tmp_path) as (worker, anna):
        with (work / "growing.tmp").open("w") as growing:
            growing.write("so far")
            growing.flush()
            await anna.say(f"/get {work}/growing.tmp")
            assert await (await anna.wait_for(_is_file)).download() == b"so far"
        await anna.say(f"/get {work}/.env {work}/large.bin {work}/0.log")
        refused = await anna.wait_for(lambda m: m.text.startswith("Not sent:"))
        assert ".env holds a secret of this bot" in refused.text
        assert "large.bin is too large: 60.0 MB" in refused.text
        assert "50.0 MB" in refused.text
        assert await (await anna.wait_for(_is_file)).download() == b"log 0"
        assert token not in worker.text


async def test_ls_and_md(sandbox: Sandbox, tmp_path: Path) -> None:
    work = _work(tmp_path)
    async with unpaced_worker(sandbox, tmp_path) as (_, anna):
        await anna.say(f"/ls {work}/0.log")
        await anna.wait_for(lambda m: "Not found in" in m.text)
        await anna.say(f"/ls {work}")
        listed = await anna.wait_for(lambda m: m.text.startswith(str(work)))
        assert listed.buttons[0] == "📁 sub/"
        await anna.press(listed, "▶️")
        second = await anna.wait_for(lambda m: m.id == listed.id and m.edits > 0)
        assert "📄 two words.txt · 9 B" in second.buttons
        await anna.press(listed, "📁 sub/")
        inner = await anna.wait_for(
            lambda m: m.id == listed.id and m.text.startswith(str(work / "sub"))
        )
        await anna.press(inner, "📄 notes.md · 7 B")
        assert await (await anna.wait_for(_is_file)).download() == b"# Notes"
        await anna.press(inner, "⬆️ Up")
        await anna.wait_for(
            lambda m: m.id == listed.id and m.text.startswith(f"{work}\n")
        )
        await anna.say("/md")
        await anna.wait_for(lambda m: "No Markdown file" in m.text)
        await open_terminal(anna)
        await run(anna, f"cd {work}; pwd", str(work))
        await anna.say("/md")
        notes = await anna.wait_for(lambda m: "newest Markdown" in m.text)
        assert notes.buttons == ("📄 sub/notes.md · 7 B",)


async def test_media_tells_and_tries_again(sandbox: Sandbox, tmp_path: Path) -> None:
    allowed = {"ALLOWED_USER_IDS": f"{ANNA},{BEN}"}
    async with unpaced_worker(sandbox, tmp_path, **allowed) as (worker, anna):
        ben = sandbox.client().user(BEN, BOT)
        root = tmp_path / "media" / "bot-0"
        (root / f"to-{ANNA}" / "a.txt").write_text("content")
        await worker.frame(wire.Event, lambda each: each.kind == "media_sent")
        await anna.say("/media")
        told = await anna.wait_for(lambda m: "On their way: 0" in m.text)
        assert "1 sent (7 B), 0 failed, 0 received" in told.text
        assert "Kept in sent/: 1 (7 B)" in told.text
        assert told.buttons == ()
        await ben.block()
        (root / "b.txt").write_text("content")
        notice = await anna.wait_for(lambda m: "A file could not be sent" in m.text)
        assert f"b.txt: user {BEN}: Forbidden" in notice.text
        assert f"user {ANNA} has it" in notice.text
        await ben.block(False)
        await anna.say("/media")
        told = await anna.wait_for(lambda m: "Failed: 1" in m.text)
        assert told.buttons == ("🔁 Try it again",)
        pressed = await anna.press(told, "🔁 Try it again")
        assert (await anna.answer(pressed))["text"] == "Trying 1 again…"
        await ben.wait_for(lambda m: m.text.startswith("b.txt"), after=0)
        pressed = await anna.press(told, "🔁 Try it again")
        assert (await anna.answer(pressed))["text"] == "Nothing was left to try."
        copies = [m for m in await anna.messages() if m.text.startswith("b.txt")]
        assert len(copies) == 1
