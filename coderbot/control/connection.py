"""One connection to a supervisor: frames in, frames out."""

import asyncio
from pathlib import Path
from typing import Self

from coderbot.control.call import CONNECT_TIMEOUT_S
from coderbot.control.failures import ControlRefusedError, NotRunningError
from coderbot.supervisor import controlwire as wire
from coderbot.unixsocket import connect_to
from coderbot.wire import Frame, WireError


class Connection:
    """Made by `open`; closed by `close`.

    Args:
        reader: From the supervisor.
        writer: To it.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Connect, and be welcome.

        Args:
            path: Of the control socket.

        Raises:
            NotRunningError: When no supervisor answers there.
            ControlRefusedError: When it refuses this client.
        """
        connection = cls(*await _connect(path))
        try:
            await connection._greet(path)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Leave."""
        self._writer.close()

    def send(self, frame: Frame) -> None:
        """Send a frame; never waits."""
        if not self._writer.is_closing():
            self._writer.write(wire.encode(frame))

    async def next(self) -> wire.ServerFrame | None:
        """Return the next frame; None at the end.

        Raises:
            ControlRefusedError: When it is not understood.
        """
        try:
            return wire.decode_server(await self._reader.readuntil(b"\n"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except (asyncio.LimitOverrunError, WireError) as error:
            raise ControlRefusedError(
                f"The supervisor is not understood: {error}"
            ) from error

    async def _greet(self, path: Path) -> None:
        self.send(wire.Hello(protocol=wire.PROTOCOL))
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                frame = await self.next()
        except TimeoutError:
            raise NotRunningError(path, "the process there does not answer") from None
        if isinstance(frame, wire.Refused):
            raise ControlRefusedError(frame.message, frame.hint)
        if frame is None:
            raise NotRunningError(path, "it hung up")


async def _connect(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        connection = connect_to(path, CONNECT_TIMEOUT_S)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        raise NotRunningError(path) from None
    except OSError as error:
        raise NotRunningError(path, str(error.strerror or error)) from error
    connection.setblocking(False)
    return await asyncio.open_unix_connection(
        sock=connection, limit=wire.MAX_REPLY_BYTES
    )
