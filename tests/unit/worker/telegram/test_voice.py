"""Which messages are voices, and which of them may be typed."""

import datetime as dtm
from typing import Any

from telegram import Audio, Chat, Message, MessageOriginHiddenUser, User
from telegram import Voice as TelegramVoice

from coderbot.worker.speech.sounds import SoundFormat
from coderbot.worker.telegram.voice import voice_of

NOW = dtm.datetime.now(dtm.UTC)
VOICE = TelegramVoice("id", "unique", 7, "audio/ogg", 1_000)


def message(**more: Any) -> Message:
    return Message(
        1, NOW, Chat(1001, "private"), from_user=User(1001, "Anna", False), **more
    )


def test_a_voice_message() -> None:
    voice = voice_of(message(voice=VOICE), is_late=False)
    assert voice is not None
    assert (voice.duration_s, voice.size_bytes) == (7, 1_000)
    assert voice.format == SoundFormat("ogg")
    assert voice.may_be_typed


def test_what_others_said_or_what_is_old_is_not_typed() -> None:
    theirs = message(voice=VOICE, forward_origin=MessageOriginHiddenUser(NOW, "Eve"))
    for voice in (
        voice_of(theirs, is_late=False),
        voice_of(message(voice=VOICE), True),
    ):
        assert voice is not None
        assert not voice.may_be_typed


def test_other_messages_are_none() -> None:
    assert voice_of(message(text="hello"), is_late=False) is None


def test_audio_of_an_unknown_kind() -> None:
    audio = Audio("id", "unique", 7, mime_type="audio/xyz", file_name="a.xyz")
    voice = voice_of(message(audio=audio), is_late=False)
    assert voice is not None
    assert voice.format is None
