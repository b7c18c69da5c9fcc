"""Files to chats and back, over HTTP, with a local Telegram."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import pytest
import pytest_asyncio
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from coderbot.clock import SystemClock
from coderbot.errors import CoderBotError
from coderbot.sandbox.server import Sandbox
from coderbot.worker.media.captions import size_text
from coderbot.worker.media.kinds import MediaKind
from coderbot.worker.media.receiver import save
from coderbot.worker.media.upload import (
    Parcel,
    UploadDelayed,
    UploadFailed,
    UploadRefused,
)
from coderbot.worker.telegram.download import Downloader
from coderbot.worker.telegram.uploader import TelegramUploader, caption_for
from tests.fakes.bot import ScriptBot
from tests.fakes.media import running_media
from tests.fakes.sandbox import (
    ANNA,
    BEN,
    make_bot_id,
    make_token,
    sandbox,  # noqa: F401 - a fixture
)
from tests.unit.media.samples import MATROSKA, MP3, OGG, mp4, picture

BOT = make_bot_id(1)
TOKEN = make_token(1).reveal()


@pytest_asyncio.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:  # noqa: F811
    async with Bot(TOKEN, base_url=sandbox.bot_api_url) as bot:
        yield bot


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", picture("PNG"), "photo"),
        ("a.gif", picture("GIF"), "animation"),
        ("a.mp4", mp4(b"vide"), "animation"),
        ("b.mp4", mp4(b"vide", b"soun"), "video"),
        ("a.mkv", MATROSKA, "video"),
        ("a.mp3", MP3, "audio"),
        ("a.ogg", OGG, "voice"),
        ("a.webp", picture("WEBP"), "document"),
        ("broken.png", b"no picture", "document"),
        (os.fsdecode(b"\xff") + "\n\u202e😀.txt", b"hostile name", "document"),
    ],
    ids=lambda value: value[:8] if isinstance(value, str) else "",
)
async def test_kinds(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
    name: str,
    content: bytes,
    kind: str,
) -> None:
    anna = sandbox.client().user(ANNA, BOT)
    async with running_media(tmp_path, TelegramUploader(bot), (ANNA,)) as media:
        media.put(name, content)
        await media.finished(1)
    (message,) = await anna.messages()
    assert message.kind == kind
    assert await message.download() == content
    shown_name = str(media.events[0][1]["file"])
    assert message.text == f"{shown_name} · {size_text(len(content))}"
    assert media.sent() == {name: content}


async def test_a_burst_of_pictures_comes_as_an_album(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
) -> None:
    client = sandbox.client()
    names = [f"{number}.png" for number in range(10)]
    async with running_media(tmp_path, TelegramUploader(bot), (ANNA,)) as media:
        for name in names:
            media.put(name, picture("PNG"))
        await media.finished(10)
    messages = await client.user(ANNA, BOT).messages()
    assert len({message.media_group_id for message in messages}) == 1
    assert [message.kind for message in messages] == ["photo"] * 10
    assert [message.text.split(" ·")[0] for message in messages] == names
    assert [await message.download() for message in messages] == [picture("PNG")] * 10
    assert await client.calls(BOT, "sendMediaGroup") == 1


async def test_one_wrong_picture_does_not_spoil_the_album(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coderbot.worker.media.kinds._fits_as_photo", lambda *_: True)
    async with running_media(tmp_path, TelegramUploader(bot), (ANNA,)) as media:
        for name, content in (
            ("a", picture("PNG")),
            ("b", b"no"),
            ("c", picture("PNG")),
        ):
            media.put(f"{name}.png", content)
        await media.finished(3)
    messages = await sandbox.client().user(ANNA, BOT).messages()
    assert [message.kind for message in messages] == ["photo", "document", "photo"]


@pytest.mark.parametrize(
    ("fault", "count"), [("500", 2), ("502", 1), ("429", 1), ("reset", 1)]
)
async def test_faults_are_tried_again(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    fault: str,
    count: int,
) -> None:
    caplog.set_level("INFO", "coderbot")
    client = sandbox.client()
    await client.fault(fault, method="sendDocument", count=count)
    async with running_media(tmp_path, TelegramUploader(bot), (ANNA,)) as media:
        media.put("a.txt", b"content")
        await media.finished(1)
    (message,) = await client.user(ANNA, BOT).messages()
    assert await message.download() == b"content"
    assert media.sent() == {"a.txt": b"content"}
    assert caplog.text.count("Cannot send a.txt") == count
    assert TOKEN not in caplog.text


async def test_one_has_blocked_the_bot(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
) -> None:
    client = sandbox.client()
    await client.user(BEN, BOT).block()
    async with running_media(tmp_path, TelegramUploader(bot), (ANNA, BEN)) as media:
        media.put("a.txt")
        await media.finished(1)
        await client.user(ANNA, BOT).block()
        media.put("b.txt")
        await media.finished(2)
    (message,) = await client.user(ANNA, BOT).messages()
    assert message.text == "a.txt · 7 B"
    assert media.sent() == {}
    for name in ("a.txt", "b.txt"):
        assert f"user {BEN}: " in media.failed()[f"{name}.reason.txt"].decode()
    assert f"user {ANNA} has it" in media.failed()["a.txt.reason.txt"].decode()
    assert f"user {ANNA}: " in media.failed()["b.txt.reason.txt"].decode()
    assert [job.file.name for job in media.failures] == ["a.txt", "b.txt"]


async def test_unknown_chat_is_not_tried_as_a_document(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
) -> None:
    (tmp_path / "a.png").write_bytes(picture("PNG"))
    with pytest.raises(UploadRefused, match="Chat not found"):
        await TelegramUploader(bot).upload(
            404, [Parcel(MediaKind.PHOTO, tmp_path, "a.png", "a")]
        )
    assert await sandbox.client().calls(BOT, "sendDocument") == 0


async def test_what_is_no_photo_to_telegram_becomes_a_document(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    uploader = TelegramUploader(bot)
    await uploader.upload(ANNA, [Parcel(MediaKind.PHOTO, tmp_path, "a.png", "a")])
    client = sandbox.client()
    (message,) = await client.user(ANNA, BOT).messages()
    assert message.kind == "document"
    assert await client.calls(BOT, "sendPhoto", 400) == 1


async def test_a_large_file_is_streamed(
    tmp_path: Path,
    bot: Bot,
    sandbox: Sandbox,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    largest = 0
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(1 << 20) * 20)
    real = os.fdopen

    def watched(*args: object) -> object:
        file = real(*args)  # type: ignore[call-overload]
        read = file.read

        class Watched:
            name = "large.bin"

            def __getattr__(self, name: str) -> object:
                return getattr(file, name)

            def __enter__(self) -> "Watched":
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def read(self, size: int = -1) -> bytes:
                nonlocal largest
                data: bytes = read(size)
                largest = max(largest, len(data))
                return data

        return Watched()

    with monkeypatch.context() as patched:
        patched.setattr("coderbot.worker.media.opening.os.fdopen", watched)
        uploader = TelegramUploader(bot)
        await uploader.upload(
            ANNA, [Parcel(MediaKind.DOCUMENT, tmp_path, "large.bin", "")]
        )
    (message,) = await sandbox.client().user(ANNA, BOT).messages()
    assert await message.download() == path.read_bytes()
    assert 0 < largest <= 1 << 20


async def test_links_and_pipes_are_not_opened(tmp_path: Path, bot: Bot) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "a").write_bytes(b"secret")
    (tmp_path / "to-1").symlink_to(tmp_path / "inside")
    for name in ("link", "pipe", "missing", "to-1/a"):
        with pytest.raises(UploadFailed, match="cannot be read"):
            await TelegramUploader(bot).upload(
                ANNA, [Parcel(MediaKind.DOCUMENT, tmp_path, name, name)]
            )


async def test_a_file_of_a_user_is_saved(
    tmp_path: Path,
    sandbox: Sandbox,  # noqa: F811
) -> None:
    anna = sandbox.client().user(ANNA, BOT)
    await anna.upload("document", "../../x.txt", b"from anna")
    async with Bot(
        TOKEN, base_url=sandbox.bot_api_url, base_file_url=sandbox.file_api_url
    ) as bot:
        (update,) = await bot.get_updates()
        assert update.message is not None
        document = update.message.document
        assert document is not None

        downloader = Downloader(bot, SystemClock())
        arrived: list[int] = []

        async def fetch(target: BinaryIO) -> None:
            await downloader.fetch(document.file_id, target, arrived.append)

        saved = await save(tmp_path / "received", document.file_name or "", fetch)
    assert saved.path.parent == tmp_path / "received"
    assert saved.path.read_bytes() == b"from anna"
    assert arrived[-1] == len(b"from anna")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RetryAfter(7), UploadDelayed),
        (Forbidden("bot was blocked by the user"), UploadRefused),
        (BadRequest("Chat not found"), UploadRefused),
        (BadRequest("file must be non-empty"), UploadRefused),
        (ChatMigrated(5), UploadRefused),
        (NetworkError("Request Entity Too Large"), UploadRefused),
        (NetworkError(f"httpx.ConnectError: http://x/bot{TOKEN}/send"), UploadFailed),
        (TimedOut(), UploadFailed),
        (InvalidToken("Unauthorized"), UploadFailed),
        (TelegramError("Invalid server response"), UploadFailed),
    ],
)
async def test_errors_are_translated_without_the_token(
    tmp_path: Path, error: TelegramError, expected: type[CoderBotError]
) -> None:
    (tmp_path / "a.txt").write_bytes(b"content")
    script = ScriptBot()
    script.__dict__["token"] = TOKEN
    script.plan("send_document", error)
    with pytest.raises(expected) as caught:
        await TelegramUploader(script.as_bot()).upload(
            ANNA, [Parcel(MediaKind.DOCUMENT, tmp_path, "a.txt", "a.txt")]
        )
    assert TOKEN not in str(caught.value)
    assert caught.value.__context__ is None
    if isinstance(caught.value, UploadDelayed):
        assert caught.value.retry_after_s == 7


async def test_voice_that_a_person_does_not_want_is_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_bytes(OGG)
    script = ScriptBot()
    script.__dict__["token"] = TOKEN
    script.plan("send_voice", BadRequest("VOICE_MESSAGES_FORBIDDEN"))
    await TelegramUploader(script.as_bot()).upload(
        ANNA, [Parcel(MediaKind.VOICE, tmp_path, "a.ogg", "a.ogg")]
    )
    assert [name for name, _, _ in script.calls] == ["send_voice", "send_document"]


@pytest.mark.parametrize(
    ("text", "units"), [("x" * 2_000, 1_024), ("😀" * 600, 1_024), ("a", 1)]
)
def test_captions_are_counted_in_utf16(text: str, units: int) -> None:
    caption = caption_for(text)
    assert len(caption.encode("utf-16-le")) == units * 2
    assert text.startswith(caption)


def test_a_cut_is_not_within_a_character() -> None:
    assert caption_for("x" + "😀" * 600) == "x" + "😀" * 511
