"""`python -m coderbot.worker`: one bot in one process."""

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.loading import loading
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

if TYPE_CHECKING:
    from coderbot.worker.app import Worker
    from coderbot.worker.replicas.receiver import Receiver


def main() -> int:
    """Run the worker; returns its exit code."""
    return run_process("bot-?", _run)


async def _run(supervised: bool) -> ExitCode:
    identity = take_identity()
    name = identity.name
    configure_worker_logging(name, Redactor([identity.token]), supervised)
    settings = load_worker_settings(None if supervised else Path(".env"))
    wipe_secrets()
    redactor = Redactor([identity.token, *settings.secrets])
    configure_worker_logging(name, redactor, supervised)
    clock = SystemClock()
    lease = PollLease(clock, take_leased())
    feeds = identity.feeds(settings.replicas_of(bot_name(identity.index)))
    bot = _loaded(feeds)
    from coderbot.botprocess.life import Life

    channel = take_channel()
    life = Life(settings, identity.token, channel, lease, clock, random.random)
    return await bot(life, identity).run()


def _loaded(feeds: bool) -> "type[Receiver] | type[Worker]":
    """Return what runs the bot; a worker with bad settings need not load it."""
    with loading():
        if feeds:
            from coderbot.worker.replicas.receiver import Receiver

            return Receiver
        from coderbot.worker.app import Worker

        return Worker


if __name__ == "__main__":
    sys.exit(main())
