"""What the bot says about voice messages (pure)."""

from coderbot.worker.speech.errors import FormatError, TooLargeError
from coderbot.worker.speech.port import Transcriber
from coderbot.worker.speech.sounds import SoundFormat
from coderbot.worker.telegram.filetexts import mib
from coderbot.worker.telegram.voice import Voice

TRANSCRIBING = "🎙 Transcribing…"
NOTHING_SAID = "Nothing that was said could be understood."
COPY_AND_CHANGE = "Touch it to copy it, change it, and send it: what you send is typed."
DISCARDED = "Discarded."
SENT = "Typed into the terminal."
NOT_SET_UP = (
    "\n\nNobody transcribes here: TTS_API_KEY, STT_BASE_URL or STT_PROVIDER=local in "
    "the settings changes that. Voice messages are saved as files."
)
_AS_FILE = "Sent as a file it is saved, not transcribed."


def checked(
    voice: Voice, transcriber: Transcriber, max_bytes: int, max_s: int
) -> SoundFormat:
    """Return the format of a sound that can be transcribed.

    Raises:
        SpeechError: When it is too large, too long, or of the wrong kind.
    """
    if voice.duration_s > max_s:
        raise TooLargeError(
            f"It lasts {voice.duration_s:.0f} s; the limit is {max_s} s "
            "(STT_MAX_SECONDS).",
            _AS_FILE,
        )
    if voice.size_bytes > max_bytes:
        raise TooLargeError(
            f"It has {mib(voice.size_bytes)}; {transcriber.name} gets at most "
            f"{mib(max_bytes)}.",
            _AS_FILE,
        )
    if voice.format is None or voice.format.extension not in transcriber.extensions:
        known = ", ".join(sorted(transcriber.extensions))
        raise FormatError(
            f"{transcriber.name} cannot read this kind of sound; it reads {known}.",
            _AS_FILE,
        )
    return voice.format


def not_transcribed(why: str) -> str:
    """Return why a voice message was not transcribed."""
    return f"Not transcribed. {why}"


def typed(text: str) -> str:
    """Return the word that a transcript was typed."""
    return f"🎙 {text}"


def mode(name: str, is_set_up: bool) -> str:
    """Return what happens to transcripts."""
    what = {
        "copy": "What you say is shown, with buttons to send, edit or discard it.",
        "prompt": "What you say is typed into the terminal that is in use.",
    }[name]
    return f"Audio mode: {name}. {what}{'' if is_set_up else NOT_SET_UP}"
