"""`python -m coderbot.worker`: one bot in one process."""

import asyncio
import faulthandler
import logging
import os
import random
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType

from coderbot.clock import SystemClock
from coderbot.config.load import load_worker_settings
from coderbot.errors import CoderBotError, ExitCode
from coderbot.logs import LIFECYCLE_LOGGER, configure_worker_logging
from coderbot.paths import bot_name
from coderbot.redact import Redactor
from coderbot.worker.privileges import harden, ignore_interrupts
from coderbot.worker.settings import take_channel, take_identity, wipe_secrets

_log = logging.getLogger(LIFECYCLE_LOGGER)


def main() -> int:
    """Run the worker; returns its exit code."""
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
    configure_worker_logging("bot-?", Redactor(), supervised)
    try:
        return asyncio.run(_run(supervised))
    except CoderBotError as error:
        _log.error("%s", error)
        return error.exit_code
    except Exception:  # noqa: BLE001 - logged without secrets, unlike a traceback
        _log.exception("The worker has crashed")
        return ExitCode.CRASH


async def _run(supervised: bool) -> ExitCode:
    identity = take_identity()
    bot = bot_name(identity.index)
    configure_worker_logging(bot, Redactor([identity.token]), supervised)
    channel = take_channel()
    settings = load_worker_settings(None if supervised else Path(".env"))
    wipe_secrets()
    redactor = Redactor([identity.token, *settings.secrets])
    configure_worker_logging(bot, redactor, supervised)
    # Only now: a worker with bad settings need not load the Telegram library.
    from coderbot.worker.app import Worker

    worker = Worker(settings, identity, channel, SystemClock(), random.random)
    return await worker.run()


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


if __name__ == "__main__":
    sys.exit(main())
