"""What asks the process of a bot to end: signals, and the end of its channel."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from coderbot.botprocess.hangup import HangUpGuard
from coderbot.botprocess.stopping import StopRequest
from coderbot.errors import ExitCode


@contextmanager
def signals_heard(stop: StopRequest, *, alone: bool) -> Iterator[None]:
    """Take SIGTERM for a wish to stop; after the block it is ignored.

    The loop's own handlers are not used: closing the loop would restore the
    default, and a second signal kill what is about to end with its code.

    Args:
        stop: Is asked.
        alone: SIGINT means the same, because there is no supervisor that Ctrl-C
            is meant for.
    """
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT) if alone else (signal.SIGTERM,)

    def ask(number: int, _frame: object) -> None:
        name = signal.Signals(number).name
        loop.call_soon_threadsafe(stop.ask, ExitCode.OK, name)

    for number in numbers:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def channel_guarded(channel: socket.socket | None, grace_s: float) -> Iterator[None]:
    """Watch the channel from a thread, in case that the loop cannot.

    Args:
        channel: To the supervisor; None: there is nothing to watch.
        grace_s: How long the process may take to end by itself, in seconds.
    """
    if channel is None:
        yield
        return
    guard = HangUpGuard(channel, grace_s)
    guard.start()
    try:
        yield
    finally:
        guard.close()
