# ruff: noqa: F811 - a fixture is used by its name
"""What users get of the browser: pages, screens, and reasons why not."""

import asyncio
import io
import signal
from pathlib import Path

import psutil
import pytest
from PIL import Image

from coderbot.sandbox.server import Sandbox
from tests.fakes.browser import needs_browser
from tests.fakes.processes import command_of
from tests.fakes.sandbox import sandbox  # noqa: F401
from tests.fakes.website import website
from tests.processes.chat import open_terminal, ready_worker

pytestmark = pytest.mark.timeout(90)

PAGE = "<title>Shop</title><body style='margin:0;background:#00ff00'>"


@needs_browser
async def test_the_page_that_was_printed_last(sandbox: Sandbox, tmp_path: Path) -> None:
    with website({"/": PAGE}) as site:
        async with ready_worker(sandbox, tmp_path) as (_, anna):
            await anna.say("/web")
            await anna.wait_for(lambda m: "no address of a local server" in m.text)
            await open_terminal(anna)
            # Also when it has scrolled away.
            await anna.say(f"clear; echo Local: {site.url}/; seq 100")
            await anna.wait_for(lambda m: "\n99\n100" in m.text)
            await anna.say("/web phone")
            photo = await anna.wait_for(lambda m: m.kind == "photo")

            assert photo.text == f"Shop\n{site.url}/"
            with Image.open(io.BytesIO(await photo.download())) as picture:
                assert picture.size == (780, 1688)
                assert picture.convert("RGB").getpixel((9, 9)) == (0, 255, 0)
            await anna.say("/web http://example.org/")
            await anna.wait_for(lambda m: "example.org is not this machine" in m.text)
            await anna.say("/web one two")
            await anna.wait_for(lambda m: "/web [URL]" in m.text)


@needs_browser
async def test_a_listed_host_may_be_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = {"WEB_ALLOW_HOSTS": "listed.invalid"}
    async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
        await anna.say("/web http://listed.invalid/")
        await anna.wait_for(lambda m: "NAME_NOT_RESOLVED" in m.text)


@needs_browser
async def test_screens_by_the_browser_which_ends_with_the_worker(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {"AIRPLANE_MODE": "false", "SCREENSHOT_RENDERER": "chromium"}
    async with ready_worker(sandbox, tmp_path, **settings) as (worker, anna):
        screen = await open_terminal(anna)
        with Image.open(io.BytesIO(await screen.download())) as picture:
            assert picture.width > 500
        family = psutil.Process(worker.pid).children(recursive=True)
        browser = [each for each in family if "browser-bot" in command_of(each)]
        assert browser

        worker.process.send_signal(signal.SIGKILL)
        await worker.process.wait()

        _, left = await asyncio.to_thread(psutil.wait_procs, browser, 10)
        assert not left


async def test_without_a_browser_the_reason_is_told(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {
        "AIRPLANE_MODE": "false",
        "SCREENSHOT_RENDERER": "chromium",
        "CHROMIUM_PATH": str(tmp_path / "none"),
    }
    async with ready_worker(sandbox, tmp_path, **settings) as (worker, anna):
        screen = await open_terminal(anna)
        assert screen.kind == "photo"
        await worker.line("Screens are drawn without the browser")
        await anna.say("/web localhost")
        await anna.wait_for(lambda m: "CHROMIUM_PATH names is not there" in m.text)
        assert worker.text.count("drawn without the browser") == 1
