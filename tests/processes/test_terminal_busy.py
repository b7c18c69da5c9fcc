"""Which real terminals are busy: with a program at work, or just used."""

import asyncio

from coderbot.worker.terminal.busy import BusyTerminals
from tests.fakes.clock import FakeClock
from tests.processes.terminals import DEADLINE_S, shows, terminal


class _Later(FakeClock):
    """The time of the machine, minutes later."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop().time())

    def pass_minutes(self, minutes: float) -> None:
        self._now += minutes * 60


async def test_a_shell_at_its_prompt_is_busy_for_some_minutes() -> None:
    clock = _Later()
    busy = BusyTerminals(clock)
    async with terminal() as session:
        await session.type_text("echo ready-$((20 + 3))")
        await shows(session, "ready-23")
        await session.settled()
        assert busy.count([session]) == 1
        clock.pass_minutes(2)
        assert busy.count([session]) == 1
        clock.pass_minutes(2)
        assert busy.count([session]) == 0


async def test_a_program_at_work_is_busy_however_quiet_it_is() -> None:
    clock = _Later()
    busy = BusyTerminals(clock)
    async with terminal() as session:
        await session.type_text("sleep 1000")
        async with asyncio.timeout(DEADLINE_S):
            while session.tty().program != "sleep":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await session.settled()
        busy.count([session])
        clock.pass_minutes(60)
        assert busy.count([session]) == 1
        await session.press("ctrl+c")
        async with asyncio.timeout(DEADLINE_S):
            while session.tty().program == "sleep":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await session.settled()
        busy.count([session])
        clock.pass_minutes(4)
        assert busy.count([session]) == 0


async def test_output_counts_as_use() -> None:
    clock = _Later()
    busy = BusyTerminals(clock)
    async with terminal() as session:
        await session.settled()
        busy.count([session])
        clock.pass_minutes(4)
        await session.type_text("echo again-$((20 + 3))")
        await shows(session, "again-23")
        session.last_input_at -= 600
        assert busy.count([session]) == 1
