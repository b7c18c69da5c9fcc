"""The control socket: other processes steer the supervisor through it."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from coderbot.clock import Clock, SystemClock
from coderbot.errors import CoderBotError
from coderbot.supervisor.controlanswers import Answerer
from coderbot.supervisor.controlpeer import Peer
from coderbot.supervisor.controlwire import MAX_REQUEST_BYTES
from coderbot.supervisor.port import ClusterSteering, ServedFleet
from coderbot.unixsocket import listen_at, peer_uid

MAX_CLIENTS = 128
"""Clients at once; more are refused."""
_BUFFER_BYTES = 1 << 18
"""What waits for a client that reads slowly, in bytes; then its sender waits."""
_FAREWELL_S = 1.0
"""At the end: for clients to hear the last event, in seconds."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def control_socket(
    fleet: ServedFleet,
    path: Path,
    clock: Clock | None = None,
    steering: ClusterSteering | None = None,
) -> AsyncIterator[None]:
    """Serve clients at `path` for the length of the block.

    Without the socket the fleet runs all the same; that it cannot be made is
    logged. The caller holds the lock of the directory it lies in.

    Args:
        fleet: What they steer.
        path: Of the socket; a stale one is replaced.
        clock: Measures the supervisor's uptime.
        steering: Moves bots between hosts; None for a host alone.
    """
    try:
        listener = listen_at(path)
    except (OSError, CoderBotError) as error:
        _log.error("No control socket, the fleet runs without: %s", error)
        yield
        return
    time = clock or SystemClock()
    answerer = Answerer(fleet, time, time.monotonic(), steering)
    server = ControlServer(fleet, listener, answerer)
    try:
        async with server:
            yield
    finally:
        with suppress(OSError):
            path.unlink()


class ControlServer:
    """Accepts clients; whatever they do, the supervisor does not wait for them.

    Args:
        fleet: What they steer.
        listener: A listening socket; closed with the server.
        answerer: Answers their requests.
    """

    def __init__(
        self, fleet: ServedFleet, listener: socket.socket, answerer: Answerer
    ) -> None:
        self._fleet = fleet
        self._listener = listener
        self._answerer = answerer
        self._clients: set[asyncio.Task[None]] = set()
        self._peers: set[Peer] = set()
        self._tasks = asyncio.TaskGroup()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> None:
        await self._tasks.__aenter__()
        self._server = await asyncio.start_server(
            self._on_client, sock=self._listener, limit=MAX_REQUEST_BYTES
        )

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for peer in self._peers:
            peer.end()
        if self._clients:
            await asyncio.wait(self._clients, timeout=_FAREWELL_S)
        for client in self._clients:
            client.cancel()
        await self._tasks.__aexit__(None, None, None)

    def _on_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.transport.set_write_buffer_limits(_BUFFER_BYTES)
        task = self._tasks.create_task(self._serve(reader, writer), name="client")
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        peer = Peer(self._fleet, reader, writer, self._answerer)
        try:
            refusal = self._refusal(writer)
            if refusal:
                await peer.refuse(refusal)
            else:
                self._peers.add(peer)
                await peer.serve()
            writer.close()
        except* ConnectionError:
            pass
        except* Exception:  # noqa: BLE001 - one client must not end the fleet
            _log.exception("A client of the control socket was cut off")
        finally:
            self._peers.discard(peer)
            if not writer.is_closing():
                # What is unsent is lost to a client that does not read.
                writer.transport.abort()

    def _refusal(self, writer: asyncio.StreamWriter) -> str:
        """Return why a client is not served; empty when it is."""
        connection = writer.get_extra_info("socket")
        uid = peer_uid(connection)
        if uid is not None and uid not in (0, os.geteuid()):
            _log.warning("Refused user %d at the control socket", uid)
            return f"User {uid} may not steer this supervisor"
        if len(self._clients) > MAX_CLIENTS:
            return f"{MAX_CLIENTS} clients are connected already"
        return ""
