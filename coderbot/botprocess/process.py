"""The frame of a process with a bot in it: signals, dumps, logging, exit codes."""

import asyncio
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

from coderbot.botprocess.privileges import harden, ignore_interrupts
from coderbot.errors import CoderBotError, ExitCode
from coderbot.logs import LIFECYCLE_LOGGER, configure_worker_logging
from coderbot.redact import Redactor

_log = logging.getLogger(LIFECYCLE_LOGGER)


def run_process(
    name: str, run: Callable[[bool], Coroutine[Any, Any, ExitCode]]
) -> ExitCode:
    """Run a bot to its end; returns the exit code of the process.

    Args:
        name: What its lines are marked with until `run` knows better.
        run: Does everything; is told whether there is a supervisor.
    """
    supervised = "CODERBOT_CHANNEL_FD" in os.environ
    signal.signal(signal.SIGTERM, _end_early)
    if supervised:
        ignore_interrupts()
    else:
        signal.signal(signal.SIGINT, _end_early)
    harden()
    faulthandler.enable()
    # From C, so that even a loop of Python that never lets go tells where it is.
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    _log_uncaught()
    configure_worker_logging(name, Redactor(), supervised)
    try:
        return asyncio.run(run(supervised))
    except CoderBotError as error:
        _log.error("%s", error)
        return error.exit_code
    except Exception:  # noqa: BLE001 - logged without secrets, unlike a traceback
        _log.exception("The worker has crashed")
        return ExitCode.CRASH


def _end_early(_number: int, _frame: object) -> None:
    """End at once: there is nothing yet that would have to be closed."""
    sys.exit(ExitCode.OK)


def _log_uncaught() -> None:
    """Let uncaught errors go through the log, where secrets are scrubbed."""

    def log_error(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        _log.critical("Uncaught error", exc_info=(kind, error, trace))

    def log_in_thread(arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value or RuntimeError("no error")
        log_error(arguments.exc_type, error, arguments.exc_traceback)

    def log_unraisable(arguments: "sys.UnraisableHookArgs") -> None:
        error = arguments.exc_value or RuntimeError("no error")
        log_error(arguments.exc_type, error, arguments.exc_traceback)

    sys.excepthook = log_error
    threading.excepthook = log_in_thread
    sys.unraisablehook = log_unraisable
