"""A search on all hosts."""

from collections.abc import Sequence

import pytest

from coderbot.cluster.mailbox import HostSilentError
from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError
from coderbot.host.numbering import Numbering
from coderbot.host.search import Search, search_hosts
from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery

BETA = Session("beta", "b1")


def line(seq: int, bot: str, wall: float) -> LogLine:
    return LogLine(seq, wall, 0.0, bot, 1, "out", Level.INFO, f"{bot} {seq}")


class Host:
    """Answers with the same lines whatever is asked, and notes what was."""

    def __init__(self, *lines: LogLine, silent: bool = False) -> None:
        self.asked: list[LogQuery] = []
        self._lines = list(lines)
        self._silent = silent

    async def search(self, query: LogQuery) -> LogHits:
        self.asked.append(query)
        if self._silent:
            raise HostSilentError("beta")
        counts = {each.bot: 1 for each in self._lines}
        return LogHits(self._lines, counts, searched=10)


def there(
    host: Host, bots: Sequence[str] = ("bot-1",), numbering: Numbering | None = None
) -> dict[Session, tuple[Search, Numbering | None, Sequence[str]]]:
    return {BETA: (host.search, numbering, bots)}


async def test_all_hosts_are_asked_when_all_bots_are_meant() -> None:
    here, beta = Host(line(5, "bot-0", 20)), Host(line(900, "bot-1", 10))
    hits = await search_hosts(LogQuery(limit=10), here.search, there(beta))
    assert [each.bot for each in hits.lines] == ["bot-1", "bot-0"]
    assert hits.counts == {"bot-0": 1, "bot-1": 1}
    assert hits.searched == 20
    assert here.asked[0].bots == ()
    # Not the lines that this bot left on another host, and not that host's own.
    assert beta.asked[0].bots == ("bot-1",)


async def test_the_newest_of_all_are_returned() -> None:
    here, beta = Host(line(5, "bot-0", 20)), Host(line(900, "bot-1", 30))
    hits = await search_hosts(LogQuery(limit=1), here.search, there(beta))
    assert [each.bot for each in hits.lines] == ["bot-1"]


async def test_one_bot_is_looked_for_on_its_host_alone() -> None:
    here, beta = Host(), Host(line(900, "bot-1", 10))
    await search_hosts(LogQuery(bots=("bot-1",)), here.search, there(beta))
    assert (len(here.asked), len(beta.asked)) == (0, 1)
    await search_hosts(LogQuery(bots=("bot-0", "parent")), here.search, there(beta))
    assert (len(here.asked), len(beta.asked)) == (1, 1)


async def test_numbers_are_translated_both_ways() -> None:
    numbers = Numbering()
    numbers.add(50, 1000)
    numbers.add(51, 1001)
    beta = Host(line(998, "bot-1", 10), line(999, "bot-1", 11))
    query = LogQuery(bots=("bot-1",), before=50, after=40)
    hits = await search_hosts(query, Host().search, there(beta, numbering=numbers))
    assert (beta.asked[0].after, beta.asked[0].before) == (990, 1000)
    assert [each.seq for each in hits.lines] == [48, 49]


async def test_lines_before_one_of_ours_are_not_looked_for_elsewhere() -> None:
    here, beta = Host(line(5, "bot-0", 20)), Host()
    await search_hosts(LogQuery(before=9), here.search, there(beta))
    assert beta.asked == []


async def test_a_silent_host_leaves_a_gap_and_one_bot_of_it_an_error() -> None:
    here, beta = Host(line(5, "bot-0", 20)), Host(silent=True)
    hits = await search_hosts(LogQuery(), here.search, there(beta))
    assert len(hits.lines) == 1
    assert not hits.is_complete
    with pytest.raises(CoderBotError, match="beta did not answer"):
        await search_hosts(LogQuery(bots=("bot-1",)), here.search, there(beta))
