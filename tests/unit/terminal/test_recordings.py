"""Real programs, recorded once: their screens as text and as pictures.

CODERBOT_UPDATE_PICTURES=1 writes both anew; look at them before you commit.
`scripts/record_terminal.py` makes the recordings.
"""

import os
from pathlib import Path

import pytest

from coderbot.worker.terminal.render.png import PngRenderer
from tests.unit.terminal.casts import CASTS
from tests.unit.terminal.test_pictures import (
    GOLDEN,
    TOLERATED_INK,
    TOLERATED_PIXELS,
    ink_changed,
    load,
    pixels_changed,
)

SIZE = 14
MOMENTS = [(name, marker) for name, cast in CASTS.items() for marker, _ in cast.parts]


def test_all_kinds_of_programs_are_recorded() -> None:
    assert {name for name, _ in MOMENTS} == {
        *("vim", "less", "htop", "tmux", "git-log", "pip"),
        *("agent-inline", "agent-fullscreen"),
    }


@pytest.mark.parametrize(("name", "marker"), MOMENTS)
def test_a_program_looks_as_it_did(name: str, marker: str, tmp_path: Path) -> None:
    screen = dict(CASTS[name].screens())[marker]
    picture = PngRenderer(SIZE, system_fonts=False).render(screen)
    golden = GOLDEN / f"{name}-{marker}.png"
    texts = golden.with_suffix(".txt")
    if os.environ.get("CODERBOT_UPDATE_PICTURES"):
        golden.write_bytes(picture)
        texts.write_text(screen.text() + "\n")
    (tmp_path / golden.name).write_bytes(picture)

    assert screen.text() + "\n" == texts.read_text()
    expected, actual = load(golden.read_bytes()), load(picture)
    assert actual.size == expected.size
    where = tmp_path / golden.name
    assert pixels_changed(actual, expected) <= TOLERATED_PIXELS, f"see {where}"
    assert ink_changed(actual, expected, SIZE) <= TOLERATED_INK, f"see {where}"


@pytest.mark.parametrize("name", CASTS)
@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_pieces_of_any_size_make_the_same_screens(name: str, chunk: int) -> None:
    cast = CASTS[name]

    assert dict(cast.screens(chunk)) == dict(cast.screens())


@pytest.mark.parametrize("name", CASTS)
def test_a_picture_made_of_the_last_one_is_the_same(name: str) -> None:
    renderer = PngRenderer(SIZE, system_fonts=False)

    for _, screen in CASTS[name].screens(chunk=500):
        fresh = PngRenderer(SIZE, system_fonts=False).render(screen)
        assert renderer.render(screen) == fresh
