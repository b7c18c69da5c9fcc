"""Frames survive the wire; anything else is refused."""

import pytest

from coderbot import wire

FRAMES: list[wire.WorkerFrame] = [
    wire.Ready(bot_id=7, username="a_bot", full_name='quote " and \n newline 🤖'),
    wire.Heartbeat(
        uptime_s=1.5,
        rss_bytes=1,
        terminals=2,
        loop_lag_ms=0.1,
        poll_age_s=3,
        media_pending=4,
        outbox_queued=5,
        counters=wire.Counters(updates=6, media_bytes=1 << 40),
    ),
    wire.Status(state="offline", detail="no route"),
    wire.Event(kind="unauthorized", detail={"user": 5, "name": None}),
]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_worker_frame_is_one_line_and_comes_back_equal(
    frame: wire.WorkerFrame,
) -> None:
    line = wire.encode(frame)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert wire.decode_worker(line) == frame


@pytest.mark.parametrize("frame", [wire.Ping(), wire.Dump()])
def test_a_supervisor_frame_comes_back_equal(frame: wire.SupervisorFrame) -> None:
    assert wire.decode_supervisor(wire.encode(frame)) == frame


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"[]",
        b'{"type":"unknown"}',
        b'{"type":"ready","bot_id":"seven","username":"a","full_name":"b"}',
        b'{"type":"status","state":"dancing"}',
        b'{"type":"ping"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_frame_of_a_worker_is_refused(line: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode_worker(line)
