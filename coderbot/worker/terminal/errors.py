"""What can go wrong with a terminal."""

from coderbot.errors import CoderBotError


class TerminalError(CoderBotError):
    """Base of what can go wrong with a terminal."""


class TerminalStartError(TerminalError):
    """Raised when the program of a terminal cannot be started."""


class TerminalExistsError(TerminalError):
    """Raised when a user already has a terminal."""


class TerminalLimitError(TerminalError):
    """Raised when there are as many terminals as there may be."""


class TerminalClosedError(TerminalError):
    """Raised when a terminal is used whose program has ended."""


class ControlCharacterError(TerminalError):
    """Raised for a text with characters that would press keys."""


class TerminalBusyError(TerminalError):
    """Raised when a program reads no input and the queue for it is full."""
