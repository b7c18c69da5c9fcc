"""Who boots, and who waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from coderbot.supervisor.startqueue import StartQueue
from tests.fakes.clock import FakeClock

PATIENCE_S = 15.0


class Harbour:
    """A queue, and those that have asked for a berth."""

    def __init__(self, limit: int, group: asyncio.TaskGroup) -> None:
        self.clock = FakeClock()
        self.queue = StartQueue(limit, self.clock, PATIENCE_S)
        self.turns: list[str] = []
        self._group = group

    async def ask(self, *bots: str) -> list[asyncio.Task[None]]:
        tasks = [self._group.create_task(self._turn(bot)) for bot in bots]
        await self.clock.settle()
        return tasks

    async def _turn(self, bot: str) -> None:
        await self.queue.turn(bot)
        self.turns.append(bot)

    async def done(self, *bots: str) -> None:
        for bot in bots:
            self.queue.note(bot, boots=False)
        await self.clock.settle()


@asynccontextmanager
async def harbour(limit: int = 1) -> AsyncIterator[Harbour]:
    async with asyncio.TaskGroup() as group:
        yield Harbour(limit, group)


async def test_they_boot_one_after_the_other_in_order() -> None:
    async with harbour() as port:
        await port.ask("a", "b", "c")
        assert port.turns == ["a"]
        await port.done("a")
        assert port.turns == ["a", "b"]
        await port.done("b")
        assert port.turns == ["a", "b", "c"]


async def test_as_many_as_there_are_berths() -> None:
    async with harbour(2) as port:
        await port.ask("a", "b", "c", "d")
        assert port.turns == ["a", "b"]
        await port.done("a", "b")
        assert port.turns == ["a", "b", "c", "d"]


async def test_who_is_started_by_a_person_counts_but_does_not_wait() -> None:
    async with harbour() as port:
        port.queue.note("person", boots=True)
        await port.ask("a")
        assert port.turns == []
        await port.done("person")
        assert port.turns == ["a"]


async def test_who_gives_up_waiting_leaves_no_gap() -> None:
    async with harbour() as port:
        _, second, _ = await port.ask("a", "b", "c")
        second.cancel()
        await port.clock.settle()
        await port.done("a")
        assert port.turns == ["a", "c"]


async def test_a_start_that_is_called_off_with_its_turn_frees_the_berth() -> None:
    async with harbour() as port:
        _, second, _ = await port.ask("a", "b", "c")
        port.queue.note("a", boots=False)
        # Its turn has come, and it has not heard of it yet.
        second.cancel()
        port.queue.note("b", boots=False)
        await port.clock.settle()
        assert port.turns == ["a", "c"]
        await port.done("c")


async def test_who_boots_for_ever_holds_nobody_up_for_ever() -> None:
    async with harbour() as port:
        await port.ask("slow", "b", "c")
        await port.clock.advance(PATIENCE_S - 1)
        port.queue.expire()
        await port.clock.settle()
        assert port.turns == ["slow"]
        await port.clock.advance(1)
        # That it is still booting is no news.
        port.queue.expire()
        port.queue.note("slow", boots=True)
        await port.clock.settle()
        assert port.turns == ["slow", "b"]
        await port.done("b")
        assert port.turns == ["slow", "b", "c"]
        await port.done("c", "slow")
