import asyncio
import math

import pytest

from coderbot.botprocess.lease import PollLease
from coderbot.wire import Lease
from tests.fakes.clock import FakeClock


def _lease(left_s: float, clock: FakeClock) -> Lease:
    return Lease(until=clock.boottime() + left_s, fence=7, margin_s=2.0)


async def test_a_host_alone_needs_none() -> None:
    lease = PollLease(FakeClock(), is_needed=False)
    assert lease.is_good
    assert await lease.poll_s() == math.inf
    async with lease.bounding():
        await asyncio.sleep(0)


async def test_nothing_is_polled_before_the_first() -> None:
    clock = FakeClock()
    lease = PollLease(clock, is_needed=True)
    assert not lease.is_good
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(lease.poll_s())
        await clock.settle()
        assert not poll.done()
        lease.renew(_lease(15, clock))
    assert poll.result() == 13.0
    assert lease.fence == 7


async def test_a_poll_ends_before_the_lease() -> None:
    clock = FakeClock()
    lease = PollLease(clock, is_needed=True)
    lease.renew(_lease(15, clock))
    await clock.advance(11)
    assert await lease.poll_s() == 2.0
    await clock.advance(1.5)
    # There is no time for another one.
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(lease.poll_s())
        await clock.settle()
        assert not poll.done()
        lease.close()
    assert poll.result() == 0.0
    assert lease.is_good
    await clock.advance(3)
    assert not lease.is_good


async def test_a_lease_that_is_taken_away_cuts_a_poll_off() -> None:
    clock = FakeClock()
    lease = PollLease(clock, is_needed=True)
    lease.renew(_lease(3_600, clock))

    async def poll() -> None:
        async with lease.bounding():
            lease.renew(Lease(until=0.0))
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await poll()
    assert not lease.is_good


async def test_a_lease_that_is_renewed_lets_a_poll_go_on() -> None:
    clock = FakeClock()
    lease = PollLease(clock, is_needed=True)
    lease.renew(_lease(0.05, clock))
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with lease.bounding():
        lease.renew(_lease(3_600, clock))
        await asyncio.sleep(0.1)
    assert loop.time() - began >= 0.1
