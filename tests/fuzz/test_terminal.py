"""What programs may write: any bytes, in any order, at any size of the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.render.png import PngRenderer
from coderbot.worker.terminal.render.text import MAX_UNITS, screen_text

PARAMETERS = st.lists(
    st.integers(0, 300) | st.sampled_from(["", 65_536, 1 << 40, "4:3", "38;5", "?25"]),
    max_size=6,
).map(lambda numbers: ";".join(map(str, numbers)))
CSI = st.builds(
    "\x1b[{}{}{}{}".format,
    st.sampled_from(["", "?", ">", "=", "<"]),
    PARAMETERS,
    st.sampled_from(["", " ", "$", "!", "'", '"']),
    st.characters(min_codepoint=0x40, max_codepoint=0x7E),
)
STRINGS = st.builds(
    "\x1b{}{}{}".format,
    st.sampled_from(["]", "P", "_", "^", "X"]),
    st.sampled_from(
        ["0;", "8;;", "9;4;1;", "52;c;", "133;A", "7;file://", "10;?", ""]
    ).flatmap(lambda start: st.text(max_size=20).map(lambda rest: start + rest)),
    st.sampled_from(["\x07", "\x1b\\", "\x18", ""]),
)
WORDS = st.text(st.characters(), max_size=20) | st.sampled_from(
    [
        "👩\u200d💻",
        "🇩🇪",
        "e\u0301" * 5,
        "語" * 12,
        "\t" * 9,
        "\r\n" * 9,
        "\x0e\x0f",
        "\x1bc",
    ]
)
PIECES = st.one_of(CSI, STRINGS, WORDS).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
STEPS = st.lists(
    PIECES | st.binary(max_size=30) | st.tuples(st.integers(1, 60), st.integers(1, 30)),
    max_size=25,
)
"""Bytes to write, or a size to take."""
RENDERER = PngRenderer(8, system_fonts=False)


@given(STEPS)
def test_the_screen_stays_whole(steps: list[bytes | tuple[int, int]]) -> None:
    emulator = Emulator(20, 6, 50)
    columns, rows = 20, 6
    try:
        for step in steps:
            if isinstance(step, bytes):
                emulator.feed(step)
            else:
                columns, rows = step
                emulator.resize(columns, rows)
            screen = emulator.screen(unfinished=True)
            assert (screen.columns, screen.rows) == (columns, rows)
            assert len(screen.lines) == rows
            for line in screen.lines:
                assert sum(run.columns for run in line) <= columns
        screen = emulator.screen(unfinished=True)
        message = screen_text(screen)
        assert len(message.encode("utf-16-le")) <= 2 * MAX_UNITS
        assert RENDERER.render(screen).startswith(b"\x89PNG")
        emulator.transcript().encode()
        assert len(emulator.take_replies()) <= 1 << 16
    finally:
        emulator.close()
