from coderbot.worker.terminal.outgoing import Outgoing


def drain(queue: Outgoing, step: int) -> bytes:
    """Write `step` bytes at a time."""
    written = b""
    while queue:
        piece = bytes(queue.first()[:step])
        written += piece
        queue.written(len(piece))
    return written


def test_bytes_leave_in_order_however_few_at_a_time() -> None:
    queue = Outgoing()
    for part in (b"one", b"", b"two", b"three"):
        assert queue.put(part)

    assert len(queue) == 11
    assert drain(queue, 2) == b"onetwothree"
    assert len(queue) == 0


def test_too_much_is_refused_as_a_whole() -> None:
    queue = Outgoing(limit=5)

    assert queue.put(b"1234")
    assert not queue.put(b"56")
    assert queue.put(b"5")
    assert drain(queue, 100) == b"12345"


def test_a_cleared_queue_is_empty() -> None:
    queue = Outgoing()
    queue.put(b"x")
    queue.clear()

    assert not queue
