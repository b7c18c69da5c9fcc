"""Bots that run here only while they may."""

import asyncio

import pytest

from coderbot.errors import CoderBotError
from coderbot.supervisor.events import FleetReady
from coderbot.supervisor.state import BotState
from tests.processes.supervised import fleet_of

BOOTS_FOR_EVER = "wait()"
READY = "ready(); wait()"


async def test_only_who_was_let_in_is_started() -> None:
    async with fleet_of(READY, READY, host="a") as fleet:
        tenancy = fleet.supervisor.tenancy
        with pytest.raises(CoderBotError, match="no host has it yet"):
            await fleet.supervisor.start("bot-0")
        tenancy.admit("bot-1")
        tenancy.expect("bot-1")
        await tenancy.start("bot-1")
        await fleet.running(1)
        await tenancy.dismiss("bot-1")
        assert fleet.bot(1).state is BotState.STOPPED
        assert fleet.bot(0).run == 0


async def test_who_is_stopped_before_its_turn_is_not_started() -> None:
    async with fleet_of(BOOTS_FOR_EVER, READY, host="a") as fleet:
        tenancy = fleet.supervisor.tenancy
        async with asyncio.TaskGroup() as tasks:
            for bot in ("bot-0", "bot-1"):
                tenancy.admit(bot)
                tenancy.expect(bot)
                tasks.create_task(tenancy.start(bot))
            await fleet.state(BotState.STARTING, 0)
            assert tenancy.is_awaited("bot-1")
            await fleet.supervisor.stop("bot-1")
            await fleet.supervisor.stop("bot-0")
        assert fleet.bot(1).run == 0
        await fleet.supervisor.start("bot-1")
        await fleet.running(1)


async def test_one_that_was_stopped_on_another_host_is_not_waited_for() -> None:
    async with fleet_of(READY, READY, host="a") as fleet:
        tenancy = fleet.supervisor.tenancy
        for bot in ("bot-0", "bot-1"):
            tenancy.admit(bot)
        tenancy.expect("bot-0")
        fleet.supervisor.placed()
        await tenancy.start("bot-0")
        await fleet.until(lambda: FleetReady(1) in fleet.events)
        assert fleet.bot(1).run == 0


async def test_a_host_all_of_whose_bots_were_stopped_is_ready() -> None:
    async with fleet_of(READY, host="a") as fleet:
        fleet.supervisor.tenancy.admit("bot-0")
        fleet.supervisor.placed()
        await fleet.until(lambda: FleetReady(0) in fleet.events)


async def test_whose_turn_comes_when_the_fleet_stops_is_not_started() -> None:
    async with fleet_of(BOOTS_FOR_EVER, READY, READY, host="a") as fleet:
        tenancy = fleet.supervisor.tenancy
        async with asyncio.TaskGroup() as tasks:
            for bot in ("bot-0", "bot-1", "bot-2"):
                tenancy.admit(bot)
                tenancy.expect(bot)
                tasks.create_task(tenancy.start(bot))
            await fleet.state(BotState.STARTING, 0)
            # Both wait until the first one has booted, or is gone.
            assert tenancy.is_awaited("bot-1")
            assert tenancy.is_awaited("bot-2")
            async with asyncio.timeout(10):
                await fleet.supervisor.shut_down()
        # Let in too late, by an answer that was on its way.
        tenancy.expect("bot-2")
        await tenancy.start("bot-2")
        assert [fleet.bot(index).run for index in range(3)] == [1, 0, 0]
