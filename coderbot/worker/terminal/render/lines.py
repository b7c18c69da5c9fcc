"""Lines under, through and over characters."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coderbot.worker.terminal.render.canvas import Canvas, Mask
from coderbot.worker.terminal.render.metrics import Metrics
from coderbot.worker.terminal.screen import Underline

if TYPE_CHECKING:
    from coderbot.worker.terminal.render.glyphs import Look


def draw_lines(mask: Mask, look: "Look", metrics: Metrics) -> Mask:
    """Return `mask` with the lines that `look` asks for."""
    layers = list(_layers(look, len(mask[0]), metrics))
    for layer in layers:
        mask = tuple(
            bytes(map(max, above, below))
            for above, below in zip(mask, layer, strict=True)
        )
    return mask


def _layers(look: "Look", width: int, metrics: Metrics) -> Iterator[Mask]:
    stroke = metrics.stroke
    if look.underline is not Underline.NONE:
        yield underline_mask(look.underline, width, metrics)
    if look.strike:
        y = metrics.baseline - round(metrics.font * 0.28)
        yield _bar(width, metrics.height, y, stroke)
    if look.overline:
        yield _bar(width, metrics.height, 0, stroke)


def underline_mask(kind: Underline, width: int, metrics: Metrics) -> Mask:
    """Return a line of this kind under cells that are `width` pixels wide."""
    stroke, height = metrics.stroke, metrics.height
    # One pixel below the letters, where there is room for it.
    y = min(metrics.baseline + max(1, stroke), height - stroke)
    canvas = Canvas(width, height)
    if kind is Underline.CURLY:
        _draw_wave(canvas, y, metrics)
    elif kind is Underline.DOTTED:
        for x in range(0, width, 2 * stroke):
            canvas.fill(x, y, x + stroke, y + stroke)
    elif kind is Underline.DASHED:
        dash = max(2, metrics.width // 2)
        for x in range(0, width, metrics.width):
            canvas.fill(x, y, x + dash, y + stroke)
    elif kind is Underline.DOUBLE:
        # As far down as they go, so that a gap stays between them.
        for top in (height - 3 * stroke, height - stroke):
            canvas.fill(0, top, width, top + stroke)
    else:
        canvas.fill(0, y, width, y + stroke)
    return canvas.mask()


def _bar(width: int, height: int, y: int, stroke: int) -> Mask:
    canvas = Canvas(width, height)
    canvas.fill(0, y, width, y + stroke)
    return canvas.mask()


def _draw_wave(canvas: Canvas, y: int, metrics: Metrics) -> None:
    """Draw a wave, one period a cell, so that neighbours join."""
    room = canvas.height - y
    amplitude = max(1.0, (room - metrics.stroke) / 2)
    middle = canvas.height - room / 2

    def coverage(x: float, at: float) -> float:
        wave = middle + amplitude * math.sin(2 * math.pi * x / metrics.width) * 0.8
        return metrics.stroke / 2 + 0.6 - abs(at - wave)

    canvas.shade(coverage)
