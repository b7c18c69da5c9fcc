"""Who is told what, and how loud."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from coderbot.botprocess.tasks import Tasks
from coderbot.config.hours import Hours
from coderbot.control.facts import BotState, Dossier
from coderbot.controlbot.herald import Herald
from tests.fakes.bot import ScriptBot
from tests.fakes.clock import FakeClock
from tests.fakes.supervisor import a_bot
from tests.unit.controlbot.senders import make_sender
from tests.unit.controlbot.test_incidents import DOSSIER

CALM = a_bot(0)
CRASHED = replace(CALM, state=BotState.BACKOFF, exits=(("exit 1", 1),), reason="exit 1")
FAILED = replace(CALM, state=BotState.FAILED, reason="no token")


def around(clock: FakeClock) -> Hours:
    """Return hours that hold now."""
    local = clock.now().astimezone()
    start, end = local - timedelta(hours=1), local + timedelta(hours=1)
    return Hours(start.time(), end.time())


async def test_a_crash_is_explained_when_its_dossier_is_there() -> None:
    clock, bot = FakeClock(), ScriptBot()
    kept: list[Dossier] = [replace(DOSSIER, wall=clock.now().timestamp() - 3_600)]

    async def dossiers(_: str) -> Sequence[Dossier]:
        return list(kept)

    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, clock)
        herald = Herald(dossiers, sender, (7, 8), None, clock, tasks)
        herald.note(CALM)
        herald.note(CRASHED)
        await clock.advance(0.5)
        assert bot.calls == []
        kept.insert(0, replace(DOSSIER, wall=clock.now().timestamp()))
        await clock.advance(0.5)
        sent = bot.named("send_message")
        assert sorted(call[0] for call in sent) == [7, 8]
        assert {call[1] for call in sent} == {
            "💥 bot-0 (@coder_0_bot) crashed: exit 1: ValueError: no luck\nCrash a1b2c3"
        }


async def test_without_a_dossier_the_reason_is_told() -> None:
    clock, bot = FakeClock(), ScriptBot()

    async def dossiers(_: str) -> Sequence[Dossier]:
        return []

    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, clock)
        herald = Herald(dossiers, sender, (7,), None, clock, tasks)
        herald.note(CALM)
        herald.note(CRASHED)
        await clock.advance(10)
        (call,) = bot.named("send_message")
        assert call[1] == "💥 bot-0 (@coder_0_bot) crashed: exit 1"


async def test_in_quiet_hours_only_a_failure_makes_a_sound() -> None:
    clock, bot = FakeClock(), ScriptBot()

    async def dossiers(_: str) -> Sequence[Dossier]:
        return []

    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, clock)
        herald = Herald(dossiers, sender, (7,), around(clock), clock, tasks)
        herald.note(CALM)
        herald.note(replace(CALM, status="conflict", reason="another"))
        herald.note(FAILED)
        await clock.settle()
        silent = [options["disable_notification"] for _, _, options in bot.calls]
        assert silent == [True, False]


async def test_what_was_put_off_is_told_when_it_is_due() -> None:
    clock, bot = FakeClock(), ScriptBot()

    async def dossiers(_: str) -> Sequence[Dossier]:
        return []

    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, clock)
        herald = Herald(dossiers, sender, (7,), None, clock, tasks)
        tasks.spawn(herald.run(), "alerts")
        for count in range(5):
            herald.note(replace(CALM, strangers=count, last_stranger="666"))
        await clock.advance(700)
        first, second = bot.named("send_message")
        assert "user 666" in first[1]
        assert second[1].startswith("3 more of this kind (unauthorised): bot-0 3x")
        herald.forget("bot-0")
        herald.note(replace(CALM, strangers=9))
        await clock.advance(5)
        assert len(bot.calls) == 2
