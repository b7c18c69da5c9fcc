"""What the supervisor refuses, told to a person."""

from coderbot.errors import CoderBotError


class UnknownBotError(CoderBotError):
    """Raised when a command names a bot that does not exist."""


class FleetStoppingError(CoderBotError):
    """Raised when a bot is to be started while the whole fleet is being stopped."""


class MediaError(CoderBotError):
    """Raised when a media directory cannot be looked through safely."""
