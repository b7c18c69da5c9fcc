"""`python -m coderbot.worker`: one bot in one process."""

import random
import sys
from pathlib import Path

from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.process import run_process
from coderbot.botprocess.settings import (
    take_channel,
    take_identity,
    take_leased,
    wipe_secrets,
)
from coderbot.clock import SystemClock
from coderbot.config.load import load_worker_settings
from coderbot.errors import ExitCode
from coderbot.logs import configure_worker_logging
from coderbot.paths import bot_name
from coderbot.redact import Redactor


def main() -> int:
    """Run the worker; returns its exit code."""
    return run_process("bot-?", _run)


async def _run(supervised: bool) -> ExitCode:
    identity = take_identity()
    name = identity.name
    configure_worker_logging(name, Redactor([identity.token]), supervised)
    channel = take_channel()
    settings = load_worker_settings(None if supervised else Path(".env"))
    wipe_secrets()
    redactor = Redactor([identity.token, *settings.secrets])
    configure_worker_logging(name, redactor, supervised)
    clock = SystemClock()
    lease = PollLease(clock, take_leased())
    # Only now: a worker with bad settings need not load the Telegram library.
    from coderbot.botprocess.life import Life

    life = Life(settings, identity.token, channel, lease, clock, random.random)
    if identity.feeds(settings.replicas_of(bot_name(identity.index))):
        from coderbot.worker.replicas.receiver import Receiver

        return await Receiver(life, identity).run()
    from coderbot.worker.app import Worker

    return await Worker(life, identity).run()


if __name__ == "__main__":
    sys.exit(main())
