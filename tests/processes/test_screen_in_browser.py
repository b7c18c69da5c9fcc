"""Screens drawn by a real browser look like those that we draw ourselves."""

import io
from pathlib import Path

from PIL import Image

from coderbot.worker.browser.screenpage import ScreenCamera
from coderbot.worker.terminal.render.metrics import Page
from coderbot.worker.terminal.render.png import PngRenderer
from coderbot.worker.terminal.screen import Cursor, Run, Screen, Style
from tests.fakes.browser import keeping, needs_browser
from tests.unit.terminal.casts import CASTS

pytestmark = needs_browser

HOSTILE = "<script>document.body.innerHTML=''</script><img src=http://127.0.0.1/>"


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


async def test_both_renderers_paint_the_same_cells(tmp_path: Path) -> None:
    red, blue = Style(bg=(255, 0, 0)), Style(bg=(0, 0, 255))
    lines = ((Run("  ", red), Run(" "), Run(" ", blue)), (Run(HOSTILE),), ())
    screen = Screen(80, 3, lines, Cursor(5, 0))
    page = Page.of(80, 3, 14)
    async with keeping(tmp_path) as keeper:
        theirs = opened(await ScreenCamera(keeper).render(screen, 14))
    ours = opened(PngRenderer(14, system_fonts=False).render(screen))

    assert theirs.size == ours.size == (page.width, page.height)
    for column in range(7):
        x = page.left + column * page.metrics.width + 3
        for y in (page.top, page.top + page.metrics.height - 1):
            assert theirs.getpixel((x, y)) == ours.getpixel((x, y)), (column, y)


async def test_a_program_looks_alike_in_both(tmp_path: Path) -> None:
    screen = dict(CASTS["htop"].screens())["meters"]
    async with keeping(tmp_path) as keeper:
        theirs = opened(await ScreenCamera(keeper).render(screen, 14))
    ours = opened(PngRenderer(14, system_fonts=False).render(screen))

    # Letters differ at their edges; seen from afar both are the same picture.
    small = (screen.columns // 2, screen.rows)
    pixels = [picture.resize(small, Image.Resampling.BOX) for picture in (ours, theirs)]
    mean = [
        sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 3
        for one, other in zip(
            *(
                p.get_flattened_data()
                if hasattr(p, "get_flattened_data")
                else p.getdata()
                for p in pixels
            ),
            strict=True,
        )
    ]
    assert sum(mean) / len(mean) < 6
