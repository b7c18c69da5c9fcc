"""What is said in a message (pure)."""

from dataclasses import dataclass

from telegram import Message

from coderbot.botprocess.telegram.gate import is_secondhand
from coderbot.worker.speech.sounds import SoundFormat, format_of


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice message, a piece of audio or a video note."""

    file_id: str
    size_bytes: int
    """As Telegram says; 0 when it does not."""
    duration_s: float
    format: SoundFormat | None
    """None: of no kind that is known."""
    may_be_typed: bool
    """It may be typed without a further word of its user: it is new, and their own."""


def voice_of(message: Message, is_late: bool) -> Voice | None:
    """Return what is said in a message; None when it is of another kind.

    Args:
        message: From a user.
        is_late: It came while the bot was cut off.
    """
    sound = message.voice or message.audio or message.video_note
    if sound is None:
        return None
    duration = sound.duration
    return Voice(
        sound.file_id,
        sound.file_size or 0,
        duration if isinstance(duration, int) else duration.total_seconds(),
        _format(message),
        not is_late and not is_secondhand(message),
    )


def _format(message: Message) -> SoundFormat | None:
    if message.audio:
        return format_of(message.audio.file_name or "", message.audio.mime_type)
    # Telegram makes all voice messages, and all video notes, alike.
    return SoundFormat("ogg" if message.voice else "mp4")
