"""`python -m tests.fakes.hostmain LIFE TICK`: `coderbot --headless`, only faster.

Leases live LIFE seconds, and hosts beat every TICK seconds.
"""

import asyncio
import sys
from pathlib import Path

from coderbot.cluster.membership import Timing
from coderbot.config.load import load_settings
from coderbot.errors import CoderBotError
from coderbot.fleet import run_fleet


def main() -> int:
    timing = Timing(*map(float, sys.argv[1:3]))
    try:
        settings = load_settings(Path(".env"))
        asyncio.run(run_fleet(settings, headless=True, timing=timing))
    except CoderBotError as error:
        print(f"coderbot: {error}", flush=True)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
