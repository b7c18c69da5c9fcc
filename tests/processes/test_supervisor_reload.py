"""A running fleet that becomes what its settings say now."""

from dataclasses import replace

import pytest

from coderbot.errors import CoderBotError, ConfigError
from coderbot.redact import Secret
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.events import BotRemoved
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.monitor import Limits
from coderbot.supervisor.plan import Wanted
from coderbot.supervisor.reload import Reloader
from coderbot.supervisor.spec import WorkerSpec
from coderbot.supervisor.state import BotState
from tests.fakes.children import worker
from tests.fakes.sandbox import make_token
from tests.processes.supervised import QUICK, alive, fleet_of

TALKS = (
    "on_term(lambda: sys.exit(0)); print('mood', os.environ.get('MOOD'), flush=True);"
    "ready(); wait()"
)


def spec(number: int, index: int, mood: str = "good") -> WorkerSpec:
    """Return the spec of the worker of a token."""
    plain = worker(TALKS, index)
    environment = {**plain.environment, "MOOD": mood}
    return replace(
        plain, token=Secret(make_token(number).reveal()), environment=environment
    )


async def test_new_ones_start_and_old_ones_stop_and_the_rest_keeps_its_pid() -> None:
    async with fleet_of(spec(0, 0), spec(1, 1), spec(2, 2)) as fleet:
        pids = [await fleet.running(index) for index in range(3)]
        wanted = [spec(3, 0), spec(2, 1), spec(1, 2, mood="bad")]
        reloader = Reloader(fleet.supervisor, lambda: Wanted(wanted, QUICK))
        told = await reloader.reload(dry_run=True)
        assert str(told) == "+1 -1 ~1"
        assert [bot.pid for bot in fleet.supervisor.bots()] == pids
        assert str(await reloader.reload()) == "+1 -1 ~1"
        await fleet.line("mood bad", "bot-1")
        await fleet.line("mood good", "bot-3")
        bots = {bot.bot: bot for bot in fleet.supervisor.bots()}
        assert list(bots) == ["bot-1", "bot-2", "bot-3"]
        assert not alive(pids[0])
        assert bots["bot-1"].pid != pids[1]
        assert bots["bot-2"].pid == pids[2]
        await fleet.until(lambda: BotRemoved("bot-0") in fleet.events)
        assert fleet.find("New settings: +1 -1 ~1")
        with pytest.raises(UnknownBotError):
            await fleet.supervisor.start("bot-0")
        assert fleet.said("bot-0") == ["mood good"], "its lines are kept"
        assert str(await reloader.reload()) == "+0 -0 ~0"


async def test_an_index_is_never_given_twice() -> None:
    async with fleet_of(spec(0, 0)) as fleet:
        await fleet.running()
        wanted: list[WorkerSpec] = [spec(0, 0), spec(1, 1)]
        reloader = Reloader(fleet.supervisor, lambda: Wanted(wanted, QUICK))
        await reloader.reload()
        wanted = [spec(0, 0)]
        await reloader.reload()
        wanted = [spec(0, 0), spec(1, 1)]
        await reloader.reload()
        assert [bot.bot for bot in fleet.supervisor.bots()] == ["bot-0", "bot-2"]


async def test_broken_settings_change_nothing() -> None:
    def load() -> Wanted:
        raise ConfigError(".env", ["no such thing"])

    async with fleet_of(spec(0, 0)) as fleet:
        pid = await fleet.running()
        with pytest.raises(CoderBotError, match="no such thing"):
            await Reloader(fleet.supervisor, load).reload()
        assert fleet.bot().pid == pid


async def test_a_bot_that_was_stopped_stays_stopped_though_it_changes() -> None:
    async with fleet_of(spec(0, 0)) as fleet:
        await fleet.running()
        await fleet.supervisor.stop("bot-0")
        wanted = [spec(0, 0, mood="bad")]
        await Reloader(fleet.supervisor, lambda: Wanted(wanted, QUICK)).reload()
        assert fleet.bot().state is BotState.STOPPED
        await fleet.supervisor.start("bot-0")
        await fleet.line("mood bad")


async def test_pauses_and_limits_count_at_once_and_nobody_is_restarted() -> None:
    slow = replace(QUICK, restart_delay_s=600, restart_max_delay_s=600)
    async with fleet_of(spec(0, 0), spec(1, 1), policy=slow) as fleet:
        pids = [await fleet.running(index) for index in range(2)]
        specs = list(fleet.supervisor.specs().values())
        quick = replace(QUICK, restart_delay_s=0.01, limits=Limits(memory_bytes=1))
        await Reloader(fleet.supervisor, lambda: Wanted(specs, quick)).reload()
        assert [bot.pid for bot in fleet.supervisor.bots()] == pids
        # Any process has more than a byte; and then it starts again without a pause.
        await fleet.line("over its memory limit")
        await fleet.running(run=2)


async def test_a_hang_is_judged_by_the_new_limit() -> None:
    async with fleet_of("ready(); time.sleep(600)", policy=QUICK) as fleet:
        await fleet.running()
        specs = list(fleet.supervisor.specs().values())
        strict = replace(QUICK, hang_timeout_s=0.3)
        await Reloader(fleet.supervisor, lambda: Wanted(specs, strict)).reload()
        await fleet.line("hung: no heartbeat for 0.3 s")


async def test_the_control_bot_comes_changes_and_goes_and_no_worker_notices() -> None:
    def aide(number: int, admins: str) -> WorkerSpec:
        plain = spec(number, 0)
        return replace(
            plain,
            name=CONTROL,
            environment={**plain.environment, "CONTROL_BOT_ADMIN_IDS": admins},
        )

    async with fleet_of(spec(0, 0)) as fleet:
        pid = await fleet.running()
        wanted = Wanted([spec(0, 0)], QUICK, aide(1, "7"))
        reloader = Reloader(fleet.supervisor, lambda: wanted)
        seen: list[int | None] = []
        for then in (wanted, Wanted(wanted.specs, QUICK, aide(1, "8"))):
            wanted = then
            await reloader.reload()
            bot = fleet.supervisor.control_bot()
            assert bot is not None
            seen.append(bot.pid)
        assert len(set(seen)) == 2
        assert str(await reloader.reload()) == "+0 -0 ~0"
        wanted = Wanted([spec(0, 0), spec(2, 1)], QUICK, aide(3, "8"))
        assert str(await reloader.reload()) == "+2 -1 ~0"
        assert [each.bot for each in fleet.supervisor.bots()] == ["bot-0", "bot-1"]
        wanted = Wanted(wanted.specs, QUICK)
        assert str(await reloader.reload()) == "+0 -1 ~0"
        assert fleet.supervisor.control_bot() is None
        assert await fleet.running() == pid
        assert BotRemoved(CONTROL) not in fleet.events
