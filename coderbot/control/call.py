"""A conversation with the supervisor for short commands: no event loop needed."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from coderbot.control.failures import (
    ControlRefusedError,
    NotRunningError,
    SupervisorGoneError,
    error_of,
    expect,
)
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.clusterview import PlannedMove
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.unixsocket import connect_to
from coderbot.wire import Frame, WireError

CONNECT_TIMEOUT_S = 5.0
"""How long a supervisor may take to say welcome, in seconds."""

_SILENT = "the process there does not answer"


class Conversation:
    """A connection to a supervisor on which one asks and waits for the answer.

    Args:
        path: Of the control socket.
        timeout_s: For the supervisor to say welcome, in seconds.

    Raises:
        NotRunningError: When no supervisor answers there.
        ControlRefusedError: When it refuses this client.
    """

    def __init__(self, path: Path, timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._path = path
        self._numbers = count(1)
        self._rest = bytearray()
        self._socket = _connect(path, timeout_s)
        try:
            self.welcome = self._greet()
        except TimeoutError:
            self._socket.close()
            raise NotRunningError(path, _SILENT) from None
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def status(self) -> wire.FleetStatus:
        """Return how everything stands."""
        number = self._send(wire.GetStatus(id=next(self._numbers)))
        return expect(self._answer(number), wire.FleetStatus)

    def act(self, action: wire.Action, bot: str = "") -> wire.Answer:
        """Do something; returns the answer once it has been done."""
        return self._answer(self.begin(action, bot))

    def begin(self, action: wire.Action, bot: str = "") -> int:
        """Ask for something; returns the number to wait for by `finish`."""
        return self._send(wire.Act(id=next(self._numbers), action=action, bot=bot))

    def finish(self, numbers: set[int]) -> Iterator[tuple[int, wire.Answer]]:
        """Yield the answers to `numbers` as they come, those of failures too."""
        waiting = set(numbers)
        while waiting:
            frame = self.read()
            if isinstance(frame, wire.Answer) and frame.id in waiting:
                waiting.discard(frame.id)
                yield frame.id, frame

    def reload(self, dry_run: bool) -> wire.Planned:
        """Let the supervisor read its settings anew; returns what that changes."""
        number = self._send(wire.Reload(id=next(self._numbers), dry_run=dry_run))
        return expect(self._answer(number), wire.Planned)

    def steer_cluster(
        self, action: wire.ClusterAction, *, host: str, bot: str = ""
    ) -> None:
        """Drain a host, let it take bots again, or move a bot to it."""
        number = next(self._numbers)
        ask = wire.SteerCluster(id=number, action=action, host=host, bot=bot)
        self._answer(self._send(ask))

    def rebalance(self, *, dry_run: bool) -> list[PlannedMove]:
        """Even the load of the hosts out; returns the moves."""
        number = next(self._numbers)
        ask = wire.SteerCluster(id=number, action="rebalance", dry_run=dry_run)
        return expect(self._answer(self._send(ask)), wire.Moves).moves

    def lines(self, bot: str | None, limit: int) -> list[LogLine]:
        """Return the newest `limit` lines; of one bot, or of all."""
        ask = wire.GetLines(id=next(self._numbers), bot=bot, limit=limit)
        number = self._send(ask)
        found: list[LogLine] = []
        while True:
            page = expect(self._answer(number), wire.Lines)
            found += page.lines
            if page.last:
                return found

    def search(self, query: LogQuery) -> LogHits:
        """Look for lines in all that the supervisor keeps, in memory and in files."""
        return expect(self._answer(self.begin_search(query)), wire.Found).hits

    def begin_search(self, query: LogQuery) -> int:
        """Ask for lines; returns the number that the answer, `Found`, will bear."""
        return self._send(wire.Search(id=next(self._numbers), query=query))

    def dossiers(self, bot: str) -> list[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first."""
        number = self._send(wire.GetDossiers(id=next(self._numbers), bot=bot))
        return expect(self._answer(number), wire.Crashes).dossiers

    def facts(self, bot: str) -> BotFacts:
        """Return what a bot is started with, and what is counted of it."""
        number = self._send(wire.GetFacts(id=next(self._numbers), bot=bot))
        return expect(self._answer(number), wire.Facts).facts

    def follow(self, history: int) -> int:
        """Ask for all events from now on, after the newest `history` lines.

        Returns:
            The number of the request: what bears it belongs to the history.
        """
        return self._send(wire.Follow(id=next(self._numbers), history=history))

    def read(self) -> wire.ServerFrame:
        """Return the next frame.

        Raises:
            SupervisorGoneError: When there will be none.
        """
        try:
            return wire.decode_server(self._read_line())
        except WireError as error:
            raise ControlRefusedError(str(error)) from error

    @contextmanager
    def patience(self, timeout_s: float) -> Iterator[None]:
        """Bound every wait of the block.

        Args:
            timeout_s: In seconds.

        Raises:
            NotRunningError: When nothing came for so long.
        """
        self._socket.settimeout(max(0.001, timeout_s))
        try:
            yield
        except TimeoutError:
            raise NotRunningError(self._path, _SILENT) from None
        finally:
            self._socket.settimeout(None)

    def hang_up(self) -> None:
        """Let a thread that waits for an answer wait no more: `SupervisorGoneError`."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _greet(self) -> wire.Welcome:
        self._write(wire.Hello(protocol=wire.PROTOCOL))
        frame = self.read()
        if isinstance(frame, wire.Refused):
            raise ControlRefusedError(frame.message, frame.hint)
        return expect(frame, wire.Welcome)

    def _answer(self, number: int) -> wire.Answer:
        while True:
            frame = self.read()
            if isinstance(frame, wire.Refused):
                raise ControlRefusedError(frame.message, frame.hint)
            if isinstance(frame, wire.Answer) and frame.id == number:
                if isinstance(frame, wire.Failed):
                    raise error_of(frame)
                return frame

    def _send(self, frame: wire.ClientFrame) -> int:
        self._write(frame)
        assert not isinstance(frame, wire.Hello)
        return frame.id

    def _write(self, frame: Frame) -> None:
        try:
            self._socket.sendall(wire.encode(frame))
        except ConnectionError:
            # Why is told by what it sent before it hung up.
            return

    def _read_line(self) -> bytes:
        while (end := self._rest.find(b"\n")) < 0:
            try:
                data = self._socket.recv(1 << 16)
            except ConnectionError:
                data = b""
            if not data:
                raise SupervisorGoneError
            self._rest += data
            if len(self._rest) > wire.MAX_REPLY_BYTES:
                raise WireError(f"longer than {wire.MAX_REPLY_BYTES} bytes")
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line


def _connect(path: Path, timeout_s: float) -> socket.socket:
    try:
        return connect_to(path, timeout_s)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        raise NotRunningError(path) from None
    except (OSError, TimeoutError) as error:
        raise NotRunningError(path, str(error.strerror or error)) from error
