# ruff: noqa: F811 - a fixture is used by its name
"""What the terminals show, told to the supervisor."""

from pathlib import Path

from coderbot import wire
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, sandbox  # noqa: F401
from tests.processes.chat import open_terminal, ready_worker, run


async def test_screens_are_told_when_they_are_asked_for(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        worker.send(wire.ShowTerminals(id=1))
        none = await worker.frame(wire.Terminals, lambda frame: frame.id == 1)
        assert none.screens == []
        await open_terminal(anna)
        await run(anna, "echo seen by $((6 * 7))", "seen by 42")
        worker.send(wire.ShowTerminals(id=2))
        one = await worker.frame(wire.Terminals, lambda frame: frame.id == 2)
        (screen,) = one.screens
        assert screen.user == ANNA
        assert "seen by 42" in screen.text
        assert len(screen.text.split("\n")) <= screen.rows
