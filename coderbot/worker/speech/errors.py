"""Why something that was said could not be written down."""

from coderbot.errors import CoderBotError


class SpeechError(CoderBotError):
    """Base of all that can go wrong."""


class KeyRefusedError(SpeechError):
    """Raised when the service does not accept the key."""


class QuotaError(SpeechError):
    """Raised when what the account may use is used up."""


class TooManyRequestsError(SpeechError):
    """Raised when the service wants fewer requests; later it works again."""


class FormatError(SpeechError):
    """Raised when the service cannot read this kind of sound."""


class TooLargeError(SpeechError):
    """Raised when a sound is too large or too long."""


class NetworkError(SpeechError):
    """Raised when the service cannot be reached."""


class ServiceError(SpeechError):
    """Raised when the service fails, or answers something else than a text."""


class NotInstalledError(SpeechError):
    """Raised when the library for a provider is not installed."""
