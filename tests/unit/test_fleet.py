"""The block around a front end: signals in, plain errors out."""

import asyncio
import os
import signal
from typing import Any, cast

import pytest

from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.fleet import _stop_on_signals


class Stoppable:
    """Records what a signal makes of it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.killed = asyncio.Event()

    async def shut_down(self) -> None:
        self.asked.set()

    def kill_now(self) -> None:
        self.killed.set()


def port(stoppable: Stoppable) -> SupervisorPort:
    return cast(SupervisorPort, cast(Any, stoppable))


async def test_an_error_of_the_front_end_comes_out_as_it_is() -> None:
    with pytest.raises(CoderBotError, match="no luck"):
        async with _stop_on_signals(port(Stoppable())):
            raise CoderBotError("no luck")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_the_first_signal_stops_and_the_second_kills(
    number: signal.Signals,
) -> None:
    fleet = Stoppable()
    before = signal.getsignal(number)
    async with _stop_on_signals(port(fleet)):
        os.kill(os.getpid(), number)
        await asyncio.wait_for(fleet.asked.wait(), 5)
        assert not fleet.killed.is_set()
        os.kill(os.getpid(), number)
        await asyncio.wait_for(fleet.killed.wait(), 5)
    assert signal.getsignal(number) == before or number is signal.SIGINT
