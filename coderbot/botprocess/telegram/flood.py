"""What Telegram says when it is told too much (pure)."""

from datetime import timedelta

from telegram.error import RetryAfter


def retry_after_s(error: RetryAfter) -> float:
    """Return for how long Telegram wants to hear nothing, in seconds."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
