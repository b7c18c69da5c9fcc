"""What a worker counts, call by call."""

import pytest

from coderbot import wire
from coderbot.botprocess.counters import Counters


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        ("sendMessage", 200, wire.Counters(messages=1)),
        ("sendPhoto", 200, wire.Counters(messages=1)),
        ("copyMessage", 200, wire.Counters(messages=1)),
        ("sendChatAction", 200, wire.Counters()),  # says "typing": no message
        ("editMessageMedia", 200, wire.Counters(edits=1)),
        ("deleteMessage", 200, wire.Counters(deletes=1)),
        ("deleteMessages", 200, wire.Counters(deletes=1)),
        ("deleteWebhook", 200, wire.Counters()),
        ("getUpdates", 200, wire.Counters()),
        ("getUpdates", 429, wire.Counters(flood_waits=1)),
        ("sendMessage", 429, wire.Counters(flood_waits=1)),
        ("sendMessage", 400, wire.Counters()),
    ],
)
def test_a_call_is_counted_by_what_it_did(
    method: str, status: int, expected: wire.Counters
) -> None:
    counters = Counters()
    counters.called(method, status)
    assert counters.frame() == expected


def test_the_counts_of_two_runs_are_added_one_by_one() -> None:
    first = wire.Counters(updates=1, media_bytes=5)
    second = wire.Counters(updates=2, edits=3)
    assert first.plus(second) == wire.Counters(updates=3, edits=3, media_bytes=5)
