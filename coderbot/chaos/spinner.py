"""The worker, with a fault that can be asked for: at SIGUSR2 its loop spins for ever."""

import runpy
import signal


def spin(*_signal: object) -> None:
    """Keep the main thread busy in Python, as an endless loop in a handler does."""
    while True:
        pass


if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, spin)
    runpy.run_module("coderbot.worker", run_name="__main__", alter_sys=True)
