"""What workers share through a real Redis: maps, and claims."""

import asyncio
import re
from pathlib import Path

import pytest

from coderbot.cluster.away import ClusterError
from coderbot.cluster.shared import Shared
from tests.fakes.cluster import cluster
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.shared import cluster_on

BOT = 7_000_001
KEY = f"{{coderbot}}:preferences:{BOT}"

pytestmark = needs_redis


async def test_a_value_replaces_only_what_was_seen(server: RedisServer) -> None:
    async with (
        Shared.open(cluster_on(server), BOT) as one,
        Shared.open(cluster_on(server), BOT) as two,
    ):
        mine, theirs = one.preferences, two.preferences
        assert await mine.put("1", b"first")
        assert not await theirs.put("1", b"second")
        assert await theirs.get(["1", "2"]) == {"1": b"first"}
        assert await theirs.put("1", b"second")
        assert not await mine.put("1", b"third")
        assert await mine.get(["1"]) == {"1": b"second"}
    assert b"second" not in (server.client().hget(KEY, "1") or b"")


async def test_changes_are_followed(server: RedisServer) -> None:
    async with (
        Shared.open(cluster_on(server), BOT) as one,
        Shared.open(cluster_on(server), BOT) as two,
    ):
        changes = two.preferences.changes()
        assert await anext(changes) == ""
        await one.preferences.put("1", b"first")
        assert await anext(changes) == "1"
        server.kill()
        with pytest.raises(ClusterError):
            await anext(changes)


async def test_what_is_forged_is_told_and_ignored(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    client = server.client()
    async with (
        Shared.open(cluster_on(server), BOT) as shared,
        Shared.open(cluster_on(server, key="Another" * 9), BOT) as stranger,
        Shared.open(cluster_on(server), BOT + 1) as other_bot,
    ):
        mine = shared.preferences
        await mine.put("1", b"true")
        await stranger.preferences.put("2", b"by another key")
        await other_bot.preferences.put("3", b"of another bot")
        client.hset(KEY, "3", client.hget(f"{KEY[:-1]}2", "3") or b"")
        client.hset(KEY, "4", client.hget(KEY, "1") or b"")
        client.hset(KEY, "5", b"\xff not sealed at all")
        names = [str(number) for number in range(1, 6)]
        assert await mine.get(names) == {"1": b"true"}
        assert caplog.text.count("it is ignored") == 4
        # Told once for each, and replaced like any other.
        await mine.get(names)
        assert caplog.text.count("it is ignored") == 4
        assert await mine.put("5", b"true, too")
        assert await mine.get(["5"]) == {"5": b"true, too"}


async def test_an_update_is_claimed_once(server: RedisServer) -> None:
    async with (
        Shared.open(cluster_on(server), BOT) as one,
        Shared.open(cluster_on(server), BOT) as two,
        Shared.open(cluster_on(server), BOT + 1) as other_bot,
    ):
        mine, theirs = one.updates, two.updates
        assert await mine.take(["a", "b"]) == [True, True]
        # An answer may have been lost: to ask again changes nothing.
        assert await mine.take(["b", "c"]) == [True, True]
        assert await theirs.take(["a", "c", "d"]) == [False, False, True]
        assert await other_bot.updates.take(["a"]) == [True]
        names = [f"update {number}" for number in range(200)]
        both = await asyncio.gather(mine.take(names), theirs.take(names))
        assert [a + b for a, b in zip(*both, strict=True)] == [1] * 200
    (ttl, *_) = [server.client().ttl(key) for key in server.client().keys("*update*")]
    assert 47 * 3_600 < int(ttl) <= 48 * 3_600


async def test_a_paused_redis_is_away_and_comes_back(server: RedisServer) -> None:
    async with Shared.open(cluster_on(server), BOT) as shared:
        claims = shared.updates
        await claims.take(["a"])
        server.pause()
        with pytest.raises(ClusterError, match="CLUSTER_REDIS_URL"):
            await claims.take(["b"])
        server.resume()
        assert await claims.take(["b"]) == [True]


_ACL = re.compile(r"^user coderbot on >PASSWORD (.+)$", re.MULTILINE)


async def test_the_user_that_the_manual_asks_for_is_enough(
    server: RedisServer,
) -> None:
    manual = Path(__file__).parents[3] / "docs" / "cluster.md"
    rule = _ACL.search(manual.read_text("utf-8"))
    assert rule is not None
    command = ("ACL", "SETUSER", "coderbot", "on", ">word", *rule[1].split())
    server.client().execute_command(*command)  # type: ignore[no-untyped-call]
    url = server.url.replace("unix://", "unix://coderbot:word@")
    async with Shared.open(cluster(url, "here"), BOT) as shared:
        changes = shared.preferences.changes()
        assert await anext(changes) == ""
        assert await shared.preferences.put("1", b"x")
        assert await anext(changes) == "1"
        assert await shared.preferences.all() == {"1": b"x"}
        assert await shared.updates.take(["a"]) == [True]
        assert (await shared.budget.take(1, 5, 1)).tokens == 1
        writer, reader = shared.writer(1), shared.reader(0)
        await writer.begin()
        assert await writer.write([(0, b"y")])
        assert await reader.take_over() == []
        (entry,) = await reader.read(1)
        heir = shared.reader(0)
        assert await heir.take_over() == [entry]
        await heir.done([entry.id])
