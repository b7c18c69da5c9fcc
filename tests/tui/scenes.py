"""The states of the dashboard that must look right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from textual.pilot import Pilot

from coderbot.control.port import MediaFile, MediaFolder, TerminalScreen
from coderbot.loglevel import Level
from coderbot.supervisor.state import BotState
from coderbot.tui.app import CoderBotApp
from coderbot.tui.screens.main import MainScreen
from tests.fakes.autoclock import AutoClock
from tests.fakes.supervisor import FakeSupervisor
from tests.tui import fleets
from tests.tui.steering import shown, until
from tests.tui.test_actions import FakeTokens

LOOKS = ("dark", "light")
SIZES = ((80, 24), (120, 40), (200, 60))
"""Of the terminal, in cells: columns and rows."""

Size = tuple[int, int]
Pictures = Mapping[tuple[str, Size], str]
"""SVG by look and size."""


@dataclass
class FakeLink:
    """Plays a `Link` that is broken."""

    lost: bool = True
    retry_in_s: float = 3.2
    epoch: int = 0


@dataclass
class Scene:
    """A dashboard, and what is done before it is looked at."""

    fleet: FakeSupervisor
    press: list[str] = field(default_factory=list)
    until: str = ""
    """Shown when it is ready to be looked at."""
    act: Callable[[FakeSupervisor], None] | None = None
    link: FakeLink | None = None
    afresh: bool = False
    """Whether each picture needs a dashboard of its own."""


def running() -> Scene:
    return Scene(fleets.running())


def empty() -> Scene:
    return Scene(FakeSupervisor(), until="No bots yet")


def crash_looping() -> Scene:
    return Scene(fleets.troubled(), ["j"], "ModuleNotFoundError")


def failed() -> Scene:
    return Scene(fleets.troubled(), ["j", "j", "j"], "revoked at @BotFather")


def hung() -> Scene:
    fleet = fleets.running()
    reason = "hung: no heartbeat for 31 s"
    fleet.quietly("bot-4", state=BotState.STOPPING, status="", reason=reason)
    fleet.say("bot-4 is hung; it is ended", level=Level.ERROR, stream="sup")
    return Scene(fleet, ["j"] * 4, reason)


def conflict() -> Scene:
    fleet = fleets.running()
    reason = "409: another program polls with this token"
    fleet.quietly("bot-1", status="conflict", reason=reason)
    return Scene(fleet, ["j"], reason)


def offline() -> Scene:
    fleet = fleets.running()
    for index in range(10):
        reason = "no answer from Telegram for 1m 40s"
        fleet.quietly(f"bot-{index}", status="offline", reason=reason)
    return Scene(fleet, until="10 alerts")


def stopping() -> Scene:
    def act(fleet: FakeSupervisor) -> None:
        fleet.begin_stop(12.0)
        for bot in ("bot-0", "bot-2"):
            fleet.change(bot, state=BotState.STOPPED, last_exit="exit 0", **fleets.IDLE)

    return Scene(fleets.troubled(), until="at most 12s more", act=act)


def flood() -> Scene:
    def act(fleet: FakeSupervisor) -> None:
        fleet.say_all([f"flood {n}" for n in range(25_000)], "bot-0")

    return Scene(fleets.running(), until="5,000 lines came too fast", act=act)


def search() -> Scene:
    keys = ["slash", *"slow", "enter"]
    # Where not all lines fit, the log leaves its end for the match, and stays there.
    return Scene(fleets.running(), keys, "match 4/4", afresh=True)


def filtered() -> Scene:
    keys = ["f", *"running", "enter", "L", "L", "space", "space"]
    return Scene(fleets.troubled(), keys, "2 marked")


def details() -> Scene:
    fleet = fleets.troubled()
    fleet.quietly("bot-0", cpu_percent=12.5, processes=4, media_sent=31, strangers=2)
    return Scene(fleet, ["enter"], "last poll")


def terminals() -> Scene:
    fleet = fleets.running()
    text = "$ git status\nOn branch main\nnothing to commit\n$ 漢字 🤖"
    fleet.screens["bot-0"] = [
        TerminalScreen(user=1001, title="bash ~/src", columns=60, rows=5, text=text),
        TerminalScreen(user=2002, title="claude", columns=40, rows=3, text="> help"),
    ]
    return Scene(fleet, ["enter", "l", "l", "l"], "user 2002")


def media() -> Scene:
    fleet = fleets.troubled()
    file = MediaFile("report.pdf", 48_000, 1_700_000_000.0)
    fleet.folders["bot-0"][1] = MediaFolder("sent", 12, 3_400_000, (file,))
    return Scene(fleet, ["enter", "l", "l", "l", "l"], "report.pdf")


def panes() -> Scene:
    return Scene(fleets.running(), ["v", "v"], "bot-0 @")


def confirm() -> Scene:
    return Scene(fleets.troubled(), ["X"], "Kill bot-0?")


def clean() -> Scene:
    return Scene(fleets.troubled(), ["c"], "Clean the media")


def add() -> Scene:
    return Scene(fleets.running(), ["a", *"12:good", "enter"], "✓ This is")


def help_() -> Scene:
    return Scene(fleets.running(), ["question_mark"], "Selected or marked bots")


def lost() -> Scene:
    return Scene(fleets.running(), until="Reconnecting in 4s", link=FakeLink())


def hosts() -> Scene:
    return Scene(fleets.shared(), ["j"], "on beta")


def redis_lost() -> Scene:
    trouble = "TimeoutError: Timeout reading from redis:6379"
    return Scene(fleets.shared(trouble), until="Redis is lost")


def by_host() -> Scene:
    return Scene(fleets.shared(), ["f", *"beta", "enter"], "4 of 9 bots")


def media_of_host() -> Scene:
    fleet = fleets.shared()
    fleet.folders["bot-1"] = [
        MediaFolder("waiting", 1, 2_000),
        MediaFolder("sent", 0, 0),
    ]
    return Scene(fleet, ["j", "enter", *["right"] * 4], "beta:/mnt/media/bot-1")


SCENES: dict[str, Callable[[], Scene]] = {
    make.__name__.strip("_"): make
    for make in (
        *(running, empty, crash_looping, failed, hung, conflict, offline, stopping),
        *(flood, search, filtered, details, terminals, media, panes, confirm, clean),
        *(add, help_, lost, hosts, redis_lost, by_host, media_of_host),
    )
}


def breathe(app: CoderBotApp, fleet: FakeSupervisor) -> None:
    """Let half a minute pass in which processor and memory go up and down."""
    screen = app.screen
    assert isinstance(screen, MainScreen)
    for tick in range(30):
        for bot in fleet.bots():
            if bot.pid is not None:
                cpu = (tick * 7 + bot.index * 13) % 60 / (1 + bot.index % 3)
                rss = (40 + bot.index + tick % (3 + bot.index)) << 20
                fleet.quietly(bot.bot, cpu_percent=cpu, rss_bytes=rss)
        screen._trends.tick(fleet.bots())
    screen._refresh_bots(fleet.bots())
    screen._link.look()


async def prepare(pilot: Pilot[object], app: CoderBotApp, scene: Scene) -> None:
    """Bring a dashboard to its scene."""
    await scene.fleet.heard.wait()
    await until(pilot, lambda: shown(app, "following"))
    await until(pilot, lambda: app.screen.focused is not None)
    breathe(app, scene.fleet)
    if scene.act is not None:
        scene.act(scene.fleet)
    await pilot.press(*scene.press)
    await until(pilot, lambda: shown(app, scene.until))


async def take(pilot: Pilot[object]) -> str:
    """Return the picture of a dashboard that has nothing left to do."""
    for _ in range(2):
        await pilot.pause()
        await pilot.wait_for_scheduled_animations()
    return pilot.app.export_screenshot(title=pilot.app.title, simplify=True)


def draw(name: str) -> Pictures:
    """Return the pictures of a scene, in each look and size."""
    make = SCENES[name]
    # On the way back the sizes follow each other with one step less.
    looks = [("dark", size) for size in SIZES] + [
        ("light", size) for size in SIZES[::-1]
    ]
    if not make().afresh:
        return _draw(make(), looks)
    return {key: svg for each in looks for key, svg in _draw(make(), [each]).items()}


def _draw(scene: Scene, looks: Sequence[tuple[str, Size]]) -> Pictures:
    """Return the pictures of one dashboard, in this order."""
    pictures: dict[tuple[str, Size], str] = {}
    app = CoderBotApp(
        scene.fleet,
        "http://127.0.0.1:8081/",
        clock=AutoClock(),
        host="buildbox",
        tokens=FakeTokens(),
        link=scene.link,
    )

    def wear(look: str) -> None:
        if app.current_theme.dark != (look == "dark"):
            app.action_toggle_look()

    async def pose(pilot: Pilot[object]) -> None:
        wear(looks[0][0])
        await prepare(pilot, app, scene)
        for look, size in looks:
            wear(look)
            if app.size != size:
                await pilot.resize_terminal(*size)
            pictures[look, size] = await take(pilot)
        app.exit()

    app.run(headless=True, size=looks[0][1], auto_pilot=pose)
    return pictures
