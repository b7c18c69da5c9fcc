"""Requests between hosts, over a real Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from coderbot.clock import SystemClock
from coderbot.cluster import mailbox
from coderbot.cluster.away import ClusterError
from coderbot.cluster.letters import Ask, seal_letter
from coderbot.cluster.mailbox import (
    MAILBOX_ANSWER_S,
    HostSilentError,
    Mailbox,
    Post,
)
from coderbot.cluster.seal import Sealer
from coderbot.cluster.session import Session
from coderbot.redact import Secret
from tests.fakes.cluster import KEY, cluster
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.waiting import until

pytestmark = needs_redis
STREAM = "{coderbot}:mail:there:2222"
THERE = Session("there", "2222")


class Hosts:
    """Two hosts, of which the second answers as a test says."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.heard: list[bytes] = []
        self.parts = [b"pong"]
        self.hold = asyncio.Event()
        self.hold.set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Hosts":
        self.here = await self.open(Session("here", "1111"))
        self.there = await self.open(THERE)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.hold.set()
        await self._stack.aclose()

    async def open(self, session: Session) -> Mailbox:
        mine = cluster(self.server.url, session.host)
        client = mine.connect(MAILBOX_ANSWER_S)
        self._stack.push_async_callback(client.aclose)
        box = Mailbox(client, mine, session, SystemClock())
        await self._stack.enter_async_context(box.opened(self._serve))
        return box

    async def ask(self, body: bytes = b"ping", within_s: float = 10) -> list[bytes]:
        return await self.here.ask(THERE, body, within_s)

    async def _serve(self, body: bytes, post: Post) -> None:
        self.heard.append(body)
        await self.hold.wait()
        for part in self.parts:
            await post(part)


@pytest.fixture
async def hosts(server: RedisServer) -> AsyncIterator[Hosts]:
    async with Hosts(server) as running:
        yield running


@pytest.mark.parametrize("parts", [[b"pong"], [b"1", b"2", b"3"], [b""]])
async def test_an_answer_comes_in_as_many_parts_as_it_has(
    hosts: Hosts, parts: list[bytes]
) -> None:
    hosts.parts = parts
    assert await hosts.ask() == parts
    assert hosts.heard == [b"ping"]


async def test_requests_and_answers_cross(hosts: Hosts) -> None:
    hosts.hold.clear()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(hosts.ask(b"%d" % n)) for n in range(10)]
        await until(lambda: len(hosts.heard) == 10)
        hosts.hold.set()
    assert sorted(hosts.heard) == [b"%d" % n for n in range(10)]
    assert all(each.result() == [b"pong"] for each in asked)


async def test_read_letters_do_not_stay(hosts: Hosts) -> None:
    for _ in range(5):
        await hosts.ask()
    with hosts.server.client() as client:
        await until(lambda: client.xlen(STREAM) == 0)


async def test_letters_can_neither_be_read_nor_written_by_others(hosts: Hosts) -> None:
    hosts.hold.clear()
    with hosts.server.client() as client:
        async with asyncio.TaskGroup() as group:
            group.create_task(hosts.ask(b"a secret question"))
            await until(lambda: hosts.heard)
            found = b"".join(
                repr(client.xrange(key)).encode() for key in client.keys("*mail*")
            )
            assert b"secret question" not in found
            hosts.hold.set()


async def forge(hosts: Hosts, sealed: bytes) -> None:
    before = hosts.there.ignored
    with hosts.server.client() as client:
        client.xadd(STREAM, {"l": sealed})
    await until(lambda: hosts.there.ignored > before)


def an_ask(deadline_ms: int, nonce: str = "aa") -> Ask:
    return Ask(nonce=nonce, host="here", run="1111", deadline_ms=deadline_ms, body=b"!")


async def now_ms(hosts: Hosts) -> int:
    with hosts.server.client() as client:
        seconds, micros = client.time()
    return int(seconds) * 1000 + int(micros) // 1000


async def test_a_letter_of_a_stranger_is_ignored_and_told(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    strange = Sealer(Secret("another key that is long enough for it"))
    late = await now_ms(hosts) + 60_000
    await forge(hosts, seal_letter(strange, THERE, an_ask(late)))
    await forge(hosts, b"nonsense")
    await forge(hosts, b"")
    assert hosts.heard == []
    assert "Ignored letters to this host, 1 by now" in caplog.text
    # Once in a while, not for each.
    assert caplog.text.count("Ignored letters") == 1
    assert await hosts.ask() == [b"pong"]


async def test_a_copy_of_a_letter_is_obeyed_once(hosts: Hosts) -> None:
    sealer = Sealer(Secret(KEY))
    sealed = seal_letter(sealer, THERE, an_ask(await now_ms(hosts) + 60_000))
    with hosts.server.client() as client:
        client.xadd(STREAM, {"l": sealed})
    await forge(hosts, sealed)
    await until(lambda: hosts.heard)
    # What comes after it has been answered, so that it would have been heard.
    assert await hosts.ask() == [b"pong"]
    assert hosts.heard == [b"!", b"ping"]


@pytest.mark.parametrize(
    ("to", "left_ms"),
    [
        (THERE, -1),  # its time has passed
        (THERE, 3_600_000),  # its nonce would be forgotten before it
        (Session("there", "1111"), 60_000),  # to an earlier run
        (Session("here", "2222"), 60_000),  # to another host
    ],
)
async def test_a_letter_for_another_time_or_place_is_ignored(
    hosts: Hosts, to: Session, left_ms: int
) -> None:
    letter = an_ask(await now_ms(hosts) + left_ms)
    await forge(hosts, seal_letter(Sealer(Secret(KEY)), to, letter))
    assert hosts.heard == []


async def test_a_host_that_is_not_there_is_told_of_soon(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "RECEIPT_S", 0.2)
    with pytest.raises(HostSilentError, match="nobody did not answer"):
        await hosts.here.ask(Session("nobody", "1"), b"ping", 10)


async def test_a_host_that_takes_too_long_is_told_of_at_the_deadline(
    hosts: Hosts,
) -> None:
    hosts.hold.clear()
    with pytest.raises(HostSilentError):
        await hosts.ask(within_s=0.3)


async def test_too_many_requests_are_refused(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_MAX_UNDER_WAY", 1)
    hosts.hold.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(hosts.ask())
        await until(lambda: hosts.heard)
        with pytest.raises(ClusterError, match="there is busy"):
            await hosts.ask()
        hosts.hold.set()
    assert first.result() == [b"pong"]


async def test_it_goes_on_when_redis_is_back(hosts: Hosts) -> None:
    assert await hosts.ask() == [b"pong"]
    hosts.server.kill()
    with pytest.raises(ClusterError):
        await hosts.ask()
    hosts.server.start()
    async with asyncio.timeout(10):
        while True:
            try:
                assert await hosts.ask() == [b"pong"]
                return
            except ClusterError:
                await asyncio.sleep(0.05)


async def test_waiting_for_letters_costs_nearly_nothing(hosts: Hosts) -> None:
    await hosts.ask()
    with hosts.server.client() as client:
        before = int(client.info("stats")["total_commands_processed"])
        await asyncio.sleep(6)
        after = int(client.info("stats")["total_commands_processed"])
    # Two hosts, each asking every five seconds, and the counting itself.
    assert after - before <= 6
