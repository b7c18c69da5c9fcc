"""`python -m coderbot.controlbot`: the control bot in its own process."""

import os
import random
import sys
from pathlib import Path

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
from coderbot.errors import ConfigError, ExitCode
from coderbot.logs import configure_worker_logging
from coderbot.redact import Redactor

_NAME = "control"


def main() -> int:
    """Run the control bot; returns its exit code."""
    return run_process(_NAME, _run)


async def _run(supervised: bool) -> ExitCode:
    token = take_identity().token
    configure_worker_logging(_NAME, Redactor([token]), supervised)
    env_file = os.environ.pop("CODERBOT_ENV_FILE", "")
    settings = load_worker_settings(None if supervised else Path(".env"))
    wipe_secrets()
    if not settings.control_bot_admin_ids:
        problem = "CONTROL_BOT_ADMIN_IDS is empty; allowed: at least one user id"
        raise ConfigError("the environment of the control bot", [problem])
    # Only now: with bad settings the Telegram library need not be loaded.
    with loading():
        from coderbot.botprocess.life import Life
        from coderbot.controlbot.app import ControlBot

    path = Path(env_file) if env_file else None
    clock, jitter = SystemClock(), random.random
    lease = PollLease(clock, take_leased())
    channel = take_channel()
    life = Life(settings, token, channel, lease, clock, jitter, "CONTROL_BOT_TOKEN")
    return await ControlBot(life, path).run()


if __name__ == "__main__":
    sys.exit(main())
