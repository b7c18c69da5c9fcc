"""Fleets that tests and pictures show."""

from collections.abc import Mapping

from coderbot.clock import Clock
from coderbot.control.port import ClusterSnapshot, HostSnapshot, MediaFolder
from coderbot.loglevel import Level
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui.app import CoderBotApp
from coderbot.tui.ports import TokenEditor
from tests.fakes.supervisor import FakeSupervisor, a_bot

NAMES = (
    "deploy_helper_bot",
    "night_owl_bot",
    "漢字ボット_bot",
    "docs_writer_bot",
    "👩‍💻🤖_robot_bot",
    "gpu_farm_bot",
    "release_train_bot",
    "scratch_bot",
    "mobile_ci_bot",
    "ops_oncall_bot",
)
HOSTILE = "[bold]x[/] \x1b[31mred\x1b]0;t\x07 \x1b[2J 漢字 🤖"
"""A line that wants to be markup, to set the title and to clear the screen."""
IDLE: dict[str, object] = {
    "status": "",
    "pid": None,
    "uptime_s": None,
    "rss_bytes": None,
}
"""Fields of a bot that has no process."""


def app(
    fleet: FakeSupervisor,
    note: str = "",
    *,
    clock: Clock | None = None,
    attached: bool = False,
    tokens: TokenEditor | None = None,
    keymap: Mapping[str, str] | None = None,
) -> CoderBotApp:
    """Return a dashboard of this fleet."""
    return CoderBotApp(
        fleet, note, clock=clock, attached=attached, tokens=tokens, keymap=keymap
    )


def running(count: int = 10) -> FakeSupervisor:
    """Return a fleet in which all is well, with some log."""
    fleet = FakeSupervisor([healthy(index) for index in range(count)])
    talk(fleet, count)
    return fleet


def healthy(index: int) -> BotSnapshot:
    """Return a bot that runs."""
    return a_bot(
        index,
        username=NAMES[index] if index < len(NAMES) else f"coder_{index}_bot",
        uptime_s=(17.0, 754.0, 12_345.0, 1_000_000.0)[index % 4],
        terminals=(2, 0, 1)[index % 3],
        poll_age_s=float(index % 5),
        loop_lag_ms=1.5 * index,
    )


def troubled() -> FakeSupervisor:
    """Return a fleet with a bot in every state."""
    fleet = running()
    fleet.quietly(
        "bot-1",
        state=BotState.BACKOFF,
        reason="ModuleNotFoundError: No module named 'foo'",
        last_exit="exit 1",
        next_start_in_s=16.2,
        crashes_in_row=3,
        restarts=7,
        run=8,
        **IDLE,
    )
    fleet.quietly(
        "bot-3",
        state=BotState.FAILED,
        reason="Telegram refuses the token: revoked at @BotFather",
        last_exit="exit 78",
        **IDLE,
    )
    fleet.quietly("bot-5", state=BotState.STARTING, status="", uptime_s=2.0)
    fleet.quietly("bot-6", status="conflict", reason="409: another getUpdates polls")
    fleet.quietly("bot-7", state=BotState.STOPPED, last_exit="exit 0", **IDLE)
    fleet.quietly("bot-8", state=BotState.STOPPING, status="stopping")
    fleet.quietly("bot-9", status="offline", restarts=1)
    fleet.folders["bot-0"] = [
        MediaFolder("waiting", 3, 900),
        MediaFolder("sent", 12, 3_400_000),
        MediaFolder("received", 2, 64_000),
        MediaFolder("failed", 0, 0),
    ]
    return fleet


def talk(fleet: FakeSupervisor, count: int) -> None:
    """Let the supervisor and some bots say what they say."""
    fleet.say(f"supervisor started, {count} bots", stream="sup")
    for index in range(min(count, 4)):
        bot = f"bot-{index}"
        fleet.say(f"[{bot}] polling started", bot)
        fleet.say("getUpdates took 12 ms", bot, level=Level.DEBUG)
        fleet.say("\x1b[32m✔\x1b[0m sent \x1b[1mreport.pdf\x1b[0m to 2 users", bot)
        fleet.say("slow handler: 1.8 s in /status", bot, level=Level.WARNING)
        fleet.say(HOSTILE, bot)
        fleet.say("long " + "0123456789" * 20, bot, stream="err")
        fleet.say(
            "Traceback (most recent call last):", bot, level=Level.ERROR, stream="err"
        )


def shared(trouble: str = "") -> FakeSupervisor:
    """Return a fleet on three hosts, of which one is gone and one gives its bots away."""
    fleet = running(9)
    names = ("alpha", "beta", "gamma-with-a-long-name")
    for bot in fleet.bots():
        fleet.quietly(bot.bot, host=names[bot.index % 2])
    fleet.quietly(
        "bot-8", host="", reason="gamma is gone; another host takes it", **IDLE
    )
    fleet.quietly("bot-8", state=BotState.STOPPED)
    mine = [tuple(b.bot for b in fleet.bots() if b.host == name) for name in names]
    fleet.hosts = ClusterSnapshot(
        "alpha",
        (
            HostSnapshot("alpha", "here", mine[0], media_root="/srv/media"),
            HostSnapshot("beta", "draining", mine[1], 1.2, media_root="/mnt/media"),
            HostSnapshot(names[2], "gone", ("bot-8",), 22.0),
        ),
        trouble,
        1.5,
        8,
    )
    return fleet
