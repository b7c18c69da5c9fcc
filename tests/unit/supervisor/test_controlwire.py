"""Frames of the control socket."""

import pytest

from coderbot.loglevel import Level
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.state import BotState
from coderbot.wire import Frame, WireError

BOT = BotSnapshot("bot-0", 0, BotState.BACKOFF, next_start_in_s=1.5, reason="é\n")
LINE = LogLine(3, 1.25, 2.5, "bot-0", 1, "err", Level.ERROR, 'say "\x1b[0m"\n')


@pytest.mark.parametrize(
    "frame",
    [
        wire.Hello(protocol=1),
        wire.Act(id=1, action="restart", bot="bot-0"),
        wire.GetStatus(id=2),
        wire.GetLines(id=3, bot=None, after=4, limit=5),
        wire.Follow(id=6, history=7),
    ],
)
def test_what_a_client_sends_arrives(frame: Frame) -> None:
    line = wire.encode(frame)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert wire.decode_client(line) == frame


@pytest.mark.parametrize(
    "frame",
    [
        wire.Welcome(protocol=1, version="1", pid=2),
        wire.Refused(message="no"),
        wire.Failed(id=1, code="unknown_bot", message="no", hint="but"),
        wire.Media(id=1, files=2, size_bytes=3),
        wire.FleetStatus(id=1, version="1", pid=2, uptime_s=3.5, bots=[BOT]),
        wire.Lines(id=0, lines=[LINE], missed=4),
        wire.Changed(bot=BOT),
        wire.FleetIsReady(count=1),
        wire.FleetIsStopping(deadline_s=2.5),
        wire.FleetIsStopped(),
    ],
)
def test_what_the_supervisor_sends_arrives(frame: Frame) -> None:
    line = wire.encode(frame)
    assert line.count(b"\n") == 1
    assert wire.decode_server(line) == frame


def test_text_that_is_no_unicode_is_sent_all_the_same() -> None:
    line = LogLine(1, 0.0, 0.0, "bot-0", 1, "out", Level.INFO, "caf\udce9")
    found = wire.decode_server(wire.encode(wire.Lines(id=0, lines=[line])))
    assert isinstance(found, wire.Lines)
    assert found.lines[0].text == "caf?"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type":"welcome","protocol":1,"version":"1","pid":1}',
        b'{"type":"act","id":1,"action":"halt"}',
        b'{"type":"get_lines","id":1,"limit":1e99}',
        b"[" * 60_000,
        b"\xff",
    ],
)
def test_what_is_no_frame_is_refused(line: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode_client(line)
