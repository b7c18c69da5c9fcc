"""File names: how they are shown, and how the next free one is made (pure)."""

import itertools
import unicodedata
from collections.abc import Iterator

_MAX_NAME_BYTES = 255
"""Longest name a directory takes (NAME_MAX), in bytes."""
_MAX_EXTENSION_BYTES = 32
_TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that turn the direction of text: `x\u202egpj.exe` would read as a picture."""


def shown(name: str) -> str:
    """Return `name` fit for a log, a caption or a form: it cannot forge anything.

    Control characters, line ends, characters that turn the direction and bytes
    that are no UTF-8 become U+FFFD. Joiners stay, for emoji are made with them.
    """
    return "".join("\ufffd" if _is_unfit(char) else char for char in name)


def _is_unfit(char: str) -> bool:
    return char in _TURNING or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def numbered(name: str) -> Iterator[str]:
    """Yield `name`, then `stem-1.ext`, `stem-2.ext` and so on, without end."""
    dot = name.rfind(".")
    stem, extension = (name[:dot], name[dot:]) if dot > 0 else (name, "")
    if len(_encoded(extension)) > _MAX_EXTENSION_BYTES:
        stem, extension = name, ""
    return numbered_before(stem, extension)


def numbered_before(stem: str, ending: str) -> Iterator[str]:
    """Yield `stem` with `ending`, then with `-1`, `-2` and so on before it."""
    yield fitted(stem, ending)
    for number in itertools.count(1):
        yield fitted(stem, f"-{number}{ending}")


def fitted(stem: str, ending: str) -> str:
    """Return `stem` with `ending`, the stem cut so that a directory takes it."""
    room = _MAX_NAME_BYTES - len(_encoded(ending))
    raw = _encoded(stem)
    if len(raw) <= room:
        return stem + ending
    cut = raw[:room]
    for _ in range(3):  # not within a character, which has up to four bytes
        if raw[len(cut)] & 0xC0 == 0x80:
            cut = cut[:-1]
    return cut.decode("utf-8", "surrogateescape") + ending


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
