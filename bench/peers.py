"""A `.env` for the benchmark of process managers: `python -m bench.peers` in its folder.

It drives any supervisor through environment variables and runs a child program of its
own as the worker; `PM_BENCH_WORKERS` holds one item for each. To be used as
`CODERBOT_PREPARE`; see bench/README.md.
"""

import json
import os
from pathlib import Path

from tests.e2e.fleet import write_env
from tests.fakes.sandbox import make_token


def main() -> None:
    """Write the `.env` into this directory."""
    count = len(json.loads(os.environ["PM_BENCH_WORKERS"]))
    write_env(
        Path.cwd(),
        [make_token(number).reveal() for number in range(count)],
        "http://127.0.0.1:9",
        WORKER_RESTART_DELAY_SECONDS="0",
        # The child never says READY: nobody is to wait for it.
        WORKER_START_CONCURRENCY=str(count),
        WORKER_STOP_TIMEOUT_SECONDS="2",
        WORKER_START_DELAY_SECONDS="0",
        LOG_FILE_MAX_MB="100",
        LOG_TOTAL_MAX_MB="1000",
    )


if __name__ == "__main__":
    main()
