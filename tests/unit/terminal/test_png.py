import io
import random
import string
import struct
import zlib

import pytest
from PIL import Image

from coderbot.worker.terminal.render.faces import Faces
from coderbot.worker.terminal.render.metrics import MAX_RATIO, MAX_SIDES, Metrics, Page
from coderbot.worker.terminal.render.png import PngRenderer
from coderbot.worker.terminal.render.pngfile import join_strips, make_strip
from coderbot.worker.terminal.screen import (
    PLAIN,
    Cursor,
    CursorShape,
    Run,
    Screen,
    Style,
    Underline,
)
from coderbot.worker.terminal.theme import DARK

RED, BLUE = (255, 0, 0), (0, 0, 255)
HIDDEN = Cursor(visible=False)


def draw(screen: Screen, size: int = 14) -> Image.Image:
    renderer = PngRenderer(size, system_fonts=False)
    return Image.open(io.BytesIO(renderer.render(screen))).convert("RGB")


def cell(picture: Image.Image, x: int, y: int, size: int = 14) -> Image.Image:
    page, metrics = Page.of(10, 10, size), Metrics.of(size)
    left, top = page.left + x * metrics.width, page.top + y * metrics.height
    return picture.crop((left, top, left + metrics.width, top + metrics.height))


def colors(picture: Image.Image) -> set[tuple[int, ...]]:
    return {color for _, color in picture.getcolors(100_000) or []}  # type: ignore[misc]


def one_row(*runs: Run, cursor: Cursor = HIDDEN) -> Screen:
    return Screen(10, 1, (runs,), cursor)


def test_strips_make_a_png_file_that_others_read() -> None:
    noise = random.Random(1)
    heights = [1, 7, 20]
    pixels = [noise.randbytes(30 * 3 * height) for height in heights]
    strips = [
        make_strip(each, 30, height)
        for each, height in zip(pixels, heights, strict=True)
    ]

    file = join_strips([*strips, strips[0]], 30)

    with Image.open(io.BytesIO(file)) as picture:
        picture.verify()
    with Image.open(io.BytesIO(file)) as picture:
        assert picture.size == (30, 29)
        assert picture.tobytes() == b"".join([*pixels, pixels[0]])
    at = file.index(b"IDAT")
    (size,) = struct.unpack(">I", file[at - 4 : at])
    # Inflating all of it at once checks the sum at its end.
    assert len(zlib.decompress(file[at + 4 : at + 4 + size])) == 29 * 91


@pytest.mark.parametrize("size", [6, 9, 14, 18, 31, 48])
@pytest.mark.parametrize(
    ("columns", "rows"), [(20, 5), (100, 50), (500, 5), (20, 300), (500, 300)]
)
def test_every_size_is_one_that_telegram_takes(
    columns: int, rows: int, size: int
) -> None:
    page = Page.of(columns, rows, size)

    assert page.width + page.height <= MAX_SIDES
    assert max(page.width, page.height) <= MAX_RATIO * min(page.width, page.height)


def test_a_picture_has_the_size_of_its_page() -> None:
    page = Page.of(33, 7, 14)

    assert draw(Screen(33, 7, ((),) * 7)).size == (page.width, page.height)


def test_background_fills_its_cells_and_nothing_else() -> None:
    picture = draw(one_row(Run(" "), Run("  ", Style(bg=RED)), Run(" ")))

    assert colors(cell(picture, 0, 0)) == {DARK.background}
    assert colors(cell(picture, 1, 0)) == colors(cell(picture, 2, 0)) == {RED}
    assert colors(cell(picture, 3, 0)) == {DARK.background}


@pytest.mark.parametrize(
    ("style", "fg", "bg"),
    [
        (Style(fg=RED, bg=BLUE), RED, BLUE),
        (Style(fg=RED, bg=BLUE, inverse=True), BLUE, RED),
        (Style(fg=RED), RED, DARK.background),
        (Style(inverse=True), DARK.background, DARK.foreground),
        (Style(fg=RED, bg=BLUE, hidden=True), BLUE, BLUE),
        (Style(fg=(200, 200, 200), bg=(0, 0, 0), dim=True), (110, 110, 110), (0, 0, 0)),
    ],
)
def test_colours_of_a_style(
    style: Style, fg: tuple[int, int, int], bg: tuple[int, int, int]
) -> None:
    # The upper half block is all text colour above, all background below.
    picture = cell(draw(one_row(Run("\u2580", style))), 0, 0)

    assert picture.getpixel((3, 0)) == fg
    assert picture.getpixel((3, picture.height - 1)) == bg


@pytest.mark.parametrize(
    "style",
    [
        Style(bold=True),
        Style(italic=True),
        Style(strike=True),
        Style(overline=True),
        *(Style(underline=kind) for kind in Underline if kind),
    ],
)
def test_every_attribute_shows(style: Style) -> None:
    plain = draw(one_row(Run("abc")))

    assert draw(one_row(Run("abc", style))).tobytes() != plain.tobytes()


def test_kinds_of_underline_differ() -> None:
    pictures = {
        draw(one_row(Run("ab", Style(underline=kind)))).tobytes() for kind in Underline
    }

    assert len(pictures) == len(Underline)


def test_an_underline_may_have_its_own_colour() -> None:
    style = Style(fg=BLUE, underline=Underline.SINGLE, underline_color=RED)

    assert RED in colors(cell(draw(one_row(Run(" ", style))), 0, 0))
    assert BLUE not in colors(cell(draw(one_row(Run(" ", style))), 0, 0))


