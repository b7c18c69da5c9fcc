"""Speech to text by Google Gemini.

Its REST interface is spoken here directly: Google's own library wants websockets 13
or newer, which cannot be installed beside pyppeteer.
"""

import asyncio
import base64
from typing import Any, BinaryIO

from coderbot.redact import Secret
from coderbot.worker.speech.errors import ServiceError
from coderbot.worker.speech.failures import refused, unreachable
from coderbot.worker.speech.port import Sound

DEFAULT_URL = "https://generativelanguage.googleapis.com"
DEFAULT_MODEL = "gemini-2.5-flash"

_TIMEOUT_S = 180.0
_EXTENSIONS = frozenset(
    {"aac", "aiff", "flac", "m4a", "mp3", "mp4", "ogg", "wav", "webm"}
)
_TASK = (
    "Write down what is said in this recording, in the language that is spoken. "
    "Answer with these words alone. If nothing is said, answer with nothing."
)


class GeminiTranscriber:
    """Asks `generateContent` with the sound as part of the request.

    Args:
        key: Of the account.
        base_url: Address of the service; None: Google.
        model: Name of the model; empty: `gemini-2.5-flash`.
        language: Two letters; empty: the service finds out.
    """

    name = "Gemini"
    # A request may have 20 MB, and Base64 makes four bytes of three.
    max_bytes = 14 << 20
    extensions = _EXTENSIONS

    def __init__(
        self, key: Secret, base_url: str | None, model: str, language: str
    ) -> None:
        self._key = key
        self._model = model or DEFAULT_MODEL
        self._address = (
            f"{base_url or DEFAULT_URL}/v1beta/models/{self._model}:generateContent"
        )
        self._task = f"{_TASK} The language is {language}." if language else _TASK

    async def transcribe(self, sound: Sound) -> str:
        """Return what is said; empty when nothing is.

        Raises:
            SpeechError: When that fails.
        """
        # An idle worker has it loaded, but a test of this module has not.
        import httpx

        body = await asyncio.to_thread(self._body, sound)
        headers = {"x-goog-api-key": self._key.reveal()}
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                answer = await client.post(self._address, json=body, headers=headers)
        except httpx.HTTPError as error:
            failure = unreachable(self.name, type(error).__name__)
        else:
            return self._text_of(answer.status_code, _json_of(answer))
        # Outside of the handler: the library's error holds the request and its key.
        raise failure

    def _body(self, sound: Sound) -> dict[str, Any]:
        data = {
            "mime_type": sound.format.mime_type,
            "data": _base64(sound.content),
        }
        parts = [{"text": self._task}, {"inline_data": data}]
        return {
            "contents": [{"role": "user", "parts": parts}],
            "generationConfig": {"temperature": 0},
        }

    def _text_of(self, status: int, answer: Any) -> str:
        """Return the text of an answer.

        Raises:
            SpeechError: When there is none.
        """
        if status != 200:
            code, words = _error_of(answer)
            raise refused(
                self.name, status, code, words.replace(self._key.reveal(), "…")
            )
        try:
            candidate = answer["candidates"][0]
            parts = candidate.get("content", {}).get("parts", [])
            return "".join(part.get("text", "") for part in parts).strip()
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise ServiceError(
                f"{self.name} answered something else than a text."
            ) from error


def _base64(content: BinaryIO) -> str:
    return base64.b64encode(content.read()).decode()


def _json_of(answer: Any) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _error_of(answer: Any) -> tuple[str, str]:
    """Return the service's names of an error, and its words."""
    try:
        error = answer["error"]
        details = str(error.get("details", ""))
        return f"{error.get('status', '')} {details}", str(error.get("message", ""))
    except (KeyError, TypeError, AttributeError):
        return "", "nothing that could be read"
