"""Which service turns speech into text, by the settings."""

from coderbot.config.settings import Settings
from coderbot.worker.speech.gemini import GeminiTranscriber
from coderbot.worker.speech.local import LocalTranscriber
from coderbot.worker.speech.openai import OpenAITranscriber
from coderbot.worker.speech.port import Transcriber

_OPENAI_SIGN = "sk-"
"""What keys of OpenAI begin with."""


def transcriber_for(settings: Settings) -> Transcriber | None:
    """Return what turns speech into text; None when nothing is set up for that."""
    provider = provider_of(settings)
    key, url = settings.speech_key, settings.stt_base_url
    model, language = settings.stt_model, settings.stt_language
    if provider == "local":
        return LocalTranscriber(model, language)
    if provider == "openai" and (key or url):
        return OpenAITranscriber(key, url, model, language)
    if provider == "gemini" and key:
        return GeminiTranscriber(key, url, model, language)
    return None


def provider_of(settings: Settings) -> str:
    """Return the name of the provider, `off` when there is none (pure).

    Unless it is named, an address of its own means the interface of OpenAI, which
    others speak as well; without one the key tells whose it is.
    """
    if settings.stt_provider != "auto":
        return settings.stt_provider
    if settings.stt_base_url:
        return "openai"
    key = settings.speech_key
    if key is None:
        return "off"
    return "openai" if key.reveal().startswith(_OPENAI_SIGN) else "gemini"
