"""Golden pictures: what screens look like, on every machine.

CODERBOT_UPDATE_PICTURES=1 writes them anew; look at them before you commit.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.render.metrics import Metrics, Page
from coderbot.worker.terminal.render.png import PngRenderer
from coderbot.worker.terminal.screen import Screen
from tests.unit.terminal import streams

GOLDEN = Path(__file__).parents[3] / "snapshots" / "terminal"

VISIBLE = 48
"""A pixel differs if a channel does by more than this, of 255."""
TOLERATED_PIXELS = 0.01
"""Part of the pixels that may differ."""
TOLERATED_INK = 12
"""How much the mean colour of a cell may differ, of 255.

Both because versions of FreeType (which comes with Pillow) shade the edges of letters
differently: by little, at few pixels, with as much ink. A letter that is missing has a
cell without ink; a row that is shifted differs at many pixels.
"""

SHEETS = {
    "attributes": (streams.attributes, 76, 30),
    "boxes": (streams.boxes, 66, 18),
    "text": (streams.text_of_the_world, 60, 10),
    "listing": (streams.listing, 72, 12),
    "agent": (streams.agent, 72, 21),
    "editor": (streams.editor, 66, 14),
}


def screen_of(stream: bytes, columns: int, rows: int) -> Screen:
    emulator = Emulator(columns, rows, scrollback=0)
    try:
        emulator.feed(stream)
        return emulator.screen()
    finally:
        emulator.close()


def pixels_changed(one: Image.Image, other: Image.Image) -> float:
    """Return the part of the pixels that differ visibly."""
    channels = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    return sum(most.histogram()[VISIBLE + 1 :]) / (one.width * one.height)


def ink_changed(one: Image.Image, other: Image.Image, size: int) -> int:
    """Return by how much the mean colour of any cell differs, of 255."""
    page, metrics = Page.of(1, 1, size), Metrics.of(size)
    cells = (metrics.width, metrics.height)
    box = (page.left, page.top, one.width - page.right, one.height - page.bottom)
    means = (picture.crop(box).reduce(cells) for picture in (one, other))
    return max(high for _, high in ImageChops.difference(*means).getextrema())  # type: ignore[misc]


def load(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


@pytest.mark.parametrize("size", [14, 22])
@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_looks_as_it_did(name: str, size: int, tmp_path: Path) -> None:
    stream, columns, rows = SHEETS[name]
    renderer = PngRenderer(size, system_fonts=False)
    picture = renderer.render(screen_of(stream(), columns, rows))
    golden = GOLDEN / f"{name}-{size}.png"
    if os.environ.get("CODERBOT_UPDATE_PICTURES"):
        golden.write_bytes(picture)
    (tmp_path / golden.name).write_bytes(picture)

    expected, actual = load(golden.read_bytes()), load(picture)
    assert actual.size == expected.size
    where = tmp_path / golden.name
    assert pixels_changed(actual, expected) <= TOLERATED_PIXELS, f"see {where}"
    assert ink_changed(actual, expected, size) <= TOLERATED_INK, f"see {where}"


@pytest.mark.parametrize("size", [14, 22])
def test_the_comparison_sees_a_missing_letter_and_a_shifted_row(size: int) -> None:
    texts = (
        b"a little text\r\nhere",
        b"a l ttle text\r\nhere",
        b"a ilttle ttex\r\nhere",
    )
    renderer = PngRenderer(size, system_fonts=False)
    right, missing, wrong = (
        load(renderer.render(screen_of(text, 20, 3))) for text in texts
    )

    assert ink_changed(right, missing, size) > TOLERATED_INK
    assert pixels_changed(right, wrong) > TOLERATED_PIXELS
    assert ink_changed(right, right, size) == 0
