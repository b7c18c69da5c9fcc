"""Frames of a worker out of the bytes of its channel (pure)."""

from coderbot.wire import MAX_FRAME_BYTES, WireError, WorkerFrame, decode_worker


class FrameReader:
    """Turns chunks of bytes into frames, and says what was none.

    Memory is bounded: of a frame that is too long nothing is held.

    Args:
        max_bytes: Longest frame that is accepted.
    """

    def __init__(self, max_bytes: int = MAX_FRAME_BYTES) -> None:
        self._max_bytes = max_bytes
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[WorkerFrame | WireError]:
        """Return the frames that `data` completes, in order, and the bad lines."""
        *lines, rest = data.split(b"\n")
        found: list[WorkerFrame | WireError] = []
        for line in lines:
            if not self._skipping:
                found.append(self._decode(bytes(self._rest) + line))
            self._skipping = False
            self._rest.clear()
        if not self._skipping:
            self._rest += rest
            if len(self._rest) > self._max_bytes:
                self._rest.clear()
                self._skipping = True
                found.append(self._too_long())
        return found

    def _decode(self, line: bytes) -> WorkerFrame | WireError:
        if len(line) > self._max_bytes:
            return self._too_long()
        try:
            return decode_worker(line)
        except WireError as error:
            return error

    def _too_long(self) -> WireError:
        return WireError(f"longer than {self._max_bytes} bytes")
