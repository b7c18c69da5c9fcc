"""Laws of paths: whatever a file is called, it stays where it belongs."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from hypothesis import given, settings
from hypothesis import strategies as st

from coderbot.paths import safe_name
from coderbot.worker.media.finding import matches, words_of
from coderbot.worker.media.names import shown
from coderbot.worker.media.receiver import save

NASTY = st.text(max_size=80) | st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            ["..", "/", "\\", "~", "\0", "a", ".", "-", "\n", "\u202e", "\ud800", "CON"]
        )
        | st.characters(),
        max_size=12,
    ),
)
"""Names such as strangers choose."""
ON_DISK = settings(max_examples=max(30, settings().max_examples // 4))
"""A quarter of the inputs for what writes files."""


@given(NASTY)
def test_a_safe_name_stays_in_any_directory(name: str) -> None:
    safe = safe_name(name)
    here = Path("/some/where")
    assert (here / safe).parent == here
    assert Path(safe).name == safe
    assert safe_name(safe) == safe


@given(NASTY)
def test_a_shown_name_is_one_line_of_text(name: str) -> None:
    assert len(shown(name).splitlines()) <= 1
    assert "\x1b" not in shown(name)
    shown(name).encode()


@ON_DISK
@given(st.lists(NASTY, min_size=1, max_size=5))
def test_saved_files_lie_side_by_side_and_whole(names: list[str]) -> None:
    with TemporaryDirectory() as root:
        directory = Path(root) / "in"
        saved = asyncio.run(_save_all(directory, names))
        assert sorted(saved) == sorted(directory.iterdir())
        assert [path.read_text() for path in saved] == [
            str(number) for number in range(len(names))
        ]
        assert list(Path(root).iterdir()) == [directory]


async def _save_all(directory: Path, names: list[str]) -> list[Path]:
    paths = []
    for number, name in enumerate(names):

        async def write(out: BinaryIO, number: int = number) -> None:
            out.write(str(number).encode())

        paths.append((await save(directory, name, write)).path)
    return paths


@ON_DISK
@given(NASTY)
def test_any_wish_for_files_is_answered(wish: str) -> None:
    with TemporaryDirectory() as root:
        (Path(root) / "a").write_text("x")
        for entry in matches(words_of(wish), Path(root)):
            assert entry.path.is_absolute()
            assert ".." not in entry.path.parts
