"""A local server that speaks the interfaces of speech-to-text services."""

import array
import asyncio
import base64
import io
import shutil
import subprocess
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

KEY = "sk-speech-key-0001"

_RATE = 16_000
_GRAMMAR = (
    "#JSGF V1.0; grammar orders; public <order> = "
    "(run | stop | show) (all | some) [the] (tests | files | logs);"
)


@dataclass
class SpeechServer:
    """What a test sees of the server."""

    url: str
    hear: Callable[[bytes], str] = lambda _: "run all the tests"
    """From the bytes of a sound to what is said in it."""
    pause_s: Callable[[bytes], float] = lambda _: 0.0
    """How long it takes to hear a sound, in seconds."""
    failure: tuple[int, Any] | None = None
    """Status and body to answer with instead."""
    sounds: list[bytes] = field(default_factory=list)
    fields: list[dict[str, str]] = field(default_factory=list)
    """What came beside each sound, with the names and types of files."""


@asynccontextmanager
async def speech_server() -> AsyncIterator[SpeechServer]:
    """Serve both interfaces on a free port of loopback."""
    app = web.Application(client_max_size=64 << 20)
    runner = web.AppRunner(app)
    server = SpeechServer("")
    app.router.add_post("/v1/audio/transcriptions", partial(_openai, server))
    app.router.add_post(
        "/v1beta/models/{model}:generateContent", partial(_gemini, server)
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


async def _openai(server: SpeechServer, request: web.Request) -> web.Response:
    form = await request.post()
    file = form["file"]
    assert isinstance(file, web.FileField)
    told = {name: str(value) for name, value in form.items() if name != "file"}
    told |= {"file": file.filename, "type": file.content_type}
    told["key"] = request.headers["Authorization"]
    sound = file.file.read()
    await asyncio.sleep(server.pause_s(sound))
    return _answer(server, sound, told, lambda text: {"text": text})


async def _gemini(server: SpeechServer, request: web.Request) -> web.Response:
    task, sound = (await request.json())["contents"][0]["parts"]
    data = sound["inline_data"]
    told = {"task": task["text"], "type": data["mime_type"]}
    told |= {"key": request.headers["x-goog-api-key"], **request.match_info}

    def shape(text: str) -> dict[str, Any]:
        return {"candidates": [{"content": {"parts": [{"text": text}]}}]}

    return _answer(server, base64.b64decode(data["data"]), told, shape)


def _answer(
    server: SpeechServer,
    sound: bytes,
    told: dict[str, str],
    shape: Callable[[str], dict[str, Any]],
) -> web.Response:
    server.sounds.append(sound)
    server.fields.append(told)
    if server.failure is not None:
        status, body = server.failure
        return web.json_response(body, status=status)
    return web.json_response(shape(server.hear(sound)))


def spoken(directory: Path, words: str) -> bytes:
    """Return a WAV file in which a machine speaks; skips when there is no espeak-ng."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    path = directory / "spoken.wav"
    command = [program, "-v", "en-us", "-s", "120", "-w", str(path), words]
    subprocess.run(command, check=True)
    return path.read_bytes()


def recognised(sound: bytes) -> str:
    """Return what a recogniser with a small grammar hears in a WAV file."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=_RATE, lm=None, loglevel="FATAL")
    decoder.add_jsgf_string("orders", _GRAMMAR)
    decoder.activate_search("orders")
    decoder.start_utt()
    decoder.process_raw(_resampled(sound), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return str(heard.hypstr) if heard else ""


def _resampled(sound: bytes) -> bytes:
    """Return the samples of a WAV file with one channel at the recogniser's rate."""
    with wave.open(io.BytesIO(sound)) as file:
        rate = file.getframerate()
        samples = array.array("h", file.readframes(file.getnframes()))
    count = len(samples) * _RATE // rate
    return array.array(
        "h", (samples[i * rate // _RATE] for i in range(count))
    ).tobytes()
