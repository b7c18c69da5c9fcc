"""Errors of the sandbox: answers of the Bot API, and refusals of the control API."""

from coderbot.errors import CoderBotError


class SandboxError(CoderBotError):
    """Raised when the sandbox cannot start, or refuses what a user asks."""


class ApiError(Exception):
    """An answer `{"ok": false}` of the Bot API.

    Args:
        code: HTTP status, and `error_code`.
        description: Telegram's words.
        retry_after: Seconds to wait, for 429.
    """

    def __init__(
        self, code: int, description: str, retry_after: int | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(text: str) -> ApiError:
    """Return a 400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {text}")


def not_found() -> ApiError:
    """Return the 404 for a method that does not exist."""
    return ApiError(404, "Not Found: method not found")


def unauthorized() -> ApiError:
    """Return the 401 for a token that nobody knows."""
    return ApiError(401, "Unauthorized")


def conflict_other_poller() -> ApiError:
    """Return the 409 for the poller that another one replaced."""
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    )


def conflict_webhook() -> ApiError:
    """Return the 409 for a poller while a webhook is set."""
    return ApiError(
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
    )


def too_many(retry_after: int) -> ApiError:
    """Return the 429 that asks to wait `retry_after` seconds."""
    text = f"Too Many Requests: retry after {retry_after}"
    return ApiError(429, text, retry_after)
