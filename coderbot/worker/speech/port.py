"""What is asked of whoever turns speech into text."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from coderbot.worker.speech.sounds import SoundFormat


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that was said."""

    content: BinaryIO
    """Open at its beginning."""
    format: SoundFormat


class Transcriber(Protocol):
    """Turns speech into text."""

    @property
    def name(self) -> str:
        """Of the service, for people."""

    @property
    def extensions(self) -> frozenset[str]:
        """Formats that it reads."""

    @property
    def max_bytes(self) -> int:
        """Largest sound that it takes, in bytes."""

    async def transcribe(self, sound: Sound) -> str:
        """Return what is said; empty when nothing is.

        Raises:
            SpeechError: When that fails; tells why, and what to do about it.
        """
