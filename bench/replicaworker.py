"""A replica that does nothing but take updates: `python -m bench.replicaworker`.

Stream, consumer and ledger are those of a worker. What it acts on it writes down at
once, and waits then, as a handler waits for Telegram's answer.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
from telegram import Update

from coderbot.botprocess.telegram.ledger import Ledger
from coderbot.clock import SystemClock
from coderbot.cluster.shared import Shared
from coderbot.worker.replicas.consumer import Consumer
from coderbot.worker.telegram.sharedledger import SharedLedger
from tests.fakes.cluster import cluster

BOT = 7_000_001
WAIT_S = 0.005
"""How long a handler waits."""


async def main(url: str, slot: int, at_once: int, directory: Path) -> None:
    """Consume a stream until SIGTERM.

    Args:
        url: Of Redis.
        slot: Which stream.
        at_once: How many updates may be under way.
        directory: Where it writes down what it has done.
    """
    clock, host = SystemClock(), f"host-{slot}"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    acted = os.open(directory / f"acted-{slot}", flags, 0o600)
    told = os.open(directory / f"told-{slot}", flags, 0o600)
    async with Shared.open(cluster(url, host), BOT) as shared:
        ledger = SharedLedger(shared.updates, Ledger(None), clock)

        async def handle(body: bytes, is_left: bool) -> None:
            number = msgspec.json.decode(body)["update_id"]
            if await ledger.is_new(Update(number)):
                os.write(acted, b"%d\n" % number)
                await clock.sleep(WAIT_S)
            elif is_left:
                os.write(told, b"%d\n" % number)

        consumer = Consumer(shared.reader(slot), handle, at_once, clock)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, consumer.stop)
        async with asyncio.TaskGroup() as group:
            group.create_task(consumer.run())
            await consumer.ready()
            print("ready", flush=True)


if __name__ == "__main__":
    _, url, slot, at_once, directory = sys.argv
    asyncio.run(main(url, int(slot), int(at_once), Path(directory)))
