"""A real Redis server for one test, that can be stopped, killed and paused."""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None,
    reason="redis-server is not installed; scripts/install-test-packages.sh does it",
)


class RedisServer:
    """A server on a socket of its own, or on an address; it keeps nothing on disk.

    Args:
        directory: For its socket; the path must be short.
        address: Listens there on `port` as well; empty: on the socket alone.
        port: Of that address.
        prefix: What it is started through, such as `ip netns exec NAME`.
        arguments: More arguments.
    """

    def __init__(
        self,
        directory: Path,
        address: str = "",
        port: int = 6379,
        prefix: tuple[str, ...] = (),
        arguments: tuple[str, ...] = (),
    ) -> None:
        self.socket = directory / "redis.sock"
        self._address = address
        self._port = port
        self._prefix = prefix
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None  # noqa: TID251

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; returns once it answers."""
        address = self._address or "127.0.0.1"
        port = self._port if self._address else 0
        self._process = subprocess.Popen(  # noqa: TID251
            [
                *self._prefix,
                *("redis-server", "--port", str(port), "--bind", address),
                *("--unixsocket", str(self.socket), "--unixsocketperm", "600"),
                *("--save", "", "--appendonly", "no", "--daemonize", "no"),
                *("--protected-mode", "no", "--loglevel", "warning"),
                *self._arguments,
            ],
            stdout=subprocess.DEVNULL,
            cwd=self.socket.parent,
        )
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, "redis-server ended at its start"
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.005)

    def client(self) -> "redis.Redis":
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5)

    def stop(self) -> None:
        """End it; all that it held is gone."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it answer nobody, though connections stay."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        self._process.wait(10)
        self._process = None


@contextlib.contextmanager
def redis_server(directory: Path) -> Iterator[RedisServer]:
    """Run a server on a socket in `directory`."""
    server = RedisServer(directory)
    server.start()
    try:
        yield server
    finally:
        server.stop()
