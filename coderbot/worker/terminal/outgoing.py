"""Bytes on their way to a program that may not be reading."""

from collections import deque

MAX_QUEUED_BYTES = 1024 * 1024
"""What a program that does not read may be owed."""


class Outgoing:
    """A bounded queue of bytes, written piece by piece in order (pure)."""

    def __init__(self, limit: int = MAX_QUEUED_BYTES) -> None:
        self._limit = limit
        self._parts: deque[memoryview] = deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, data: bytes) -> bool:
        """Add `data` at the end; returns False, adding nothing, if it is too much."""
        if self._size + len(data) > self._limit:
            return False
        if data:
            self._parts.append(memoryview(data))
            self._size += len(data)
        return True

    def first(self) -> memoryview:
        """Return the next piece to write; the queue must not be empty."""
        return self._parts[0]

    def written(self, count: int) -> None:
        """Drop the first `count` bytes of the first piece."""
        rest = self._parts[0][count:]
        self._size -= count
        if rest:
            self._parts[0] = rest
        else:
            self._parts.popleft()

    def clear(self) -> None:
        """Drop everything."""
        self._parts.clear()
        self._size = 0