@pytest.mark.parametrize("shape", CursorShape)
def test_every_cursor_shows_and_only_in_its_cell(shape: CursorShape) -> None:
    picture = draw(one_row(Run("abc"), cursor=Cursor(5, 0, True, shape)))
    without = draw(one_row(Run("abc")))

    assert DARK.cursor in colors(cell(picture, 5, 0))
    assert cell(picture, 4, 0).tobytes() == cell(without, 4, 0).tobytes()
    assert cell(picture, 6, 0).tobytes() == cell(without, 6, 0).tobytes()


def test_a_block_cursor_shows_the_letter_under_it() -> None:
    at = Cursor(1, 0)
    on_letter = cell(draw(one_row(Run("abc"), cursor=at)), 1, 0)
    on_blank = cell(draw(one_row(Run("a c"), cursor=at)), 1, 0)

    assert on_letter.tobytes() != on_blank.tobytes()


def test_a_block_cursor_covers_both_halves_of_a_wide_character() -> None:
    wide = one_row(Run("日", PLAIN, 2), cursor=Cursor(0, 0))

    assert DARK.cursor in colors(cell(draw(wide), 1, 0))


def test_defaults_of_the_program_are_used() -> None:
    screen = Screen(10, 1, ((),), HIDDEN, foreground=BLUE, background=RED)

    assert colors(draw(screen)) == {RED}


@pytest.mark.parametrize("size", [8, 14, 17, 24])
def test_lines_and_blocks_of_neighbours_join(size: int) -> None:
    rows = 3
    screen = Screen(
        10,
        rows,
        ((Run("\u2588\u2588"),), (Run("\u2502\u2502"),), (Run("\u2588"),)),
        HIDDEN,
    )
    picture = draw(screen, size)
    upright = cell(picture, 0, 1, size)
    metrics = Metrics.of(size)
    flat = cell(draw(one_row(Run("\u2500\u2501\u2550")), size), 0, 0, size)

    assert colors(cell(picture, 0, 0, size)) == {DARK.foreground}
    middle = (metrics.width - metrics.stroke) // 2
    column = [upright.getpixel((middle, y)) for y in range(metrics.height)]
    assert set(column) == {DARK.foreground}
    level = (metrics.height - metrics.stroke) // 2
    row = [flat.getpixel((x, level)) for x in range(metrics.width)]
    assert set(row) == {DARK.foreground}


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [8, 10, 12, 14, 16, 18, 22, 24, 30, 48])
def test_no_letter_is_cut_at_the_edge_of_its_cell(size: int, bold: bool) -> None:
    metrics = Metrics.of(size)
    faces = Faces(metrics.font, with_system=False)
    for letter in string.ascii_letters + string.digits + "#$%&@()[]{}|/çÀÑ":
        face = faces.own(bold, False, letter)
        assert face is not None
        left, top, right, bottom = face.font.getbbox(letter, anchor="ls")
        assert 0 <= left <= right <= metrics.width, letter
        # Hinting may push the accent of a capital one pixel out of the cell.
        assert -metrics.baseline - (letter in "ÀÑ") <= top, letter
        assert bottom <= metrics.height - metrics.baseline, letter


def test_what_no_font_has_is_a_code_point() -> None:
    missing = draw(one_row(Run("\U0010fff0")))
    other = draw(one_row(Run("\U0010fff1")))

    assert len(colors(missing)) > 1
    assert missing.tobytes() != other.tobytes()


@pytest.mark.parametrize("text", ["\u200b", "\u00a0", "\u3000", "\ufe0f", "\u0301"])
def test_odd_characters_are_drawn_somehow(text: str) -> None:
    assert draw(one_row(Run(text, PLAIN, 1))).size


def test_every_box_and_shape_can_be_drawn() -> None:
    characters = [chr(n) for n in (*range(0x2500, 0x25A0), *range(0x2800, 0x2900))]
    characters += [chr(n) for n in (*range(0xE0B0, 0xE0C0), *range(0x1FB00, 0x1FB3C))]
    characters += [
        chr(n) for n in (*range(0x23F4, 0x23FB), 0x23AF, 0x23BE, 0x23BF, 0x23D0)
    ]
    lines = tuple((Run(character),) for character in characters)
    picture = draw(Screen(10, len(lines), lines))

    page, metrics = Page.of(10, len(lines), 14), Metrics.of(14)
    drawn = {}
    for row, character in enumerate(characters):
        top = page.top + row * metrics.height
        box = (page.left, top, page.left + metrics.width, top + metrics.height)
        drawn[character] = picture.crop(box).tobytes()
    blank = drawn.pop("\u2800")
    assert blank not in drawn.values()
    # Half lines that differ by name differ in looks, all but a few short of room.
    assert len(set(drawn.values())) > len(drawn) - 12


def test_a_row_that_comes_back_looks_the_same() -> None:
    renderer = PngRenderer(14, system_fonts=False)
    first = Screen(10, 3, ((Run("one"),), (Run("two"),), (Run("three"),)), Cursor(3, 2))
    scrolled = Screen(
        10, 3, ((Run("two"),), (Run("three"),), (Run("four"),)), Cursor(0, 0)
    )
    renderer.render(first)

    for screen in (scrolled, first, scrolled):
        fresh = PngRenderer(14, system_fonts=False).render(screen)
        assert renderer.render(screen) == fresh


def test_a_change_of_size_or_colours_draws_all_anew() -> None:
    renderer = PngRenderer(14, system_fonts=False)
    line = (Run("same"),)
    screens = (
        Screen(10, 2, (line, line)),
        Screen(12, 2, (line, line)),
        Screen(12, 2, (line, line), background=RED),
        Screen(12, 3, (line, line, line), background=RED),
    )
    for screen in screens:
        fresh = PngRenderer(14, system_fonts=False).render(screen)
        assert renderer.render(screen) == fresh
