# ruff: noqa: F811 - a fixture is used by its name
"""Voice messages: a real worker, a local speech service, and a voice of espeak-ng."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from coderbot import wire
from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import BEN, make_bot_id, sandbox  # noqa: F401
from tests.fakes.speech import KEY, SpeechServer, recognised, speech_server, spoken
from tests.fakes.worker import RunningWorker
from tests.processes.assistants import told
from tests.processes.chat import bot_username, is_screen, open_terminal, ready_worker

BOT = make_bot_id(1)
BUTTONS = ("📨 Send", "✏️ Edit", "🗑 Discard")


@asynccontextmanager
async def hearing_worker(
    sandbox: Sandbox, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[RunningWorker, SandboxUser, SpeechServer]]:
    """Start a worker that has its voice messages transcribed by a local service."""
    async with speech_server() as server:
        settings = {"TTS_API_KEY": KEY, "STT_BASE_URL": f"{server.url}/v1", **more}
        async with ready_worker(sandbox, tmp_path, **settings) as (worker, anna):
            yield worker, anna, server


def held_open(worker: RunningWorker) -> Iterator[str]:
    """Yield the files that the worker has open."""
    for descriptor in Path(f"/proc/{worker.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(descriptor.readlink())


def nothing_is_left(tmp_path: Path, worker: RunningWorker) -> bool:
    """Tell whether no sound lies anywhere, nor is held open without a name."""
    nameless = [each for each in held_open(worker) if each.endswith("(deleted)")]
    received = list((tmp_path / "media/bot-0/received").iterdir())
    state = [each.name for each in (tmp_path / "state").iterdir()]
    temporary = [name for name in state if name.startswith("tmp")]
    return not any(str(tmp_path) in each for each in nameless) and not (
        received or temporary
    )


async def test_what_is_really_said_is_typed_by_a_button(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    said = spoken(tmp_path, "show some logs")
    async with hearing_worker(sandbox, tmp_path) as (worker, anna, server):
        server.hear = recognised
        await open_terminal(anna)
        await anna.upload("audio", "said.wav", said, mime="audio/x-wav", duration=2)
        shown = await anna.wait_for(lambda m: m.buttons == BUTTONS)
        assert shown.text in ("show some logs", "show some the logs")
        assert shown.entities[0]["type"] == "code"
        assert server.sounds == [said]
        await anna.press(shown, "📨 Send")
        await anna.wait_for(lambda m: is_screen(m) and "show some" in m.text)
        await anna.wait_for(
            lambda m: m.id == shown.id and not m.buttons, after=shown.cursor
        )
        assert nothing_is_left(tmp_path, worker)
        assert KEY not in worker.text
        assert server.url not in worker.text


async def test_every_kind_and_every_button(sandbox: Sandbox, tmp_path: Path) -> None:
    async with hearing_worker(sandbox, tmp_path) as (worker, anna, server):
        server.hear = lambda sound: f"*heard* `{len(sound)}` _bytes_ <b>"
        kinds = {
            "voice": ("voice.ogg", "audio/ogg", "sound.ogg"),
            "audio": ("song.m4a", "audio/mpeg", "sound.m4a"),
            "video_note": ("note.mp4", "video/mp4", "sound.mp4"),
        }
        for size, (kind, (name, mime, sent_as)) in enumerate(kinds.items(), 10):
            await anna.upload(kind, name, b"x" * size, mime=mime, duration=1)
            shown = await anna.wait_for(lambda m: m.buttons == BUTTONS)
            assert shown.text == f"*heard* `{size}` _bytes_ <b>"
            assert server.fields[-1]["file"] == sent_as
        pressed = await anna.press(shown, "📨 Send")
        assert "No terminal" in (await anna.answer(pressed))["text"]
        await anna.press(shown, "✏️ Edit")
        await told(anna, "*heard*", "what you send is typed")
        pressed = await anna.press_data(
            shown.id, shown.button("📨 Send")["callback_data"]
        )
        assert (await anna.answer(pressed))["text"]
        await anna.upload("voice", "voice.ogg", b"y", mime="audio/ogg", duration=1)
        last = await anna.wait_for(lambda m: m.buttons == BUTTONS)
        await anna.press(last, "🗑 Discard")
        gone = await anna.wait_event(
            lambda e: e["type"] == "delete" and e.get("message_id") == last.id
        )
        assert gone
        assert nothing_is_left(tmp_path, worker)


async def test_what_is_said_first_is_typed_first(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    mode = {"AUDIO_TRANSCRIPTION_DEFAULT_MODE": "prompt"}
    async with hearing_worker(sandbox, tmp_path, **mode) as (_, anna, server):
        server.hear = lambda sound: f"echo n{len(sound)}-$((1 + 1))"
        # The first takes the longest.
        server.pause_s = lambda sound: 0.5 if len(sound) == 1 else 0.0
        await open_terminal(anna)
        for size in (1, 2, 3):
            data = b"x" * size
            await anna.upload("voice", "v.ogg", data, mime="audio/ogg", duration=1)
        screen = await anna.wait_for(lambda m: is_screen(m) and "\nn3-2" in m.text)
        places = [screen.text.index(f"\nn{size}-2") for size in (1, 2, 3)]
        assert places == sorted(places)


async def test_the_mode_is_kept_and_typing_is_careful(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with hearing_worker(sandbox, tmp_path) as (worker, anna, server):
        server.hear = lambda _: "echo said-$((1 + 2))"
        await anna.say(f"/audiomode@{await bot_username(sandbox)} prompt")
        await told(anna, "Audio mode: prompt")
        # Without a terminal it is shown.
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await anna.wait_for(lambda m: m.buttons == BUTTONS)
        await open_terminal(anna)
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await anna.wait_for(lambda m: is_screen(m) and "said-3" in m.text)
        assert await worker.stop() == 0
    async with hearing_worker(sandbox, tmp_path) as (_, anna, server):
        server.hear = lambda _: "echo said-$((2 + 2))"
        await open_terminal(anna)
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await anna.wait_for(lambda m: is_screen(m) and "said-4" in m.text)
        await anna.say("/audiomode")
        await told(anna, "Audio mode: copy")
        await anna.say("/audiomode loud")
        await told(anna, "/audiomode [copy|prompt]")


async def test_failures_are_told_apart_and_leave_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    limit = {"STT_MAX_SECONDS": "60"}
    async with hearing_worker(sandbox, tmp_path, **limit) as (worker, anna, server):
        answers = {
            (401, f"wrong key {KEY}", ""): "does not accept the key",
            (429, "too poor", "insufficient_quota"): "is used up",
            (400, "Invalid file format.", ""): "cannot read this kind of sound",
            (413, "too large", ""): "too large",
        }
        for (status, message, code), words in answers.items():
            server.failure = (status, {"error": {"message": message, "code": code}})
            await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
            assert KEY not in (await told(anna, "Not transcribed", words)).text
        server.failure = None
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=61)
        await told(anna, "61 s; the limit is 60 s", "saved, not transcribed")
        await anna.upload("audio", "x.xyz", b"x", mime="audio/xyz", duration=1)
        await told(anna, "it reads flac")
        await sandbox.client().fault("500", bot_id=BOT, method="getFile", count=9)
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await anna.wait_for(lambda m: "Not transcribed" in m.text, timeout=25)
        server.hear = lambda _: ""
        await sandbox.client().clear_faults()
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await told(anna, "Nothing that was said")
        assert nothing_is_left(tmp_path, worker)
        assert KEY not in worker.text


async def test_a_long_transcript_comes_in_pages(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    words = " ".join(f"word{number}" for number in range(1_000))
    async with hearing_worker(sandbox, tmp_path) as (_, anna, server):
        server.hear = lambda _: words
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await anna.wait_for(lambda m: m.buttons == BUTTONS)
        pages = [m.text for m in await anna.messages() if m.text.startswith("word")]
        assert len(pages) == 3
        assert " ".join(pages) == words


async def test_a_strangers_voice_is_not_even_fetched(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with hearing_worker(sandbox, tmp_path) as (worker, _, server):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        await ben.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await told(ben, "may not use this bot")
        await worker.frame(wire.Event, lambda event: event.kind == "unauthorized")
        assert server.sounds == []
        assert await sandbox.client().calls(BOT, "getFile") == 0


async def test_without_a_service_voice_messages_are_saved(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
        await told(anna, "Saved")
        await anna.say("/audiomode")
        await told(anna, "Audio mode: prompt", "Nobody transcribes here")


async def test_gemini(sandbox: Sandbox, tmp_path: Path) -> None:
    async with speech_server() as server:
        settings = {
            "STT_API_KEY": "AIza-key-0001",
            "STT_PROVIDER": "gemini",
            "STT_BASE_URL": server.url,
        }
        async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
            await anna.upload("voice", "voice.ogg", b"x", mime="audio/ogg", duration=1)
            shown = await anna.wait_for(lambda m: m.buttons == BUTTONS)
            assert shown.text == "run all the tests"
            assert server.fields[0]["model"] == "gemini-2.5-flash"
