import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from coderbot.cluster.away import ClusterError
from coderbot.cluster.lease import Mark
from coderbot.cluster.membership import TICK_S, Give, NameTakenError, Wish
from tests.fakes.clock import FakeClock
from tests.fakes.cluster import MakePeer, Peer, cluster, peers
from tests.fakes.redis import RedisServer, needs_redis

pytestmark = needs_redis


@pytest.fixture
async def make(server: RedisServer) -> AsyncIterator[MakePeer]:
    async with peers(server) as made:
        yield made


async def _settled(*hosts: Peer) -> None:
    """Let the time pass in which nothing may be taken."""
    for _ in range(3):
        for host in hosts:
            await host.beats()
        await hosts[0].clock.advance(7.5)
    for host in hosts:
        await host.beats()
    await hosts[0].beats()
    assert all(host.is_settled for host in hosts[:1])


async def test_hosts_hear_what_the_others_said_last(make: MakePeer) -> None:
    here, there = make("here", weight=2.0, labels=("gpu",)), make("there")
    here.report = lambda: b"all is well"
    await here.beats(wish=Wish(units=("bot-1",)))
    await there.beats()
    (first, second) = there.members()
    assert (first.host, first.weight, first.labels) == ("here", 2.0, ("gpu",))
    assert (first.units, first.report) == (("bot-1",), b"all is well")
    assert second.host == "there"


async def test_an_empty_redis_is_settled_only_after_the_life_of_a_lease(
    make: MakePeer,
) -> None:
    here = make("here")
    await here.beats("key")
    await here.beats("key", after_s=14)
    assert here.held() == {}
    await here.beats("key", after_s=1)
    await here.beats("key")
    assert set(here.held()) == {"key"}


async def test_a_lease_has_one_holder(make: MakePeer) -> None:
    hosts = [make(f"host-{number}") for number in range(8)]
    await _settled(*hosts)
    await asyncio.gather(*(host.beats("a", "b", "c") for host in hosts))
    await asyncio.gather(*(host.beats() for host in hosts))
    held = [key for host in hosts for key in host.held()]
    assert sorted(held) == ["a", "b", "c"]


async def test_it_is_good_from_before_the_beat_was_sent(make: MakePeer) -> None:
    here = make("here")
    sent = here.clock.boottime()
    slow = here._ticker.tick

    async def tick(*arguments: object) -> object:
        answer = await slow(*arguments)  # type: ignore[arg-type]
        await here.clock.advance(2.0)
        return answer

    here._ticker.tick = tick  # type: ignore[method-assign, assignment]
    await here.beats()
    assert here.until == sent + 15


async def test_a_living_holder_keeps_its_lease(make: MakePeer) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    for _ in range(20):
        await here.beats(after_s=2.5)
        await there.beats("key")
    assert set(here.held()) == {"key"}
    assert there.held() == {}


async def test_a_dead_holder_is_replaced_after_the_life_of_its_lease(
    make: MakePeer,
) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    fence = here.held()["key"].fence
    await there.beats("key")
    for _ in range(5):
        await there.beats("key", after_s=2.9)
    assert there.held() == {}
    assert here.until > there.clock.boottime()
    await there.beats("key", after_s=0.5)
    assert here.until <= there.clock.boottime()
    assert there.held()["key"].fence > fence
    # It wakes, and hears that its lease is gone.
    await here.beats()
    assert here.held() == {}


async def test_who_beats_while_another_takes_wins(make: MakePeer) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    await there.beats()
    await there.beats(after_s=12)
    await there.clock.advance(3.5)
    assert there.is_free("key")
    await here.beats()
    await there.beats("key")
    assert there.held() == {}
    assert not there.is_free("key")


async def test_a_lease_is_given_to_another_in_one_step(make: MakePeer) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    fence = here.held()["key"].fence
    await here.beats(wish=Wish(gives=[Give("key", there.session)]))
    await there.beats()
    assert there.held()["key"].fence > fence
    assert here.held() == {}


