"""Speech to text by OpenAI, and by every service that speaks the same."""

import asyncio
import importlib
from typing import Any

from coderbot.redact import Secret
from coderbot.worker.speech.errors import NotInstalledError, ServiceError, SpeechError
from coderbot.worker.speech.failures import refused, unreachable
from coderbot.worker.speech.port import Sound

DEFAULT_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "whisper-1"

_TIMEOUT_S = 180.0
_RETRIES = 2
_EXTENSIONS = frozenset({"flac", "m4a", "mp3", "mp4", "ogg", "wav", "webm"})


class OpenAITranscriber:
    """Asks `/audio/transcriptions` by the service's own library.

    Args:
        key: Of the account; None for a server that wants none.
        base_url: Address of the service; None: OpenAI.
        model: Name of the model; empty: `whisper-1`.
        language: Two letters; empty: the service finds out.
    """

    max_bytes = 25 << 20
    extensions = _EXTENSIONS

    def __init__(
        self, key: Secret | None, base_url: str | None, model: str, language: str
    ) -> None:
        self._key = key
        self._base_url = base_url or DEFAULT_URL
        self._model = model or DEFAULT_MODEL
        self._language = language
        self.name = "OpenAI" if base_url is None else self._base_url

    async def transcribe(self, sound: Sound) -> str:
        """Return what is said; empty when nothing is.

        Raises:
            SpeechError: When that fails.
        """
        # It takes a second and 50 MB.
        library = await asyncio.to_thread(_library)
        failure: SpeechError
        try:
            return await self._ask(library, sound)
        except library.APIConnectionError as error:
            failure = unreachable(self.name, type(error.__cause__ or error).__name__)
        except library.APIStatusError as error:
            failure = refused(
                self.name, error.status_code, str(error.code), self._clean(error)
            )
        except library.OpenAIError as error:
            failure = ServiceError(f"{self.name} failed: {type(error).__name__}.")
        # Outside of the handler: the library's error holds the request and its key.
        raise failure

    async def _ask(self, library: Any, sound: Sound) -> str:
        name = f"sound.{sound.format.extension}"
        key = self._key.reveal() if self._key else "none"
        async with library.AsyncOpenAI(
            api_key=key,
            base_url=self._base_url,
            timeout=_TIMEOUT_S,
            max_retries=_RETRIES,
        ) as client:
            answer = await client.audio.transcriptions.create(
                file=(name, sound.content, sound.format.mime_type),
                model=self._model,
                **({"language": self._language} if self._language else {}),
            )
        text = getattr(answer, "text", answer)
        if not isinstance(text, str):
            raise ServiceError(f"{self.name} answered something else than a text.")
        return text.strip()

    def _clean(self, error: Any) -> str:
        words = str(error.message)
        return words.replace(self._key.reveal(), "…") if self._key else words


def _library() -> Any:
    try:
        return importlib.import_module("openai")
    except ImportError as error:
        raise NotInstalledError(
            "The library for this speech service is not installed.",
            "pip install 'coderbot[speech]'",
        ) from error
