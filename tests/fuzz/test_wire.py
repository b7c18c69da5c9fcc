"""Hostile bytes on the channel of a worker and on the control socket."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from coderbot import wire
from coderbot.supervisor import controlwire
from coderbot.supervisor.channel import FrameReader
from coderbot.wire import WireError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
TAGS = st.sampled_from(
    [
        *(
            "ready",
            "heartbeat",
            "status",
            "event",
            "terminals",
            "ping",
            "dump",
            "lease",
        ),
        *("hello", "act", "get_lines", "search", "follow", "welcome", "refused"),
        *("get_facts", "reload", "add_token", "done", "failed", "lines", "bots"),
    ]
)
FIELDS = st.sampled_from(
    [
        *("id", "bot_id", "username", "uptime_s", "rss_bytes", "terminals", "counters"),
        *("kind", "detail", "state", "screens", "protocol", "action", "bot", "query"),
        *("limit", "after", "until", "fence", "loop_lag_ms", "poll_age_s", "message"),
    ]
)
FRAMES = st.builds(
    lambda tag, fields: json.dumps({"type": tag, **fields}).encode(),
    TAGS,
    st.dictionaries(FIELDS, VALUES, max_size=6),
)
"""Such as a broken or hostile peer could send: nearly right."""
LINES = st.binary(max_size=60) | FRAMES | st.builds(bytes.strip, FRAMES)
READY = wire.Ready(bot_id=1, username="u", full_name="f")


@given(LINES)
@example(b'{"type":"ready","bot_id":' + b"[" * 5_000)
@example(b'{"type":"event","kind":"k","detail":{"a":"\\ud800"}}')
def test_a_line_is_a_frame_or_refused(line: bytes) -> None:
    for decode in (
        wire.decode_worker,
        wire.decode_supervisor,
        controlwire.decode_client,
        controlwire.decode_server,
    ):
        try:
            frame = decode(line)
        except WireError:
            continue
        # What was accepted can be passed on, and comes back the same.
        again = controlwire.encode(frame)
        assert controlwire.encode(decode(again)) == again


@given(st.lists(LINES, max_size=5), st.integers(1, 40), st.integers(20, 200))
def test_hostile_lines_hide_no_good_one_and_take_no_memory(
    lines: list[bytes], size: int, max_bytes: int
) -> None:
    reader = FrameReader(max_bytes)
    data = b"\n".join(line.replace(b"\n", b"") for line in lines) + b"\n"
    data += wire.encode(READY)
    found = []
    for start in range(0, len(data), size):
        found += reader.feed(data[start : start + size])
        assert len(reader._rest) <= max_bytes + size
    fits = len(wire.encode(READY)) <= max_bytes
    assert (READY in found) == (fits or any(each == READY for each in found))
    assert not fits or found[-1] == READY