async def test_what_is_given_to_somebody_gone_is_free(make: MakePeer) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    await there.beats(wish=Wish(leaves=True))
    await here.beats(wish=Wish(gives=[Give("key", there.session)]))
    assert here.leases == {}


async def test_marks_stay_with_a_lease(make: MakePeer) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    await here.beats(wish=Wish(holds={"key": frozenset({Mark.OFF, Mark.KEPT})}))
    await there.beats()
    await there.beats("key", after_s=16)
    # That it was off outlives its holder; where it was kept does not.
    assert there.held()["key"].marks == {Mark.OFF}


@pytest.mark.parametrize("how", ["flushed", "restarted"])
async def test_redis_that_forgets_takes_no_lease_from_anybody(
    how: str, make: MakePeer, server: RedisServer
) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("mine")
    await there.beats("yours")
    fence = here.held()["mine"].fence
    if how == "flushed":
        server.client().flushall()
    else:
        server.kill()
        server.socket.unlink()
        server.start()
    await there.beats("mine", "free")
    assert set(there.held()) == {"yours"}
    await there.beats("mine", "free", after_s=2.5)
    await here.beats()
    assert set(here.held()) == {"mine"}
    assert here.held()["mine"].fence > fence
    for _ in range(7):
        await there.beats("mine", "free", after_s=2.5)
        await here.beats()
    assert set(there.held()) == {"yours", "free"}
    assert set(here.held()) == {"mine"}


async def test_a_stranger_who_deletes_a_lease_is_noticed_at_the_next_tick(
    make: MakePeer, server: RedisServer
) -> None:
    here = make("here")
    await _settled(here)
    await here.beats("key")
    server.client().hdel("{coderbot}:leases", "key")
    await here.beats()
    assert server.client().hget("{coderbot}:leases", "key") is not None
    assert set(here.held()) == {"key"}


async def test_a_forged_lease_takes_the_bot_away_and_no_more(
    make: MakePeer, server: RedisServer
) -> None:
    here = make("here")
    await _settled(here)
    await here.beats("key")
    forged = "there 1234 1999999999999 -"
    server.client().hset("{coderbot}:leases", "key", forged)
    await here.beats()
    assert here.held() == {}
    await here.beats("key", after_s=16)
    assert set(here.held()) == {"key"}


async def test_redis_that_went_back_in_time_has_forgotten(
    make: MakePeer, server: RedisServer
) -> None:
    here, there = make("here"), make("there")
    await _settled(here, there)
    await here.beats("key")
    client = server.client()
    state: Any
    leases: Any
    state, leases = (
        client.hgetall("{coderbot}:state"),
        client.hgetall("{coderbot}:leases"),
    )
    await here.beats(wish=Wish(gives=[Give("key", there.session)]))
    await there.beats()
    assert set(there.held()) == {"key"}
    # A replica that lagged is the new primary: here would have the lease again.
    client.hset("{coderbot}:state", mapping=state)
    client.hset("{coderbot}:leases", mapping=leases)
    await here.beats()
    await there.beats()
    await here.beats()
    assert set(there.held()) == {"key"}
    assert here.held() == {}


async def test_hosts_with_another_key_are_seen_and_not_believed(make: MakePeer) -> None:
    here = make("here")
    foreign = make("there", key="another key of a cluster, which nobody here knows")
    await foreign.beats()
    await here.beats()
    assert [each.host for each in here.members()] == ["here"]
    assert here.strangers == {"there"}


async def test_an_old_entry_put_back_is_not_believed(
    make: MakePeer, server: RedisServer
) -> None:
    here, there = make("here"), make("there")
    await there.beats()
    old = server.client().hget("{coderbot}:members", "there")
    assert isinstance(old, bytes)
    await there.beats()
    run, _, entry = old.split(b" ", 2)
    server.client().hset("{coderbot}:members", "there", b"%s 99 %s" % (run, entry))
    await here.beats()
    assert here.strangers == {"there"}


