"""A fault of the dashboard is raised, and leaves nothing behind."""

import asyncio
from collections.abc import Callable

import pytest

from coderbot.errors import CoderBotError
from coderbot.tui.app import CoderBotApp
from coderbot.tui.widgets.log_view import LogView
from tests.tui import fleets
from tests.tui.steering import DEADLINE_S, table


class OddError(Exception):
    """Something nobody expects."""


async def so(condition: Callable[[], bool]) -> None:
    for _ in range(int(DEADLINE_S * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def run(app: CoderBotApp) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await app.run_async(headless=True, size=(80, 24))


async def test_a_fault_while_drawing_is_raised(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(view: LogView, y: int) -> None:
        secret = "not to be printed"  # noqa: S105, F841, RUF100
        raise OddError("drawing")

    monkeypatch.setattr(LogView, "render_line", fail)
    fleet = fleets.running(2)
    app = fleets.app(fleet)
    with pytest.raises(OddError, match="drawing"):
        await run(app)
    assert not app.is_running
    assert fleet.listeners == 0
    assert "not to be printed" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("error", [OddError("lost"), CoderBotError("lost", "why")])
async def test_a_fault_of_the_events_is_raised_as_it_came(error: Exception) -> None:
    fleet = fleets.running(2)
    app = fleets.app(fleet)

    async def break_off() -> None:
        await fleet.heard.wait()
        fleet.tell(error)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(break_off())
        with pytest.raises(type(error)) as caught:
            await run(app)
    assert caught.value is error
    assert fleet.listeners == 0


async def test_an_unexpected_fault_of_an_action_is_raised() -> None:
    fleet = fleets.running(1)
    fleet.refuse["restart"] = OddError("action")  # type: ignore[assignment]
    app = fleets.app(fleet)

    async def press() -> None:
        await fleet.heard.wait()
        await so(lambda: app.screen.focused is not None)
        await so(lambda: len(table(app).shown) == 1)
        app.simulate_key("r")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(press())
        with pytest.raises(OddError, match="action"):
            await run(app)


async def test_a_cancelled_dashboard_leaves_no_listener() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(app))
        await fleet.heard.wait()
        running.cancel()
    assert running.cancelled()
    assert fleet.listeners == 0
    assert fleet.calls == []


async def test_it_returns_when_the_fleet_has_stopped() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)

    async def stop() -> None:
        await fleet.heard.wait()
        fleet.begin_stop()
        fleet.end_stop()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stop())
        await run(app)
    assert app.return_code == 0
