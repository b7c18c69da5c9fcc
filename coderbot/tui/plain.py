"""Foreign text made safe to draw: no control, no surprise in width (pure).

Besides what a terminal would obey, what terminals measure differently (joiners,
variation selectors, skin tones, flags) is made plain, so that a column stays where
it is. All of it in one pass: whole pages of log lines go through here.
"""

import re

from rich.cells import cell_len, set_cell_size

from coderbot.plaintext import ESCAPES

MAX_CHARS = 4_096
"""Characters of one log line that are drawn; the rest is cut, and marked."""

_COLOUR = r"\x1b\[[0-9;]{0,64}m"
_BREAKS = r"[\n\r\x0b\x0c\x85\u2028\u2029]+"
_UNSEEN = (
    r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\xad\u061c"
    r"\u115f\u1160\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]+"
)
_REMOVE = re.compile(rf"({_BREAKS})|{ESCAPES}|{_UNSEEN}")
_REMOVE_BUT_COLOURS = re.compile(rf"({_COLOUR})|({_BREAKS})|{ESCAPES}|{_UNSEEN}")
_FLAGS = {0x1F1E6 + offset: chr(ord("A") + offset) for offset in range(26)}


def printable(text: str) -> str:
    """Return `text` as one line of characters that only draw themselves."""
    if text.isascii() and text.isprintable():
        return text
    clean = _REMOVE.sub(lambda found: " " if found[1] else "", text)
    return clean.translate(_FLAGS).expandtabs()


def colourful(text: str) -> str:
    """Return `text` like `printable`, its colour sequences (SGR) and tabs kept."""
    if text.isascii() and text.isprintable():
        return text

    def keep(found: re.Match[str]) -> str:
        return found[1] or (" " if found[2] else "")

    return _REMOVE_BUT_COLOURS.sub(keep, text).translate(_FLAGS)


def shortened(text: str) -> str:
    """Return at most MAX_CHARS of `text`, with an ellipsis where it was cut."""
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}…"


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Return printable `text` in exactly `width` cells, cut with an ellipsis."""
    spare = width - cell_len(text)
    if spare >= 0:
        return " " * spare + text if right else text + " " * spare
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def cuts(text: str, width: int) -> list[int]:
    """Return where to cut printable `text` so that no piece exceeds `width` cells."""
    if text.isascii():
        return list(range(width, len(text), width))
    places, used = [], 0
    for place, character in enumerate(text):
        cells = cell_len(character)
        if used + cells > width and place:
            places.append(place)
            used = 0
        used += cells
    return places