async def test_a_second_run_with_the_same_name_takes_it_over(make: MakePeer) -> None:
    old, new = make("here"), make("here")
    await _settled(old)
    await old.beats("key")
    await new.beats()
    await old.beats()
    assert old.is_usurped
    assert old.held() == {}
    assert old.until == 0.0
    assert new.held() == {}
    await new.beats("key", after_s=16)
    assert set(new.held()) == {"key"}


async def test_the_dead_are_told_of_for_an_hour(make: MakePeer) -> None:
    here, there = make("here"), make("there")
    await there.beats()
    await here.beats()
    await here.beats(after_s=600)
    assert [(each.host, age_s) for each, age_s in here.hosts()] == [
        ("here", 0.0),
        ("there", 600.0),
    ]
    assert [each.host for each in here.members()] == ["here"]
    await here.beats(after_s=3_000)
    await here.beats()
    assert [each.host for each, _ in here.hosts()] == ["here"]


async def test_clocks_of_hosts_need_not_agree(
    make: MakePeer, server: RedisServer
) -> None:
    here, there = make("here"), make("there", clock=FakeClock(9e6))
    await _settled(here, there)
    await here.beats("key")
    for _ in range(6):
        await there.beats("key", after_s=2.9)
        await here.beats(after_s=2.9)
    assert set(here.held()) == {"key"}


async def test_an_absent_redis_is_told_in_plain_words(
    make: MakePeer, server: RedisServer
) -> None:
    here = make("here")
    await here.beats()
    until = here.until
    server.kill()
    with pytest.raises(ClusterError, match="Redis"):
        await here.beats(after_s=2.5)
    assert here.until == until
    server.start()


async def test_hosts_of_other_versions_are_understood(
    make: MakePeer, server: RedisServer
) -> None:
    here = make("here")
    sealer, place = cluster(server.url, "older").sealer, "member:older"
    entries: dict[str, dict[str, Any]] = {
        # One knows less than this version, one more.
        "older": {"host": "older", "run": "1", "beat": 4},
        "newer": {
            "host": "newer",
            "run": "1",
            "beat": 9,
            "moon": [1, {"phase": "new"}],
        },
    }
    for host, told in entries.items():
        sealed = sealer.seal(place.replace("older", host), msgspec.msgpack.encode(told))
        entry = b"1 %d %s" % (told["beat"], sealed)
        server.client().hset("{coderbot}:members", host, entry)
    await here.beats()
    assert [each.host for each in here.members()] == ["here", "newer", "older"]
    assert here.members()[2].weight == 1.0
    assert here.strangers == frozenset()


async def _joins(new: Peer, *others: Peer | None) -> None:
    """Let it join; one of the others beats before each of its looks, or None does."""

    async def beat() -> None:
        for other in others:
            async with asyncio.timeout(10):
                while not new.clock.slept:  # noqa: ASYNC110 - Redis takes its time
                    await asyncio.sleep(0.001)
            new.clock.slept.clear()
            if other is not None:
                await other.beats()
            await new.clock.advance(TICK_S)

    await asyncio.gather(new.join(), beat())


async def test_a_name_that_somebody_uses_cannot_be_had(make: MakePeer) -> None:
    old, new = make("here"), make("here", clock=FakeClock())
    await old.beats()
    with pytest.raises(NameTakenError, match="called here already"):
        await _joins(new, old, old)


async def test_a_beat_that_was_on_its_way_at_a_crash_keeps_nobody_from_its_name(
    make: MakePeer,
) -> None:
    old, new = make("here"), make("here", clock=FakeClock())
    await old.beats()
    # Redis stood still, and does only now what the one that was killed has asked.
    await _joins(new, old, None, None, None)


async def test_of_two_that_start_with_one_name_one_gives_up(make: MakePeer) -> None:
    old, new, other = make("here"), make("here", clock=FakeClock()), make("here")
    await old.beats()
    with pytest.raises(NameTakenError):
        await _joins(new, other)
