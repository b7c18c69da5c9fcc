"""Frames out of bytes."""

from hypothesis import given
from hypothesis import strategies as st

from coderbot.supervisor.channel import FrameReader
from coderbot.wire import Ready, Status, WireError, encode

READY = Ready(bot_id=1, username="u", full_name="f")
STATUS = Status(state="polling")


@given(st.lists(st.integers(1, 200)))
def test_the_chunks_never_matter(sizes: list[int]) -> None:
    data = (encode(READY) + encode(STATUS)) * 3
    reader = FrameReader()
    found = []
    for size in sizes:
        found += reader.feed(data[:size])
        data = data[size:]
    assert [*found, *reader.feed(data)] == [READY, STATUS] * 3


def test_a_bad_line_spoils_no_other() -> None:
    found = FrameReader().feed(b"{}\nnot json\n\n" + encode(READY))
    assert [type(each) for each in found] == [WireError, WireError, WireError, Ready]


def test_a_frame_that_is_too_long_is_skipped_whole() -> None:
    reader = FrameReader(max_bytes=100)
    assert [type(each) for each in reader.feed(b"x" * 101)] == [WireError]
    assert reader.feed(b"x" * 1_000) == []
    assert reader.feed(encode(READY)) == []
    assert reader.feed(encode(READY)) == [READY]


def test_a_long_line_that_comes_at_once_is_refused() -> None:
    found = FrameReader(max_bytes=100).feed(b"x" * 101 + b"\n" + encode(READY))
    assert [type(each) for each in found] == [WireError, Ready]


def test_supervisor_frames_are_none_of_a_worker() -> None:
    (found,) = FrameReader().feed(b'{"type":"dump"}\n')
    assert isinstance(found, WireError)
