"""A small HTTP server for probes and numbers: GET alone, one request a connection."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from coderbot.httpmessage import (
    END_OF_HEAD,
    MAX_HEAD_BYTES,
    Page,
    RefusedError,
    requested_path,
    response,
)

_MAX_CONNECTIONS = 16
_REQUEST_S = 5.0
"""How long one request may take, in seconds."""

_log = logging.getLogger(__name__)


class HttpServer:
    """Shows pages.

    Args:
        page: Returns what is shown at a path; None when there is nothing.
        from_anywhere: Those are answered who call this machine by any name.
    """

    def __init__(
        self, page: Callable[[str], Page | None], *, from_anywhere: bool = False
    ) -> None:
        self._page = page
        self._from_anywhere = from_anywhere
        self._connections: set[asyncio.StreamWriter] = set()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one connection, or cut it off when there are too many."""
        if len(self._connections) >= _MAX_CONNECTIONS:
            writer.transport.abort()
            return
        self._connections.add(writer)
        try:
            async with asyncio.timeout(_REQUEST_S):
                writer.write(response(await self._answer(reader)))
                await writer.drain()
        except (OSError, TimeoutError):
            # The other side has gone, or is too slow to be waited for.
            writer.transport.abort()
        finally:
            self._connections.discard(writer)
            with suppress(OSError):
                writer.close()

    def abort(self) -> None:
        """Cut all connections."""
        for writer in self._connections:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader) -> Page:
        try:
            head = await reader.readuntil(END_OF_HEAD)
            path = requested_path(head, from_anywhere=self._from_anywhere)
        except RefusedError as error:
            return Page(error.status)
        except asyncio.LimitOverrunError:
            return Page(431)
        except asyncio.IncompleteReadError:
            return Page(400)
        return self._page(path) or Page(404)


@asynccontextmanager
async def opened(
    server: HttpServer, host: str, port: int, purpose: str
) -> AsyncIterator[int | None]:
    """Serve for the length of the block; yields the port.

    A port that is taken is told, and None yielded: what is asked about matters more.

    Args:
        server: Answers.
        host: Address to listen at.
        port: On it; 0 for any that is free.
        purpose: What it is for, in words for the log.
    """
    listener = await _listen(server, host, port, purpose)
    try:
        yield None if listener is None else _port(listener)
    finally:
        if listener is not None:
            listener.close()
        server.abort()


async def _listen(
    server: HttpServer, host: str, port: int, purpose: str
) -> asyncio.Server | None:
    try:
        listener = await asyncio.start_server(
            server.serve, host, port, limit=MAX_HEAD_BYTES
        )
    except OSError as error:
        reason = error.strerror or error
        _log.error("No %s on port %d of %s: %s", purpose, port, host, reason)
        return None
    _log.info("Serving %s: http://%s:%d", purpose, host, _port(listener))
    return listener


def _port(listener: asyncio.Server) -> int:
    return int(listener.sockets[0].getsockname()[1])
