"""Which service is asked, and which sounds it may get."""

from typing import Any

import pytest

from coderbot.config.settings import Settings
from coderbot.redact import Secret
from coderbot.worker.speech.choice import provider_of, transcriber_for
from coderbot.worker.speech.sounds import SoundFormat, format_of


@pytest.mark.parametrize(
    ("values", "provider", "name"),
    [
        ({}, "off", None),
        ({"tts_api_key": Secret("sk-1")}, "openai", "OpenAI"),
        ({"tts_api_key": Secret("AIza")}, "gemini", "Gemini"),
        # The proper name wins.
        (
            {"tts_api_key": Secret("AIza"), "stt_api_key": Secret("sk-1")},
            "openai",
            "OpenAI",
        ),
        ({"stt_base_url": "http://own/v1"}, "openai", "http://own/v1"),
        (
            {"stt_base_url": "http://own/v1", "tts_api_key": Secret("AIza")},
            "openai",
            "http://own/v1",
        ),
        (
            {
                "stt_provider": "gemini",
                "stt_base_url": "http://own",
                "tts_api_key": Secret("sk-1"),
            },
            "gemini",
            "Gemini",
        ),
        ({"stt_provider": "local"}, "local", "faster-whisper"),
        ({"stt_provider": "off", "tts_api_key": Secret("sk-1")}, "off", None),
        ({"stt_provider": "openai"}, "openai", None),
        ({"stt_provider": "gemini"}, "gemini", None),
    ],
)
def test_provider(values: dict[str, Any], provider: str, name: str | None) -> None:
    settings = Settings(**values)
    assert provider_of(settings) == provider
    transcriber = transcriber_for(settings)
    assert (transcriber.name if transcriber else None) == name


@pytest.mark.parametrize(
    ("name", "mime", "extension"),
    [
        ("voice.oga", "audio/ogg", "ogg"),
        ("voice.opus", None, "ogg"),
        ("a.MP3", "audio/mpeg", "mp3"),
        ("song.m4a", "audio/mpeg", "m4a"),
        ("", "audio/x-m4a", "m4a"),
        ("", "audio/mp4", "m4a"),
        ("", "audio/aac", "aac"),
        ("talk.flac", "audio/x-flac", "flac"),
        ("talk", "audio/x-wav", "wav"),
        ("x.webm", "audio/webm; codecs=opus", "webm"),
        ("note.mp4", "video/mp4", "mp4"),
        ("what.xyz", "application/octet-stream", None),
        ("", None, None),
        ("mp3", None, None),
    ],
)
def test_format(name: str, mime: str | None, extension: str | None) -> None:
    assert format_of(name, mime) == (SoundFormat(extension) if extension else None)
