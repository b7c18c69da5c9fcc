"""Laws of cutting long texts: nothing is lost, nothing is too long for Telegram."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from coderbot.botprocess.telegram.lengths import utf16_units
from coderbot.controlbot.split import split_text
from coderbot.tui.plain import cuts, fitted, printable
from coderbot.worker.media.names import fitted as fitted_name

TEXTS = st.text(st.sampled_from("ab \n👍é語"), max_size=80)
LIMITS = st.integers(2, 30)
"""An emoji takes two units, so no limit is below that."""


@given(TEXTS, LIMITS)
def test_no_part_is_too_long_and_no_character_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < utf16_units(part) <= limit for part in parts)
    assert all(part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(TEXTS, LIMITS)
def test_lines_are_cut_only_where_they_must(text: str, limit: int) -> None:
    short = [line for line in text.split("\n") if utf16_units(line) <= limit]
    whole = {line for part in split_text(text, limit) for line in part.split("\n")}
    assert {line for line in short if line.strip()} <= whole


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_field_has_exactly_its_width(text: str, width: int) -> None:
    shown = printable(text)
    assert cell_len(fitted(shown, width)) == width
    assert cell_len(fitted(shown, width, right=True)) == width


@given(st.text(max_size=60), st.integers(2, 40))
def test_pieces_of_a_wrapped_line_fit_and_are_the_line(text: str, width: int) -> None:
    shown = printable(text)
    ends = [0, *cuts(shown, width), len(shown)]
    pieces = [shown[start:end] for start, end in pairwise(ends)]
    assert "".join(pieces) == shown
    assert all(cell_len(piece) <= width for piece in pieces)


@given(st.text(max_size=300), st.sampled_from(["", ".png", "-1.txt"]))
def test_a_fitted_name_keeps_its_ending(stem: str, ending: str) -> None:
    name = fitted_name(stem.encode("utf-8", "ignore").decode(), ending)
    assert name.endswith(ending)
    assert len(name.encode()) <= 255
