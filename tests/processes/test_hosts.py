"""Two hosts with a supervisor each, seen and steered from the first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from coderbot.clock import SystemClock
from coderbot.cluster.mailbox import MAILBOX_ANSWER_S, HostSilentError, Mailbox
from coderbot.cluster.membership import Membership, Timing, Wish
from coderbot.cluster.ticker import Ticker
from coderbot.control.call import Conversation
from coderbot.errors import CoderBotError
from coderbot.host.neighbours import Neighbours
from coderbot.host.port import FleetPort
from coderbot.host.remote import HostDesk
from coderbot.supervisor.control import control_socket
from coderbot.supervisor.controlanswers import Answerer
from coderbot.supervisor.events import (
    BotChanged,
    BotSnapshot,
    ClusterChanged,
    LinesAdded,
)
from coderbot.supervisor.logquery import LogQuery
from coderbot.supervisor.state import BotState
from tests.fakes.children import worker
from tests.fakes.cluster import cluster
from tests.fakes.redis import RedisServer, needs_redis, redis_server
from tests.fakes.waiting import until
from tests.processes.supervised import Fleet, fleet_of

pytestmark = [needs_redis, pytest.mark.timeout(60)]

TALKS = "ready(); print(f'hello from {INDEX}'); wait()"


class Pulse:
    trouble = ""
    round_trip_ms: float | None = 0.5
    leases = 2


class Host:
    """A host with a supervisor that knows all bots and runs some of them."""

    beating: asyncio.Task[None]

    def __init__(
        self,
        name: str,
        fleet: Fleet,
        beats: Membership,
        mailbox: Mailbox,
        bots: set[str],
    ) -> None:
        self.name = name
        self.fleet = fleet
        self.mailbox = mailbox
        self.beats = beats
        self.neighbours = Neighbours(
            fleet.supervisor,
            beats,
            Pulse(),
            mailbox,
            is_here=bots.__contains__,
            media_root=f"/srv/{name}",
            act_s=10,
        )
        beats.report = self.neighbours.report
        self.port = FleetPort(fleet.supervisor, self.neighbours, SystemClock())

    async def beat(self) -> None:
        while True:
            await self.beats.tick(Wish())
            await asyncio.sleep(0.1)


@asynccontextmanager
async def host(
    server: RedisServer, name: str, bots: set[str], media: Path
) -> AsyncIterator[Host]:
    clock, mine = SystemClock(), cluster(server.url, name)
    client = mine.connect(MAILBOX_ANSWER_S)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.aclose)
        specs = [
            worker(TALKS if f"bot-{index}" in bots else "wait()", index)
            for index in range(2)
        ]
        fleet = await stack.enter_async_context(fleet_of(*specs, media=media / name))
        for index in range(2):
            if f"bot-{index}" in bots:
                await fleet.running(index)
            else:
                await fleet.supervisor.stop(f"bot-{index}")
        beats = Membership(mine, Ticker(client, mine.keys), clock, Timing())
        mailbox = Mailbox(client, mine, beats.session, clock)
        found = Host(name, fleet, beats, mailbox, bots)
        desk = HostDesk(Answerer(fleet.supervisor, clock, 0.0), lambda: None)
        await stack.enter_async_context(mailbox.opened(desk.serve))
        await stack.enter_async_context(found.port.opened())
        async with asyncio.TaskGroup() as group:
            found.beating = group.create_task(found.beat())
            yield found
            found.beating.cancel()


@pytest.fixture
async def hosts(tmp_path: Path) -> AsyncIterator[tuple[Host, Host]]:
    with redis_server(tmp_path) as server:
        async with (
            host(server, "alpha", {"bot-0"}, tmp_path) as alpha,
            host(server, "beta", {"bot-1"}, tmp_path) as beta,
        ):
            await until(lambda: shown(alpha, 1).host == "beta")
            await until(lambda: shown(beta, 0).host == "alpha")
            yield alpha, beta


def shown(host: Host, index: int) -> BotSnapshot:
    return host.port.bots()[index]


async def silence(beta: Host, alpha: Host) -> None:
    """Let a host beat no more, and the other one have read its last beat."""

    def beats() -> int:
        own = (each for each in alpha.beats.members() if each.host == alpha.name)
        return next(own).beat

    beta.beating.cancel()
    before = beats()
    # The first of these may have been under way.
    await until(lambda: beats() >= before + 2)


async def test_both_hosts_show_the_same(hosts: tuple[Host, Host]) -> None:
    alpha, beta = hosts
    for each in hosts:
        bots = each.port.bots()
        assert [(bot.bot, bot.host) for bot in bots] == [
            ("bot-0", "alpha"),
            ("bot-1", "beta"),
        ]
        assert all(bot.state is BotState.RUNNING for bot in bots)
        assert [bot.username for bot in bots] == ["bot0", "bot1"]
    assert shown(alpha, 1).pid == beta.fleet.bot(1).pid
    snapshot = alpha.port.cluster()
    assert snapshot is not None
    assert [(h.host, h.state, h.bots) for h in snapshot.hosts] == [
        ("alpha", "here", ("bot-0",)),
        ("beta", "there", ("bot-1",)),
    ]
    assert snapshot.hosts[1].media_root == "/srv/beta"


async def test_a_wish_reaches_the_host_of_the_bot(hosts: tuple[Host, Host]) -> None:
    alpha, beta = hosts
    untouched = [alpha.fleet.bot(index).run for index in range(2)]
    before = beta.fleet.bot(1).pid
    await silence(beta, alpha)
    async with alpha.port.subscribe(lines=False) as events:
        await alpha.port.restart("bot-1")
        assert beta.fleet.bot(1).run == 2
        assert beta.fleet.bot(1).pid not in (None, before)
        # Seen at once, and not with the next beat: there is none.
        assert shown(alpha, 1).run == 2
        async with asyncio.timeout(5):
            async for event in events:
                if isinstance(event, BotChanged) and event.snapshot.run == 2:
                    assert event.snapshot.host == "beta"
                    break
    await alpha.port.stop("bot-1")
    assert beta.fleet.bot(1).state is BotState.STOPPED
    await alpha.port.start("bot-1")
    await beta.fleet.running(1, run=3)
    await alpha.port.kill("bot-1")
    assert beta.fleet.bot(1).pid is None
    # Nothing has happened on this one.
    assert [alpha.fleet.bot(index).run for index in range(2)] == untouched


async def test_media_of_a_bot_are_those_of_its_host(
    hosts: tuple[Host, Host], tmp_path: Path
) -> None:
    alpha, _ = hosts
    sent = tmp_path / "beta/bot-1/sent"
    sent.mkdir(parents=True)
    (sent / "picture").write_bytes(b"12345")
    assert (await alpha.port.media_usage("bot-1")).size_bytes == 5
    assert (await alpha.port.media("bot-1"))[1].latest[0].name == "picture"
    assert (await alpha.port.clean_media("bot-1")).files == 1
    assert not list(sent.iterdir())
    assert (await alpha.port.facts("bot-1")).fingerprint
    assert await alpha.port.dossiers("bot-1") == []


async def test_errors_of_the_other_host_come_back(hosts: tuple[Host, Host]) -> None:
    alpha, beta = hosts
    with pytest.raises(CoderBotError, match="does not answer"):
        # These workers know nothing of terminals.
        await alpha.port.terminals("bot-1")
    bad = beta.fleet.supervisor
    await bad.stop("bot-1")
    with pytest.raises(CoderBotError, match="no bot 'bot-7'"):
        await alpha.port.restart("bot-7")


async def test_lines_of_another_host_come_while_somebody_looks(
    hosts: tuple[Host, Host],
) -> None:
    alpha, beta = hosts

    def texts() -> list[str]:
        return [line.text for line in alpha.port.lines("bot-1")]

    assert "hello from 1" not in texts()
    async with alpha.port.subscribe() as events:
        assert texts().count("hello from 1") == 1
        numbers = [line.seq for line in alpha.port.lines()]
        assert numbers == sorted(set(numbers))
        await beta.port.restart("bot-1")
        async with asyncio.timeout(10):
            async for event in events:
                if isinstance(event, LinesAdded) and texts().count("hello from 1") == 2:
                    break
    # The host itself, and its files, know nothing of them.
    own = [line.text for line in alpha.fleet.supervisor.lines("bot-1")]
    assert "hello from 1" not in own


async def test_lines_are_asked_for_and_searched_where_they_are(
    hosts: tuple[Host, Host],
) -> None:
    alpha, _ = hosts
    recent = await alpha.port.recent("bot-1", 0, 100)
    assert "hello from 1" in [line.text for line in recent]
    hits = await alpha.port.search(LogQuery(pattern="hello from", limit=10))
    assert sorted(line.text for line in hits.lines) == ["hello from 0", "hello from 1"]
    assert hits.counts == {"bot-0": 1, "bot-1": 1}
    one = await alpha.port.search(LogQuery(pattern="hello", bots=("bot-1",)))
    assert [line.bot for line in one.lines] == ["bot-1"]


async def test_older_lines_are_found_from_those_that_are_here(
    hosts: tuple[Host, Host],
) -> None:
    alpha, _ = hosts
    async with alpha.port.subscribe():
        ours = {line.seq for line in alpha.fleet.supervisor.lines("bot-1")}
        lines = [each for each in alpha.port.lines("bot-1") if each.seq not in ours]
        older = await alpha.port.history("bot-1", lines[-1].seq, 100)
        assert [each.text for each in older] == [each.text for each in lines[:-1]]
        assert [each.seq for each in older] == [each.seq for each in lines[:-1]]


async def test_the_control_socket_shows_and_steers_all(
    hosts: tuple[Host, Host], tmp_path: Path
) -> None:
    alpha, beta = hosts
    path = tmp_path / "control.sock"

    def talk() -> list[str]:
        with Conversation(path) as client:
            status = client.status()
            assert status.cluster is not None
            client.act("restart", "bot-1")
            found = client.lines("bot-1", 50)
            return [
                *(f"{bot.bot}@{bot.host}" for bot in status.bots),
                *(line.text for line in found),
            ]

    async with control_socket(alpha.port, path):
        told = await asyncio.to_thread(talk)
    assert told[:2] == ["bot-0@alpha", "bot-1@beta"]
    assert told.count("hello from 1") >= 1
    assert beta.fleet.bot(1).run == 2


async def test_a_host_that_is_paused_is_told_of_within_the_deadline(
    hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha, beta = hosts
    monkeypatch.setattr("coderbot.cluster.mailbox.RECEIPT_S", 0.5)

    async def deaf(*_: object) -> list[bytes]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(beta.mailbox, "_next", deaf)
    # What is being read just now may still be answered.
    with suppress(HostSilentError):
        await alpha.port.restart("bot-1")
    with pytest.raises(HostSilentError, match="beta did not answer"):
        await alpha.port.restart("bot-1")


async def test_a_host_that_goes_is_told_of(hosts: tuple[Host, Host]) -> None:
    alpha, beta = hosts
    async with alpha.port.subscribe(lines=False) as events:
        beta.beating.cancel()
        await beta.beats.tick(Wish(leaves=True))
        async with asyncio.timeout(10):
            async for event in events:
                if isinstance(event, ClusterChanged):
                    assert [each.host for each in event.snapshot.alive] == ["alpha"]
                    return
    pytest.fail("nothing was told")
