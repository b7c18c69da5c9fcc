"""Pictures of single characters, kept for the next time."""

import unicodedata
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from coderbot.worker.terminal.render.boxes import draw_box, is_box
from coderbot.worker.terminal.render.canvas import Canvas, Mask
from coderbot.worker.terminal.render.faces import Face, Faces
from coderbot.worker.terminal.render.hexbox import draw_hexbox
from coderbot.worker.terminal.render.lines import draw_lines
from coderbot.worker.terminal.render.metrics import Metrics
from coderbot.worker.terminal.render.shapes import draw_shape, is_shape
from coderbot.worker.terminal.render.symbols import draw_symbol, is_symbol
from coderbot.worker.terminal.screen import Underline

_MAX_GLYPHS = 3000
"""Masks kept; one takes about 1 kB at 14 pixels."""
_MAX_EMOJI = 200
_MIN_SCALE = 0.6
"""Letters of other fonts are made smaller to fit a cell, but not below this."""


class Look(NamedTuple):
    """What of a style goes into the mask of a character."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    overline: bool = False
    underline: Underline = Underline.NONE


class Glyphs:
    """Masks of characters at one size.

    Args:
        metrics: Sizes of a cell and of the letters.
        with_system: Use the fonts of the system for what the own ones lack.
    """

    def __init__(self, metrics: Metrics, with_system: bool = True) -> None:
        self.metrics = metrics
        self._faces = Faces(metrics.font, with_system)
        self._masks: dict[tuple[Look, int], dict[str, Mask]] = {}
        self._count = 0
        self._emoji: dict[tuple[str, int], Image.Image | None] = {}
        self._scaled: dict[tuple[str, float], ImageFont.FreeTypeFont] = {}

    def masks(self, look: Look, width: int = 1) -> dict[str, Mask]:
        """Return masks by grapheme; one that is missing is drawn when asked for.

        Args:
            look: How the characters look.
            width: Cells that each of them covers.
        """
        found = self._masks.get((look, width))
        if found is None:
            found = self._masks[look, width] = _Masks(self, look, width)
        return found

    def emoji(self, grapheme: str, width: int) -> Image.Image | None:
        """Return the coloured picture of a grapheme, RGBA, as large as its cells."""
        key = grapheme, width
        if key not in self._emoji:
            if len(self._emoji) >= _MAX_EMOJI:
                self._emoji.clear()
            self._emoji[key] = self._draw_emoji(grapheme, width)
        return self._emoji[key]

    def draw(self, grapheme: str, look: Look, width: int) -> Mask:
        """Draw a grapheme over `width` cells, to be kept by the caller."""
        if self._count >= _MAX_GLYPHS:
            # The dictionaries stay, as others hold them; what is in them goes.
            for masks in self._masks.values():
                masks.clear()
            self._count = 0
        self._count += 1
        cells = width * self.metrics.width, self.metrics.height
        canvas = Canvas(*cells)
        character = grapheme[0]
        stroke = self.metrics.stroke + (look.bold and self.metrics.stroke > 1)
        mask = None
        if is_box(character):
            draw_box(canvas, character, stroke)
        elif is_shape(character):
            draw_shape(canvas, character, stroke)
        elif is_symbol(grapheme):
            draw_symbol(canvas, character, stroke, self.metrics.baseline)
        elif not grapheme.isspace() and self.emoji(grapheme, width) is None:
            mask = self._letter(grapheme, look, cells)
            if mask is None:
                draw_hexbox(canvas, character)
        return draw_lines(mask or canvas.mask(), look, self.metrics)

    def _letter(self, grapheme: str, look: Look, cells: tuple[int, int]) -> Mask | None:
        """Draw a grapheme from a font; None when no font has it."""
        text = unicodedata.normalize("NFC", grapheme).rstrip("\ufe0e\ufe0f\u200d")
        if not text:
            return Canvas(*cells).mask()
        face = self._faces.own(look.bold, look.italic, text[0])
        if face is not None and cells[0] == self.metrics.width:
            return _rows(self._own_letter(face, text, cells))
        path = face.path if face else self._faces.other(text[0])
        return _rows(self._other_letter(path, text, cells)) if path else None

    def _own_letter(self, face: Face, text: str, cells: tuple[int, int]) -> Image.Image:
        picture = Image.new("L", cells)
        draw = ImageDraw.Draw(picture)
        # One over the other: marks have the width of a letter, too.
        for part in text:
            draw.text((0, self.metrics.baseline), part, 255, face.font, "ls")
        return picture

    def _other_letter(
        self, path: str, text: str, cells: tuple[int, int]
    ) -> Image.Image:
        """Draw with a font that is not made for our cells: centred, and to fit."""
        size = self.metrics.font
        font = self._scaled_font(path, size)
        left, _, right, _ = font.getbbox(text, anchor="ls")
        wide = max(right - left, font.getlength(text))
        if wide > cells[0]:
            font = self._scaled_font(path, size * max(_MIN_SCALE, cells[0] / wide))
            left, _, right, _ = font.getbbox(text, anchor="ls")
        picture = Image.new("L", cells)
        x = (cells[0] - (right - left)) // 2 - left
        draw = ImageDraw.Draw(picture)
        draw.text((x, self.metrics.baseline), text, 255, font, "ls")
        return picture

    def _scaled_font(self, path: str, size: float) -> ImageFont.FreeTypeFont:
        key = path, round(size * 2) / 2
        if key not in self._scaled:
            self._scaled[key] = ImageFont.truetype(
                path, key[1], layout_engine=ImageFont.Layout.BASIC
            )
        return self._scaled[key]

    def _draw_emoji(self, grapheme: str, width: int) -> Image.Image | None:
        if not _may_be_emoji(grapheme, width):
            return None
        if width == 1 and self._faces.own(False, False, grapheme[0]):
            return None
        picture = self._faces.emoji(grapheme)
        if picture is None:
            return None
        room = width * self.metrics.width, self.metrics.height
        scale = min(room[0] / picture.width, room[1] / picture.height)
        size = round(picture.width * scale), round(picture.height * scale)
        result = Image.new("RGBA", room)
        at = (room[0] - size[0]) // 2, (room[1] - size[1]) // 2
        result.paste(picture.resize(size, Image.Resampling.BOX), at)
        return result


class _Masks(dict[str, Mask]):
    """Masks of one look, drawn when first asked for."""

    def __init__(self, glyphs: Glyphs, look: Look, width: int) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._look = look
        self._width = width

    def __missing__(self, grapheme: str) -> Mask:
        mask = self[grapheme] = self._glyphs.draw(grapheme, self._look, self._width)
        return mask


def _may_be_emoji(grapheme: str, width: int) -> bool:
    """Return whether a grapheme is to be a coloured picture, if a font has one."""
    first = ord(grapheme[0])
    if "\ufe0f" in grapheme or 0x1F000 <= first <= 0x1FAFF:
        return "\ufe0e" not in grapheme
    return width == 2 and 0x2300 <= first <= 0x2BFF


def _rows(picture: Image.Image) -> Mask:
    raw, width = picture.tobytes(), picture.width
    return tuple(raw[at : at + width] for at in range(0, len(raw), width))
