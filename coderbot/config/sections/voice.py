"""How voice messages become text."""

from dataclasses import dataclass
from functools import partial

from coderbot.config import parsers
from coderbot.config.variable import setting
from coderbot.redact import Secret

_voice = partial(setting, "Voice")


@dataclass(frozen=True, kw_only=True)
class VoiceSettings:
    """The section Voice."""

    tts_api_key: Secret | None = _voice(
        "TTS_API_KEY",
        None,
        parsers.secret,
        "Key of the speech-to-text service; empty turns transcription off.",
        unit="key",
        secret=True,
    )
    stt_api_key: Secret | None = _voice(
        "STT_API_KEY",
        None,
        parsers.secret,
        "The same under its proper name; wins over TTS_API_KEY.",
        unit="key",
        secret=True,
    )
    stt_provider: str = _voice(
        "STT_PROVIDER",
        "auto",
        parsers.choice("auto", "openai", "gemini", "local", "off"),
        "Who transcribes; auto: OpenAI for a key that begins with sk-, else Gemini.",
        unit="auto/openai/gemini/local/off",
    )
    stt_base_url: str | None = _voice(
        "STT_BASE_URL",
        None,
        parsers.url,
        "Address of a service that speaks like OpenAI's; default: the provider's own.",
        unit="address",
    )
    stt_model: str = _voice(
        "STT_MODEL",
        "",
        parsers.text,
        "Model; default: whisper-1, gemini-2.5-flash, or small on this machine.",
        unit="name",
    )
    stt_language: str = _voice(
        "STT_LANGUAGE",
        "",
        parsers.text,
        "Language that is spoken, in two letters; default: found out.",
        unit="name",
    )
    stt_max_seconds: int = _voice(
        "STT_MAX_SECONDS",
        1_200,
        parsers.integer(1, 86_400),
        "Longest recording that is transcribed.",
        unit="s",
    )
    audio_mode: str = _voice(
        "AUDIO_TRANSCRIPTION_DEFAULT_MODE",
        "copy",
        parsers.choice("copy", "prompt"),
        "What happens to a transcript: shown to copy, or typed as a prompt.",
        unit="copy/prompt",
    )
