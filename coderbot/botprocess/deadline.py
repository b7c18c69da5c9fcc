"""The upper bound of a stop: after it the process ends, whatever hangs."""

import faulthandler
import os
import sys
import threading

from coderbot.botprocess.hangup import kill_children


def end_within(seconds: float, code: int) -> None:
    """End this process with `code` after `seconds`, unless it has ended by then.

    A thread that never returns (a picture, a file on a dead network disk) would
    otherwise keep the interpreter waiting for it.
    """
    timer = threading.Timer(seconds, _end_now, (code,))
    timer.name = "deadline of the stop"
    timer.daemon = True
    timer.start()


def _end_now(code: int) -> None:
    faulthandler.dump_traceback(sys.stderr, all_threads=True)
    kill_children()
    os._exit(code)
