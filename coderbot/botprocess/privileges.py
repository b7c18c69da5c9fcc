"""What the kernel is asked about this process: signals, dumps, the parent's end."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def ignore_interrupts() -> None:
    """Ignore SIGINT: Ctrl-C in a dashboard is for the supervisor to handle.

    The supervisor blocks it over the exec, so that it cannot come before this.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def harden() -> None:
    """Keep this process's memory and environment from others of the same user.

    Shells run as the same user; without this they could read the token from
    /proc or by a debugger. Also, when the parent dies, SIGCONT wakes a worker
    that was stopped, so that it sees the end of its channel.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGCONT), 0, 0, 0)
