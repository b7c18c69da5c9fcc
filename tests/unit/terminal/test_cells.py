from coderbot.worker.terminal.cells import CellLayout, RowDecoder
from coderbot.worker.terminal.screen import PLAIN, Line, Run, Style, Underline

LAYOUT = CellLayout(content=2, tag=0, style=26, wide=42, link=45)
RED, BLUE = Style(fg=(255, 0, 0)), Style(fg=(0, 0, 255))
CODEPOINT, GRAPHEME, PALETTE, RGB = range(4)
NARROW, WIDE, TAIL, HEAD = range(4)


def pack(content: int, style: int = 0, tag: int = CODEPOINT, wide: int = NARROW) -> int:
    return tag | content << 2 | style << 26 | wide << 42


def packed(text: str, style: int = 0) -> list[int]:
    return [pack(0 if c == " " else ord(c), style) for c in text]


def decode(cells: list[int], graphemes: dict[int, str] | None = None) -> Line:
    styles = {1: RED, 2: BLUE, 3: Style(fg=(255, 0, 0))}
    decoder = RowDecoder(
        LAYOUT,
        style_at=lambda x: styles[cells[x] >> 26 & 0xFFFF],
        grapheme_at=(graphemes or {}).__getitem__,
        palette=lambda number: (number, number, number),
    )
    return decoder.decode(cells)


def test_an_empty_row_is_no_runs() -> None:
    assert decode([0] * 80) == ()


def test_plain_blanks_at_the_end_are_dropped() -> None:
    assert decode(packed("ab c   ")) == (Run("ab c"),)
    assert decode(packed("x") + [pack(ord(" "))] * 3) == (Run("x"),)
    assert decode([pack(ord(" "))] * 3) == ()


def test_styled_blanks_are_kept() -> None:
    assert decode(packed("a") + packed("  ", 1)) == (Run("a"), Run("  ", RED))


def test_cells_of_a_style_make_a_run() -> None:
    cells = packed("ab", 1) + packed("cd", 2) + packed("e")

    assert decode(cells) == (Run("ab", RED), Run("cd", BLUE), Run("e"))


def test_styles_that_look_alike_make_one_run() -> None:
    assert decode(packed("ab", 1) + packed("cd", 3)) == (Run("abcd", RED),)


def test_flags_of_a_cell_that_do_not_show_do_not_split_runs() -> None:
    protected, prompt = 1 << 44, 1 << 46
    cells = [pack(ord("a")), pack(ord("b")) | protected, pack(ord("c")) | prompt]
    assert decode(cells) == (Run("abc"),)


def test_a_link_has_dots_under_it() -> None:
    cells = [pack(ord("a"), 1), pack(ord("b"), 1) | 1 << 45, pack(ord("c"), 1)]

    assert decode(cells) == (
        Run("a", RED),
        Run("b", RED._replace(underline=Underline.DOTTED)),
        Run("c", RED),
    )


def test_wide_characters_cover_two_cells() -> None:
    cells = [pack(ord("日"), 1, wide=WIDE), pack(0, 1, wide=TAIL), *packed("x")]

    assert decode(cells) == (Run("日", RED, 2), Run("x"))


def test_the_gap_before_a_wrapped_wide_character_is_blank() -> None:
    assert decode([*packed("a"), pack(0, wide=HEAD)]) == (Run("a"),)


def test_graphemes_of_several_code_points() -> None:
    cells = [
        *packed("a"),
        pack(ord("e"), tag=GRAPHEME),
        pack(0x1F469, tag=GRAPHEME, wide=WIDE),
        pack(0, wide=TAIL),
    ]
    graphemes = {1: "e\u0301", 2: "\U0001f469\u200d\U0001f4bb"}

    assert decode(cells, graphemes) == (
        Run("a"),
        Run("e\u0301", PLAIN, 1),
        Run("\U0001f469\u200d\U0001f4bb", PLAIN, 2),
    )


def test_cells_that_are_only_a_background() -> None:
    cells = [pack(7, tag=PALETTE)] * 2 + [pack(0x030201, tag=RGB)]

    assert decode(cells) == (
        Run("  ", Style(bg=(7, 7, 7))),
        Run(" ", Style(bg=(1, 2, 3))),
    )
