import pytest

from coderbot.sandbox.updates import UpdateQueue


def queue_of(count: int, first: int = 10) -> UpdateQueue:
    queue = UpdateQueue(first)
    for number in range(count):
        queue.add("message", {"n": number}, now=0)
    return queue


def ids(queue: UpdateQueue, offset: int = 0, limit: int = 100) -> list[int]:
    return [u["update_id"] for u in queue.take(offset, limit, now=1)]


@pytest.mark.parametrize(
    ("offset", "got", "left"),
    [
        (0, [10, 11, 12], 3),  # nothing is confirmed
        (10, [10, 11, 12], 3),
        (12, [12], 1),  # 10 and 11 are confirmed
        (13, [], 0),  # all are confirmed
        (999, [10, 11, 12], 3),  # beyond the queue: a stale offset is ignored
        (-1, [12], 1),  # only the last one stays
        (-9, [10, 11, 12], 3),
    ],
)
def test_offset(offset: int, got: list[int], left: int) -> None:
    queue = queue_of(3)
    assert ids(queue, offset) == got
    assert len(queue) == left


def test_updates_come_again_until_confirmed() -> None:
    queue = queue_of(2)
    assert ids(queue) == ids(queue) == [10, 11]
    assert ids(queue, 12) == []
    assert ids(queue) == []


@pytest.mark.parametrize(("limit", "size"), [(1, 1), (100, 100), (0, 100), (101, 100)])
def test_limit(limit: int, size: int) -> None:
    assert len(ids(queue_of(150), limit=limit)) == size


def test_allowed_kinds() -> None:
    queue = UpdateQueue()
    assert not queue.add("chat_member", {}, now=0)  # never by default
    assert queue.add("edited_message", {}, now=0)
    queue.allow(["message"])
    assert not queue.add("callback_query", {}, now=0)
    assert queue.add("message", {}, now=0)
    queue.allow([])  # back to the default
    assert queue.add("callback_query", {}, now=0)


def test_presses_live_shorter_than_messages() -> None:
    queue = UpdateQueue()
    queue.add("callback_query", {}, now=0)
    queue.add("message", {}, now=0)
    assert len(queue.take(0, 100, now=149)) == 2
    assert [list(u)[1] for u in queue.take(0, 100, now=151)] == ["message"]
    assert queue.take(0, 100, now=24 * 3600 + 1) == []


def test_drop() -> None:
    queue = queue_of(3)
    queue.drop()
    assert ids(queue) == []
    queue.add("message", {}, now=0)
    assert ids(queue) == [13]  # ids go on
