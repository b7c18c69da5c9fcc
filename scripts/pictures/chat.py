"""Draw the README's picture of a chat: `python -m scripts.pictures.chat`.

The real program on the sandbox, a real terminal with a program that stands in for a
coding agent, and the chat page in a Chromium of the size of a phone. Needs a font
with emoji (Debian: fonts-noto-color-emoji).
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.fleet import USER, running_fleet, write_env
from tests.fakes.browser import keeping
from tests.fakes.sandbox import make_bot_id, make_token

TARGET = Path(__file__).parents[2] / "docs" / "chat.png"
_AGENT = Path(__file__).parent / "agent.py"
_PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "isMobile": True}
_DEADLINE_MS = 15_000


async def draw(directory: Path, target: Path) -> None:
    """Let a conversation happen, and take its picture."""
    token = make_token(1)
    async with running_sandbox([token], (UserSpec(USER, "Anna"),)) as sandbox:
        write_env(directory, [token.reveal()], sandbox.url)
        state = directory / ".coderbot"
        state.mkdir(mode=0o700)
        command = f"{sys.executable} {_AGENT}"
        (state / "assistants.toml").write_text(f"[agent]\ncommand = '{command}'\n")
        async with running_fleet(directory) as fleet:
            await fleet.line("bot-0 is ready")
            await _converse(sandbox.client().user(USER, make_bot_id(1)))
            address = f"{sandbox.url}/#u={USER}&b={make_bot_id(1)}"
            await _take(directory, address, target)
            await fleet.interrupt()


async def _converse(anna: SandboxUser) -> None:
    await anna.say("/size 56x28")
    await anna.wait_for(lambda m: "56" in m.text)
    await anna.say("/agent")
    await anna.wait_for(lambda m: m.kind == "photo")
    await anna.say("A discount does not count in the total. Mend it.")
    await anna.wait_for(lambda m: any("Yes" in each for each in m.buttons))


async def _take(directory: Path, address: str, target: Path) -> None:
    async with keeping(directory) as keeper, keeper.page() as page:
        await page.setViewport(_PHONE)
        await page.goto(address)
        await page.waitForFunction(
            "document.querySelector('.photo img')?.naturalWidth > 0"
            " && document.querySelectorAll('.key').length > 3",
            {"timeout": _DEADLINE_MS},
        )
        picture = await page.screenshot()
    # A third of the size, and nobody sees the difference.
    Image.open(io.BytesIO(picture)).quantize(256).save(target, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(draw(Path(name), TARGET))
