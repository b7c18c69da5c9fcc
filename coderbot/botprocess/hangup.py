"""The end of a worker whose supervisor is gone, even if its loop is stuck."""

import contextlib
import faulthandler
import os
import select
import signal
import socket
import sys
import threading


class HangUpGuard:
    """Watches the channel from a thread of its own.

    The loop sees the end of the channel too and stops in good order. This
    thread is for the case that it does not: a loop that is stuck would leave
    terminals without anybody who can reach them.

    Args:
        channel: Inherited end of the socket pair.
        grace_s: How long the worker may take to end by itself, in seconds.
    """

    def __init__(self, channel: socket.socket, grace_s: float) -> None:
        self._channel = channel.dup()
        self._grace_s = grace_s
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name="hang-up guard", daemon=True
        )

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching; the worker ends by itself."""
        self._ended.set()
        # Wakes poll() in the thread; there is nothing to do if it is awake already.
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        self._thread.join(1)
        self._channel.close()

    def _watch(self) -> None:
        poller = select.poll()
        # No events asked for: hang-up and errors are told in any case.
        poller.register(self._channel.fileno(), 0)
        poller.poll()
        if self._ended.wait(self._grace_s):
            return
        faulthandler.dump_traceback(sys.stderr, all_threads=True)
        kill_children()
        os.kill(os.getpid(), signal.SIGKILL)


def kill_children() -> None:
    """SIGKILL all that this process has started."""
    import psutil  # 3 MB that a healthy worker never needs

    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.Error:
            continue
