"""Task groups whose errors leave them as they are."""

import asyncio

import pytest

from coderbot.taskgroup import innermost, task_group


async def _fail() -> None:
    raise LookupError("of a task")


async def test_an_error_of_the_block_leaves_it_and_ends_the_tasks() -> None:
    beside: list[asyncio.Task[bool]] = []

    async def block() -> None:
        async with task_group() as tasks:
            beside.append(tasks.create_task(asyncio.Event().wait()))
            await asyncio.sleep(0)
            raise ValueError("of the block")

    with pytest.raises(ValueError, match="of the block"):
        await block()
    assert beside[0].cancelled()


async def test_an_error_of_a_task_ends_the_block() -> None:
    async def block() -> None:
        async with asyncio.timeout(5), task_group() as tasks, task_group() as inner:
            inner.create_task(_fail())
            tasks.create_task(asyncio.Event().wait())
            await asyncio.Event().wait()

    with pytest.raises(LookupError, match="of a task"):
        await block()


async def test_a_cancellation_is_none() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), task_group() as tasks:
            tasks.create_task(asyncio.Event().wait())


def test_what_is_at_the_bottom_is_found() -> None:
    bottom = OSError("bottom")
    group = ExceptionGroup("", [ExceptionGroup("", [bottom]), ValueError()])
    assert innermost(group) is bottom
    assert innermost(bottom) is bottom
