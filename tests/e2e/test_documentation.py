"""What the documentation shows can be made again, and its examples run."""

import asyncio
import re
import sys
from pathlib import Path

from PIL import Image

from scripts.pictures import chat, dashboard
from tests.e2e.conftest import World
from tests.e2e.fleet import clean_environment, running_fleet
from tests.fakes.browser import needs_browser

DOCS = Path(__file__).parents[2] / "docs"


async def test_the_example_of_the_sandbox_runs(world: World) -> None:
    text = (DOCS / "guides" / "sandbox.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.S)
    world.env()
    async with running_fleet(world.directory) as fleet:
        await fleet.line("bot-0 is ready")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", example, world.url),
            env=clean_environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        assert await fleet.interrupt() == 0


async def test_the_picture_of_the_dashboard(tmp_path: Path) -> None:
    target = tmp_path / "dashboard.svg"
    await dashboard.draw(tmp_path, target)
    text = target.read_text()
    shown = re.sub(r"<[^>]*>", "", text).replace("&#160;", " ")
    assert "backoff" in shown
    assert "Sent diagram.png" in shown
    assert "http" not in re.sub(r"xmlns=\"[^\"]*\"|<!--.*?-->", "", text).replace(
        "http://127.0.0.1", ""
    )


@needs_browser
async def test_the_picture_of_a_chat(tmp_path: Path) -> None:
    target = tmp_path / "chat.png"
    await chat.draw(tmp_path, target)
    with Image.open(target) as drawn, Image.open(DOCS / "chat.png") as committed:
        assert drawn.size == committed.size == (780, 1688)
        data = drawn.convert("RGB").tobytes()
    # The agent's colours: what was added, what was removed.
    colours = set(zip(data[::3], data[1::3], data[2::3], strict=True))
    assert any(g > 60 > r and b < 60 for r, g, b in colours)
    assert any(r > 90 > g and b < 60 for r, g, b in colours)
