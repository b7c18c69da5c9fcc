"""Speech to text on this machine, by faster-whisper."""

import asyncio
import importlib
import threading
from typing import Any

from coderbot.worker.speech.errors import FormatError, NotInstalledError, ServiceError
from coderbot.worker.speech.port import Sound

DEFAULT_MODEL = "small"

_EXTENSIONS = frozenset(
    {"aac", "aiff", "flac", "m4a", "mp3", "mp4", "ogg", "wav", "webm"}
)


class LocalTranscriber:
    """Runs a model in a thread, one sound at a time; loaded with the first one.

    Args:
        model: Name or directory of the model; empty: `small`. One that is not there
            is downloaded by the library.
        language: Two letters; empty: the model finds out.
    """

    name = "faster-whisper"
    max_bytes = 2 << 30
    extensions = _EXTENSIONS

    def __init__(self, model: str, language: str) -> None:
        self._model_name = model or DEFAULT_MODEL
        self._language = language or None
        self._model: Any = None
        self._turn = threading.Lock()

    async def transcribe(self, sound: Sound) -> str:
        """Return what is said; empty when nothing is.

        Raises:
            SpeechError: When that fails.
        """
        return await asyncio.to_thread(self._transcribe, sound)

    def _transcribe(self, sound: Sound) -> str:
        with self._turn:
            model = self._loaded()
            try:
                segments, _ = model.transcribe(sound.content, language=self._language)
                return " ".join(segment.text.strip() for segment in segments).strip()
            except (ValueError, OSError, LookupError) as error:
                # What PyAV raises for a file that it cannot read, or without sound.
                raise FormatError(
                    f"{self.name} cannot read this sound: {type(error).__name__}."
                ) from error

    def _loaded(self) -> Any:
        """Return the model.

        Raises:
            SpeechError: When the library or the model is not there.
        """
        if self._model is None:
            try:
                library = importlib.import_module("faster_whisper")
            except ImportError as error:
                raise NotInstalledError(
                    "The library for speech on this machine is not installed.",
                    "pip install 'coderbot[local-speech]'",
                ) from error
            try:
                self._model = library.WhisperModel(
                    self._model_name, device="auto", compute_type="default"
                )
            except Exception as error:
                # Its downloader and its engine raise errors of many libraries.
                raise ServiceError(
                    f"The model {self._model_name} cannot be loaded: "
                    f"{type(error).__name__}.",
                    "STT_MODEL names a model of faster-whisper, or its directory.",
                ) from error
        return self._model
