"""How the dashboard looks. Update with `pytest tests/tui --snapshot-update`."""

import pytest
from textual.pilot import Pilot

from coderbot.supervisor.state import BotState
from coderbot.tui import themes
from tests.fakes.autoclock import AutoClock
from tests.fakes.supervisor import FakeSupervisor
from tests.tui import fleets
from tests.tui.conftest import Compare
from tests.tui.steering import shown, until

NOTE = "http://127.0.0.1:8081/"


@pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 60)], ids="{0[0]}x{0[1]}".format
)
def test_all_running(look: Compare, size: tuple[int, int]) -> None:
    """Ten bots run; the log holds colours, levels, stderr and a hostile line."""
    assert look(fleets.app(fleets.running(), NOTE), terminal_size=size)


def test_every_state(look: Compare) -> None:
    """One bot in every state; a countdown to the next start."""
    assert look(fleets.app(fleets.troubled(), NOTE), terminal_size=(120, 40))


def test_backoff_small(look: Compare) -> None:
    """The crashed bot is selected: its reason stands below the table."""
    assert look(fleets.app(fleets.troubled()), press=["j"])


def test_failed(look: Compare) -> None:
    """The failed bot is selected: its reason stands below the table."""
    app = fleets.app(fleets.troubled())
    assert look(app, press=["j", "j", "j"], terminal_size=(100, 30))


def test_light(look: Compare) -> None:
    """The light look."""
    app = fleets.app(fleets.troubled(), NOTE)
    assert look(app, press=["T"], terminal_size=(120, 40))


def test_theme_of_textual(look: Compare) -> None:
    """A theme that does not know our variables still works."""
    app = fleets.app(fleets.troubled(), NOTE)
    app.theme = "nord"
    assert app.theme not in {themes.DARK.name, themes.LIGHT.name}
    assert look(app, terminal_size=(120, 40))


def test_no_color(look: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without colours, signs and letters tell the same."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert look(fleets.app(fleets.troubled(), NOTE), terminal_size=(120, 40))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids="{0[0]}x{0[1]}".format)
def test_empty(look: Compare, size: tuple[int, int]) -> None:
    """No bots: a friendly word."""
    assert look(fleets.app(FakeSupervisor(), NOTE), terminal_size=size)


def test_hundred(look: Compare) -> None:
    """A hundred bots: the table scrolls."""
    assert look(fleets.app(fleets.running(100)), terminal_size=(120, 40))


def test_help(look: Compare) -> None:
    """All keys."""
    app = fleets.app(fleets.running())
    assert look(app, press=["question_mark"], terminal_size=(100, 50))


def test_help_small(look: Compare) -> None:
    """All keys; the list scrolls."""
    assert look(fleets.app(fleets.running()), press=["question_mark"])


@pytest.mark.parametrize("key", ["X", "c"], ids=["kill", "clean"])
def test_confirm(look: Compare, key: str) -> None:
    """A question before something that cannot be undone."""
    assert look(fleets.app(fleets.troubled()), press=[key])


def test_one_bot_wrapped(look: Compare) -> None:
    """The lines of one bot, wrapped, without times."""
    app = fleets.app(fleets.running())
    assert look(app, press=["enter", "w", "t"])


def test_search(look: Compare) -> None:
    """Matches are marked; the title tells."""
    app = fleets.app(fleets.running())
    assert look(app, press=["slash", *"slow", "enter"], terminal_size=(120, 40))


def test_typing_a_search(look: Compare) -> None:
    """The field below the log."""
    app = fleets.app(fleets.running())
    assert look(app, press=["slash", *"polling"])


def test_paused(look: Compare) -> None:
    """Scrolled up: the lines that came since are counted."""
    fleet = fleets.running()
    app = fleets.app(fleet)

    async def scroll_up(pilot: Pilot[bool]) -> None:
        await fleet.heard.wait()
        await pilot.press("g")
        fleet.say_all(["more"] * 7, "bot-0")
        await until(pilot, lambda: shown(app, "7 new lines"))

    assert look(app, run_before=scroll_up)


def test_zoomed(look: Compare) -> None:
    """The log has the whole screen."""
    assert look(fleets.app(fleets.running()), press=["z"])


def test_stopping(look: Compare) -> None:
    """Progress: who is still there, and how long."""
    fleet, clock = fleets.troubled(), AutoClock()
    app = fleets.app(fleet, clock=clock)

    async def stop(pilot: Pilot[bool]) -> None:
        await fleet.heard.wait()
        fleet.begin_stop(12.0)
        for bot in ("bot-0", "bot-2"):
            fleet.change(bot, state=BotState.STOPPED, last_exit="exit 0", **fleets.IDLE)
        await until(pilot, lambda: shown(app, "at most 12s more"))
        clock.time_s += 4.0
        await until(pilot, lambda: shown(app, "at most 8s more"))

    assert look(app, run_before=stop, terminal_size=(100, 30))


def test_stopping_killed(look: Compare) -> None:
    """After X: what is left is being killed."""
    fleet = fleets.troubled()
    app = fleets.app(fleet, clock=AutoClock())

    async def stop(pilot: Pilot[bool]) -> None:
        await fleet.heard.wait()
        fleet.begin_stop(12.0)
        await until(pilot, lambda: shown(app, "at most 12s more"))
        await pilot.press("X")
        fleet.change("bot-2", state=BotState.STOPPING, last_exit="")
        await until(pilot, lambda: shown(app, "9/10 bots ended"))

    assert look(app, run_before=stop)
