"""Events to listeners."""

import asyncio

import pytest

from coderbot.supervisor.bus import Bus
from coderbot.supervisor.events import (
    BotChanged,
    BotSnapshot,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.state import BotState


def changed(index: int, state: BotState) -> BotChanged:
    return BotChanged(BotSnapshot(f"bot-{index}", index, state))


async def read_all(bus: Bus, *events: FleetEvent) -> list[FleetEvent]:
    """Return what a listener hears who reads only after all was said."""
    async with bus.subscribe() as heard:
        for event in events:
            bus.publish(event)
        bus.publish(FleetStopped())
        return [event async for event in heard]


async def test_all_is_heard_in_order_and_then_it_ends() -> None:
    running = changed(0, BotState.RUNNING)
    events: list[FleetEvent] = [LinesAdded(1), running, FleetReady(1)]
    assert await read_all(Bus(), *events) == [*events, FleetStopped()]


async def test_of_one_bot_the_newest_is_kept_behind_what_was_before() -> None:
    assert await read_all(
        Bus(),
        changed(0, BotState.STARTING),
        changed(1, BotState.STARTING),
        changed(0, BotState.RUNNING),
    ) == [
        changed(1, BotState.STARTING),
        changed(0, BotState.RUNNING),
        FleetStopped(),
    ]


async def test_of_lines_the_newest_number_is_kept_in_its_place() -> None:
    heard = await read_all(
        Bus(), LinesAdded(1), FleetStopping(3), *map(LinesAdded, range(2, 10_000))
    )
    assert heard == [LinesAdded(9_999), FleetStopping(3), FleetStopped()]


async def test_a_listener_waits_for_news() -> None:
    bus = Bus()
    async with bus.subscribe() as heard:
        asyncio.get_running_loop().call_soon(bus.publish, FleetReady(2))
        assert await anext(heard) == FleetReady(2)


async def test_each_listener_hears_for_itself() -> None:
    bus = Bus()
    async with bus.subscribe() as first, bus.subscribe() as second:
        bus.publish(FleetReady(1))
        assert await anext(first) == FleetReady(1)
        assert await anext(second) == FleetReady(1)


async def test_who_comes_after_the_end_is_told_at_once() -> None:
    bus = Bus()
    bus.publish(FleetStopped())
    bus.publish(FleetReady(1))
    async with bus.subscribe() as heard:
        assert [event async for event in heard] == [FleetStopped()]
        with pytest.raises(StopAsyncIteration):
            await anext(heard)
