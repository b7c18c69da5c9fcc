"""Fonts: the four that come along, and those of the system for what they lack."""

import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

_PACKAGE = files("coderbot.worker.terminal.render") / "fonts"
_FACES = ("", "-Bold", "-Oblique", "-BoldOblique")
"""By number: 1 for bold plus 2 for italic."""

_ROOTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
)
_TEXT_FALLBACKS = (
    "dejavusansmono.ttf",
    "dejavusans.ttf",
    "symbolsnerdfontmono-regular.ttf",
    "symbolsnerdfont-regular.ttf",
    "notosansmono-regular.ttf",
    "notosanssymbols2-regular.ttf",
    "notosanssymbols-regular.ttf",
    "notosansmath-regular.ttf",
    "notosansmonocjk-regular.ttc",
    "notosanscjk-regular.ttc",
    "notosanscjksc-regular.otf",
    "notosanscjkjp-regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "droidsansfallbackfull.ttf",
    "droidsansfallback.ttf",
    "hiragino sans gb.ttc",
    "applesdgothicneo.ttc",
    "apple symbols.ttf",
    "menlo.ttc",
    "symbola.ttf",
    "freemono.ttf",
    "unifont.ttf",
    "unifont.otf",
    "arial unicode.ttf",
    "dejavumathtexgyre.ttf",
)
"""File names in the order in which they are tried, in lower case."""
_EMOJI = {
    "notocoloremoji.ttf": 109,
    "twemoji.ttf": 109,
    "apple color emoji.ttc": 160,
}
"""Fonts of pictures, and the one size in pixels that they have."""

_MAX_FONTS = 30
"""Fonts of the system that are tried for a character, each some 20 microseconds."""

_MISSING = "\U0010fffe"
"""No font has this one: what is drawn for it is drawn for all that are missing."""


class Face:
    """A font that can tell which characters it has.

    Args:
        path: Of the font file.
        size: Of the letters, in pixels.
    """

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        self._missing = self._picture(_MISSING)

    def has(self, character: str) -> bool:
        """Return whether the font has a picture of its own for `character`."""
        picture = self._picture(character)
        return bool(picture[1].strip(b"\x00")) and picture != self._missing

    def _picture(self, character: str) -> tuple[tuple[int, int], bytes]:
        mask = self.font.getmask(character)
        return mask.size, bytes(mask)


class Faces:
    """All fonts at one size.

    Args:
        size: Of the letters, in pixels.
        with_system: Use the fonts of the system for what the own ones lack.
    """

    def __init__(self, size: int, with_system: bool = True) -> None:
        self._own = [
            Face(str(_PACKAGE / f"DejaVuSansMono{face}.ttf"), size) for face in _FACES
        ]
        self._others = list(system_fonts()) if with_system else []
        self._emoji_tried = not with_system
        self._emoji: ImageFont.FreeTypeFont | None = None

    def own(self, bold: bool, italic: bool, character: str) -> Face | None:
        """Return the face that comes along, or the upright one if it lacks it."""
        face = self._own[bold + 2 * italic]
        for each in (face, self._own[bold], self._own[0]):
            if each.has(character):
                return each
        return None

    def other(self, character: str) -> str | None:
        """Return the path of a font of the system that has `character`."""
        for path in self._others:
            if _opened(path).has(character):
                # Neighbours are mostly of the same script.
                self._others.remove(path)
                self._others.insert(0, path)
                return path
        return None

    def emoji(self, grapheme: str) -> Image.Image | None:
        """Return the picture of an emoji, RGBA and cropped; None if there is none."""
        if not self._emoji_tried:
            self._emoji_tried = True
            self._emoji = _open_emoji()
        if self._emoji is None:
            return None
        picture = _draw_emoji(self._emoji, grapheme)
        if picture is None and len(grapheme) > 1:
            picture = _draw_emoji(self._emoji, grapheme[0])
        return picture


def _draw_emoji(font: ImageFont.FreeTypeFont, text: str) -> Image.Image | None:
    left, top, right, bottom = font.getbbox(text)
    if right <= left or bottom <= top:
        return None
    picture = Image.new("RGBA", (int(right - left), int(bottom - top)))
    draw = ImageDraw.Draw(picture)
    draw.text((-left, -top), text, font=font, embedded_color=True)
    box = picture.getbbox()
    return picture.crop(box) if box else None


def _open_emoji() -> ImageFont.FreeTypeFont | None:
    # Flags and families are several code points that only shaping joins.
    shaped = bool(features.check("raqm"))
    layout = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    for name, size in _EMOJI.items():
        path = _installed().get(name)
        if path is None:
            continue
        try:
            return ImageFont.truetype(path, size, layout_engine=layout)
        except OSError:
            continue
    return None


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """Return the path of every font file of the system, by its name."""
    return {path.name.lower(): str(path) for path in _font_files()}


def _font_files() -> Iterator[Path]:
    for root in _ROOTS:
        for folder, _, names in os.walk(Path(root).expanduser()):
            for name in names:
                if name.lower().endswith((".ttf", ".ttc", ".otf")):
                    yield Path(folder) / name


@lru_cache(maxsize=1)
def system_fonts() -> tuple[str, ...]:
    """Return the fonts to try for what the own ones lack, best first."""
    installed = _installed()
    known = [installed[name] for name in _TEXT_FALLBACKS if name in installed]
    more = sorted(
        path
        for name, path in installed.items()
        if name.startswith("notosans") and name.endswith("-regular.ttf")
    )
    return tuple(dict.fromkeys(known + more))[:_MAX_FONTS]


@lru_cache(maxsize=64)
def _opened(path: str) -> Face:
    """Return a font of the system, small: only to ask what it has."""
    return Face(path, 12)
