"""Task groups around a block of others, whose errors leave it as they are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Own tasks for the length of the block, as `asyncio.TaskGroup` does.

    The first error of the block or of a task is raised, not a group of all: whoever
    wrote the block need not know of the tasks beside it.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as group:
        raise innermost(group) from None


def innermost(error: BaseException) -> BaseException:
    """Return what went wrong: the first error in a group, of a group in it, too."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
