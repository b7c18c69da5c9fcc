"""Speech-to-text services, spoken to over real sockets."""

import io
import socket
import sys
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

from coderbot.redact import Secret
from coderbot.worker.speech.errors import (
    FormatError,
    KeyRefusedError,
    NetworkError,
    NotInstalledError,
    QuotaError,
    ServiceError,
    SpeechError,
    TooLargeError,
    TooManyRequestsError,
)
from coderbot.worker.speech.gemini import GeminiTranscriber
from coderbot.worker.speech.local import LocalTranscriber
from coderbot.worker.speech.openai import OpenAITranscriber
from coderbot.worker.speech.port import Sound, Transcriber
from coderbot.worker.speech.sounds import SoundFormat
from tests.fakes.speech import KEY, SpeechServer, speech_server

GEMINI_KEY = "AIza-speech-key-0001"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[SpeechServer]:
    async with speech_server() as running:
        yield running


def openai(server: SpeechServer, model: str = "", language: str = "") -> Transcriber:
    return OpenAITranscriber(Secret(KEY), f"{server.url}/v1", model, language)


def gemini(server: SpeechServer, model: str = "", language: str = "") -> Transcriber:
    return GeminiTranscriber(Secret(GEMINI_KEY), server.url, model, language)


def sound(extension: str = "ogg") -> Sound:
    return Sound(io.BytesIO(b"OggS some sound"), SoundFormat(extension))


async def test_openai_gets_the_sound_under_a_name_it_knows(
    server: SpeechServer,
) -> None:
    assert await openai(server).transcribe(sound()) == "run all the tests"
    assert server.sounds == [b"OggS some sound"]
    (told,) = server.fields
    assert told["file"] == "sound.ogg"
    assert told["type"] == "audio/ogg"
    assert told["model"] == "whisper-1"
    assert told["key"] == f"Bearer {KEY}"
    assert "language" not in told
    await openai(server, "whisper-large", "de").transcribe(sound("m4a"))
    assert server.fields[1]["model"] == "whisper-large"
    assert server.fields[1]["language"] == "de"
    assert server.fields[1]["type"] == "audio/mp4"


async def test_a_server_that_wants_no_key_gets_none(server: SpeechServer) -> None:
    keyless = OpenAITranscriber(None, f"{server.url}/v1", "", "")
    assert await keyless.transcribe(sound()) == "run all the tests"
    assert server.fields[0]["key"] == "Bearer none"


async def test_gemini_gets_the_sound_in_the_request(server: SpeechServer) -> None:
    assert await gemini(server).transcribe(sound()) == "run all the tests"
    assert server.sounds == [b"OggS some sound"]
    (told,) = server.fields
    assert told["type"] == "audio/ogg"
    assert told["model"] == "gemini-2.5-flash"
    assert told["key"] == GEMINI_KEY
    await gemini(server, "gemini-x", "fr").transcribe(sound("wav"))
    assert server.fields[1]["model"] == "gemini-x"
    assert "fr" in server.fields[1]["task"]


@pytest.mark.parametrize("service", [openai, gemini])
async def test_silence_is_an_empty_text(server: SpeechServer, service: Any) -> None:
    server.hear = lambda _: "  \n"
    assert await service(server).transcribe(sound()) == ""


def told(message: str, code: str = "", details: str = "") -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "details": details}}


def google(message: str, status: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"message": message, "status": status, "details": list(details)}}


PER_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}
PER_MINUTE = {"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}]}


@pytest.mark.parametrize(
    ("service", "status", "body", "kind"),
    [
        (openai, 401, told(f"Incorrect API key: {KEY}"), KeyRefusedError),
        (openai, 403, told("no access"), KeyRefusedError),
        # Retried by the library would be a minute of waiting: it says not to.
        (openai, 429, told("too poor", "insufficient_quota"), QuotaError),
        (openai, 429, told("Rate limit reached"), TooManyRequestsError),
        (openai, 400, told("Invalid file format. Supported: flac"), FormatError),
        (openai, 400, told("Audio could not be decoded"), FormatError),
        (openai, 413, told("Maximum content size limit"), TooLargeError),
        (openai, 404, told("The model `x` does not exist"), ServiceError),
        (openai, 400, told("something else"), ServiceError),
        (openai, 500, told("oops"), ServiceError),
        (
            gemini,
            400,
            google("bad", "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"}),
            KeyRefusedError,
        ),
        (gemini, 403, google("no", "PERMISSION_DENIED"), KeyRefusedError),
        (gemini, 429, google("quota", "RESOURCE_EXHAUSTED", PER_DAY), QuotaError),
        (
            gemini,
            429,
            google("quota", "RESOURCE_EXHAUSTED", PER_MINUTE),
            TooManyRequestsError,
        ),
        (
            gemini,
            400,
            google("Unsupported MIME type", "INVALID_ARGUMENT"),
            FormatError,
        ),
        (
            gemini,
            400,
            google("Request payload size exceeds the limit", "INVALID_ARGUMENT"),
            TooLargeError,
        ),
        (gemini, 404, google("no model", "NOT_FOUND"), ServiceError),
        (gemini, 503, google("overloaded", "UNAVAILABLE"), ServiceError),
        (gemini, 500, ["nonsense"], ServiceError),
        (gemini, 200, {"promptFeedback": {"blockReason": "OTHER"}}, ServiceError),
    ],
)
async def test_failures_are_told_apart(
    server: SpeechServer,
    service: Any,
    status: int,
    body: Any,
    kind: type[SpeechError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coderbot.worker.speech.openai._RETRIES", 0)
    server.failure = (status, body)
    with pytest.raises(SpeechError) as caught:
        await service(server).transcribe(sound())
    assert type(caught.value) is kind
    seen = f"{caught.value!s} {caught.value!r} {caught.value.__context__!r}"
    assert KEY not in seen
    assert GEMINI_KEY not in seen


async def test_who_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coderbot.worker.speech.openai._RETRIES", 0)
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        nobody = SpeechServer(f"http://127.0.0.1:{unheard.getsockname()[1]}")
        for service in (openai(nobody), gemini(nobody)):
            with pytest.raises(NetworkError, match="cannot be reached"):
                await service.transcribe(sound())


async def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    speaker = OpenAITranscriber(Secret(KEY), None, "", "")
    with pytest.raises(NotInstalledError, match=r"coderbot\[speech\]"):
        await speaker.transcribe(sound())
    with pytest.raises(NotInstalledError, match=r"coderbot\[local-speech\]"):
        await LocalTranscriber("", "").transcribe(sound())


class Model:
    """Plays the model of faster-whisper."""

    made: list[str] = []  # noqa: RUF012

    def __init__(self, name: str, **_: object) -> None:
        self.made.append(name)
        if name == "none":
            raise RuntimeError("no such model")

    def transcribe(self, content: io.BytesIO, language: str | None) -> Any:
        if not content.read():
            raise ValueError("no audio")
        words = [SimpleNamespace(text=" run all"), SimpleNamespace(text=f" {language}")]
        return iter(words), None


async def test_a_local_model_is_loaded_once_with_the_first_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = SimpleNamespace(WhisperModel=Model)
    monkeypatch.setitem(sys.modules, "faster_whisper", library)
    Model.made.clear()
    local = LocalTranscriber("", "en")
    assert Model.made == []
    for _ in range(2):
        assert await local.transcribe(sound()) == "run all en"
    assert Model.made == ["small"]
    with pytest.raises(FormatError):
        await local.transcribe(Sound(io.BytesIO(), SoundFormat("ogg")))
    with pytest.raises(ServiceError, match="none"):
        await LocalTranscriber("none", "").transcribe(sound())
