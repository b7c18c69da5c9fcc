"""A pipe or socket that is read whenever there is something."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Protocol

_CHUNK_BYTES = 1 << 18
"""Read at once; as much as a large pipe holds. The loop turns between two chunks."""
_SMALL_BYTES = 1 << 15
"""After less than this a source may pause: more gathers meanwhile."""

_log = logging.getLogger(__name__)


class _Closable(Protocol):
    def fileno(self) -> int: ...

    def close(self) -> None: ...


class Source:
    """Reads an open file on the running loop until its end, and closes it.

    Args:
        file: What is read; owned by this object from now on.
        on_data: Takes each chunk, and an empty one at the end. If it raises, the
            chunk is lost, and the reading goes on.
        pause_s: How long, in seconds, it is not looked again after a small chunk.
            Who writes line by line would wake this process for each line.
        is_busy: Whether it should not be read for a pause, because somebody behind
            `on_data` has enough to do.
    """

    def __init__(
        self,
        file: _Closable,
        on_data: Callable[[bytes], None],
        pause_s: float = 0.0,
        is_busy: Callable[[], bool] = bool,
    ) -> None:
        self._file = file
        self._on_data = on_data
        self._pause_s = pause_s
        self._is_busy = is_busy
        self._loop = asyncio.get_running_loop()
        self._descriptor = file.fileno()
        self._resuming: asyncio.TimerHandle | None = None
        self.other: Source | None = None
        """Is read first when this one has something, though it may pause: what it
        has was most likely written before."""
        self.ended = asyncio.Event()
        """Set when the end was read, or when this was closed."""
        os.set_blocking(self._descriptor, False)
        self._loop.add_reader(self._descriptor, self._read)

    def hurry(self) -> None:
        """Pause no more: what is there is the last."""
        self._pause_s = 0.0
        if self._resuming is not None:
            self._listen()

    def close(self) -> None:
        """Read no more."""
        if self.ended.is_set():
            return
        self.ended.set()
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None
        self._loop.remove_reader(self._descriptor)
        self._file.close()
        self._hand_over(b"")

    def catch_up(self) -> None:
        """Read now what is there, if this is in a pause."""
        if self._resuming is not None and not self._is_busy():
            self._take()

    def _read(self) -> None:
        if self.other is not None:
            self.other.catch_up()
        self._take()

    def _take(self) -> None:
        try:
            data = os.read(self._descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            self._listen()
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._hand_over(data)
        if not self.ended.is_set():
            self._go_on(len(data) < _SMALL_BYTES)

    def _go_on(self, small: bool) -> None:
        if not self._pause_s or not (small or self._is_busy()):
            self._listen()
            return
        if self._resuming is None:
            self._loop.remove_reader(self._descriptor)
        else:
            self._resuming.cancel()
        self._resuming = self._loop.call_later(self._pause_s, self._resume)

    def _resume(self) -> None:
        if self._pause_s and self._is_busy():
            self._resuming = self._loop.call_later(self._pause_s, self._resume)
        else:
            self._read()

    def _listen(self) -> None:
        """Let the loop tell when there is more."""
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None
            self._loop.add_reader(self._descriptor, self._read)

    def _hand_over(self, data: bytes) -> None:
        try:
            self._on_data(data)
        except Exception:  # noqa: BLE001 - else the loop tells it for each chunk
            _log.exception("What a worker said could not be taken in")
