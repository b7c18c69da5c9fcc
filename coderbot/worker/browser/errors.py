"""What can go wrong with the browser."""

from coderbot.errors import CoderBotError


class BrowserError(CoderBotError):
    """Base of what can go wrong with the browser."""


class BrowserMissingError(BrowserError):
    """Raised when there is no Chromium on this machine."""


class BrowserFailedError(BrowserError):
    """Raised when the browser does not start, ends early, or does not answer."""


class PageRefusedError(BrowserError):
    """Raised when a page may not be opened."""


class PageFailedError(BrowserError):
    """Raised when a page cannot be shown."""
