"""Tones as styles of text that is not in the table; theme variables only."""

from textual.content import Content

from coderbot.tui.rows import Tone

STYLES: dict[Tone, str] = {
    "plain": "$foreground",
    "strong": "bold $foreground",
    "muted": "$muted",
    "good": "$success",
    "busy": "$primary",
    "warning": "$warning",
    "bad": "$error",
    "special": "$accent",
}
"""The style of each tone."""


def toned(text: str, tone: Tone) -> Content:
    """Return literal text in a tone."""
    return Content.styled(text, STYLES[tone])
