"""From the answer of a service to the error that tells a person what to do (pure)."""

from coderbot.worker.speech.errors import (
    FormatError,
    KeyRefusedError,
    NetworkError,
    QuotaError,
    ServiceError,
    SpeechError,
    TooLargeError,
    TooManyRequestsError,
)

_LONGEST = 200
"""Characters of a service's own words that are told."""


def refused(service: str, status: int, code: str, words: str) -> SpeechError:
    """Return the error for an answer that is no success.

    Args:
        service: Its name, for people.
        status: Of HTTP.
        code: The service's own name of the error, such as `insufficient_quota`.
        words: What it says; hostile, and never told when it is about the key.
    """
    about = f"{code} {words}".lower()
    if status in (401, 403) or "api_key_invalid" in about or "invalid_api_key" in about:
        return KeyRefusedError(
            f"{service} does not accept the key (HTTP {status}).",
            "STT_API_KEY or TTS_API_KEY in the settings is wrong, or may not do this.",
        )
    if status in (402, 429):
        return _too_much(service, about)
    said = f"{service} says: {' '.join(words.split())[:_LONGEST]}"
    if status == 413 or "too large" in about or "payload size" in about:
        return TooLargeError(f"The sound is too large for {service}.", said)
    if status in (400, 415, 422) and _is_about_format(about):
        return FormatError(f"{service} cannot read this kind of sound.", said)
    if status == 404:
        return ServiceError(
            f"{service} does not know the model or the address (HTTP 404).",
            f"STT_MODEL and STT_BASE_URL name them. {said}",
        )
    return ServiceError(f"{service} failed (HTTP {status}).", said)


def unreachable(service: str, why: str) -> NetworkError:
    """Return the error for a service that cannot be reached."""
    return NetworkError(
        f"{service} cannot be reached ({why}).",
        "Send it again when the network works; STT_BASE_URL is the address.",
    )


def _too_much(service: str, about: str) -> SpeechError:
    if any(word in about for word in ("insufficient_quota", "perday", "billing_")):
        return QuotaError(
            f"What the account at {service} may use is used up.",
            "Its owner can raise that; a local model needs no account "
            "(STT_PROVIDER=local).",
        )
    return TooManyRequestsError(
        f"{service} wants fewer requests.", "Send it again in a minute."
    )


def _is_about_format(about: str) -> bool:
    words = ("format", "decode", "mime", "codec", "unsupported", "corrupt")
    return any(word in about for word in words)
