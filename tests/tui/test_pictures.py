"""How the dashboard looks. Update with `pytest tests/tui --snapshot-update`."""

import pytest
from textual.pilot import Pilot

from coderbot.supervisor.state import BotState
from coderbot.tui import themes
from tests.fakes.autoclock import AutoClock
from tests.tui import fleets
from tests.tui.conftest import Compare
from tests.tui.steering import shown, until

NOTE = "http://127.0.0.1:8081/"


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


def test_hundred(look: Compare) -> None:
    """A hundred bots: the table scrolls."""
    assert look(fleets.app(fleets.running(100)), terminal_size=(120, 40))


def test_one_bot_wrapped(look: Compare) -> None:
    """The lines of one bot, wrapped, without times."""
    app = fleets.app(fleets.running())
    assert look(app, press=["enter", "w", "t"])


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
