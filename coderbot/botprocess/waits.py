"""Waiting for one of two things."""

import asyncio

from coderbot.clock import Clock


async def wait_event(event: asyncio.Event, clock: Clock, timeout_s: float) -> bool:
    """Wait until `event` is set, but no longer than `timeout_s` of `clock`.

    Returns:
        Whether the event is set.
    """
    if event.is_set() or timeout_s <= 0:
        return event.is_set()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(event.wait()),
            group.create_task(_sleep(clock, timeout_s)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
    return event.is_set()


async def _sleep(clock: Clock, seconds: float) -> bool:
    await clock.sleep(seconds)
    return False
