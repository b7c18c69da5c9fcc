"""The protocol of the browser over its pipe (imports pyppeteer).

A browser that listens on a port can be steered by every program of this machine,
and goes on when we are killed. One on a pipe obeys us alone and ends when the pipe
does, however we end.
"""

import asyncio
import contextlib
from typing import Any

from pyee import EventEmitter
from pyppeteer.connection import Connection
from pyppeteer.errors import NetworkError

MAX_MESSAGE_BYTES = 128 * 1024 * 1024
"""Longest message of the browser; a picture of a long page takes some 20 MB."""
_END = b"\0"
"""Ends each message."""


class PipeConnection(Connection):  # type: ignore[misc]
    """What the library calls a connection, without its socket.

    Args:
        reader: From the browser.
        writer: To the browser.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # The constructor of the base would open a socket.
        EventEmitter.__init__(self)
        self._url = ""
        self._lastId = 0
        self._callbacks: dict[int, asyncio.Future[Any]] = {}
        self._delay = 0
        self._loop = asyncio.get_running_loop()
        self._sessions: dict[str, Any] = {}
        self._connected = True
        self._closeCallback = None
        self._reader = reader
        self._writer = writer
        self.closed = asyncio.Event()
        """Set when the browser can be reached no more."""

    async def listen(self) -> None:
        """Act on what the browser says until it is gone."""
        try:
            while True:
                message = await self._reader.readuntil(_END)
                await self._on_message(message[:-1].decode())
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            await self.dispose()

    async def _async_send(self, msg: str, _callback_id: int) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(msg.encode() + _END)
            await self._writer.drain()

    async def _on_close(self) -> None:
        self.closed.set()
        if self._closeCallback:
            self._closeCallback()
            self._closeCallback = None
        _fail_all(self._callbacks)
        for session in self._sessions.values():
            _fail_all(session._callbacks)  # noqa: SLF001 - the library's own way
            session._on_closed()  # noqa: SLF001
        self._sessions.clear()
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.close()


def _fail_all(callbacks: dict[int, asyncio.Future[Any]]) -> None:
    """Let whoever waits for an answer know that none will come."""
    for callback in callbacks.values():
        if not callback.done():
            callback.set_exception(NetworkError("The browser is gone."))
            # Of most answers nobody waits; those must not be complained about.
            callback.exception()
    callbacks.clear()
