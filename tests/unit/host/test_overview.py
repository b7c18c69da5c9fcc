"""All bots and hosts from what each host tells."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from coderbot.cluster.session import Session
from coderbot.host.overview import Heard, changed, cluster_snapshot, merged, owner_of
from coderbot.host.report import Report, pack, unpack
from coderbot.supervisor.clusterview import HostSnapshot
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from tests.fakes.supervisor import a_bot

BETA = Session("beta", "b1")
GAMMA = Session("gamma", "c1")


def heard(
    session: Session,
    bots: Sequence[BotSnapshot],
    *,
    age_s: float = 0,
    alive: bool = True,
) -> Heard:
    report = Report(version="1", media_root="/srv", bots=bots)
    return Heard(session, report, age_s, is_alive=alive)


def absent(index: int, host: str = "") -> BotSnapshot:
    return a_bot(index, BotState.STOPPED, host=host)


def test_each_bot_is_shown_as_its_host_tells() -> None:
    local = [a_bot(0), absent(1, "beta"), absent(2)]
    theirs = a_bot(1, pid=77, uptime_s=10.0)
    shown = merged(
        "alpha", local, lambda bot: bot.bot == "bot-0", [heard(BETA, [theirs], age_s=2)]
    )
    assert [bot.host for bot in shown] == ["alpha", "beta", ""]
    assert shown[1].pid == 77
    assert shown[1].uptime_s == 12.0
    assert shown[2] == local[2]


def test_of_two_that_claim_a_bot_the_lease_decides() -> None:
    both = [heard(BETA, [a_bot(1, pid=1)]), heard(GAMMA, [a_bot(1, pid=2)])]
    owner = owner_of(absent(1, "gamma"), both)
    assert owner is not None
    assert owner.session == GAMMA
    assert owner_of(absent(1, "delta"), both) == both[0]
    assert owner_of(absent(2, "gamma"), both) is None


def test_a_host_that_is_gone_runs_nothing() -> None:
    gone = heard(BETA, [a_bot(1)], alive=False)
    assert owner_of(absent(1), [gone]) is None
    (shown,) = merged("alpha", [absent(1)], lambda _: False, [gone])
    assert shown.state is BotState.STOPPED


def test_time_alone_is_no_news() -> None:
    before = {bot.bot: bot for bot in (a_bot(0), a_bot(1))}
    older = replace(a_bot(0), uptime_s=99.0, poll_age_s=1.0)
    assert changed(before, [older, a_bot(1, terminals=2), a_bot(2)]) == [
        a_bot(1, terminals=2),
        a_bot(2),
    ]


def test_hosts_stand_by_name() -> None:
    own = HostSnapshot("gamma", "here", bots=("bot-0",))
    beta = replace(heard(BETA, [a_bot(1)], age_s=1.23), is_draining=True)
    gone = heard(Session("alpha", "x"), [], age_s=60, alive=False)
    shown = cluster_snapshot(own, [beta, gone], ["evil"], trouble="Redis is lost")
    assert [(host.host, host.state) for host in shown.hosts] == [
        ("alpha", "gone"),
        ("beta", "draining"),
        ("evil", "stranger"),
        ("gamma", "here"),
    ]
    assert [host.host for host in shown.alive] == ["beta", "gamma"]
    assert shown.host_of("bot-1") == shown.hosts[1]
    assert shown.hosts[1].media_root == "/srv"
    assert shown.trouble == "Redis is lost"


def test_a_report_is_small_and_comes_back_whole() -> None:
    bots = [a_bot(index) for index in range(20)]
    packed = pack(Report(version="1", media_root="/srv", bots=bots))
    assert unpack(packed) == Report(version="1", media_root="/srv", bots=bots)
    assert len(packed) < 150 * len(bots)


@pytest.mark.parametrize("packed", [b"", b"nonsense", pack(Report(version="1"))[:-8]])
def test_what_is_no_report_is_none(packed: bytes) -> None:
    found = unpack(packed)
    assert found is None
