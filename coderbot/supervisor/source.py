"""A pipe or socket that is read whenever there is something."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Protocol

_CHUNK_BYTES = 1 << 16
"""Read at once; as much as a pipe holds. The loop turns between two chunks."""

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
    """

    def __init__(self, file: _Closable, on_data: Callable[[bytes], None]) -> None:
        self._file = file
        self._on_data = on_data
        self._loop = asyncio.get_running_loop()
        self._descriptor = file.fileno()
        self.ended = asyncio.Event()
        """Set when the end was read, or when this was closed."""
        os.set_blocking(self._descriptor, False)
        self._loop.add_reader(self._descriptor, self._read)

    def close(self) -> None:
        """Read no more."""
        if self.ended.is_set():
            return
        self.ended.set()
        self._loop.remove_reader(self._descriptor)
        self._file.close()
        self._hand_over(b"")

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._hand_over(data)
        else:
            self.close()

    def _hand_over(self, data: bytes) -> None:
        try:
            self._on_data(data)
        except Exception:  # noqa: BLE001 - else the loop tells it for each chunk
            _log.exception("What a worker said could not be taken in")
