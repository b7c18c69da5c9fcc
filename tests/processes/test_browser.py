"""A real browser: started when needed, ended when idle, replaced when it dies."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from coderbot.botprocess.tasks import Tasks
from coderbot.clock import SystemClock
from coderbot.worker.browser import keeper as keeping_module
from coderbot.worker.browser.errors import (
    BrowserFailedError,
    BrowserMissingError,
)
from coderbot.worker.browser.finding import find_chromium
from coderbot.worker.browser.keeper import IDLE_S, BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy
from coderbot.worker.browser.webpage import DESKTOP, WebCamera
from tests.fakes.browser import keeping, needs_browser
from tests.fakes.clock import FakeClock
from tests.fakes.website import website

pytestmark = needs_browser


def users_of(profile: Path) -> list[psutil.Process]:
    """Return the processes of the browser whose files are there."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(profile) in " ".join(process.info["cmdline"] or ())
        and process.pid != os.getpid()
    ]


async def all_gone(profile: Path) -> None:
    async with asyncio.timeout(10):
        while users_of(profile):  # noqa: ASYNC110 - not our children
            await asyncio.sleep(0.02)


async def test_one_browser_is_shared_and_ends_when_idle(tmp_path: Path) -> None:
    clock = FakeClock()
    profile = tmp_path / "browser"
    async with keeping(tmp_path, clock) as keeper:
        assert keeper.pid is None
        async with keeper.page(), keeper.page():
            first = keeper.pid
            assert first
            await clock.advance(2 * IDLE_S)
            assert keeper.pid == first
        await clock.advance(IDLE_S - 1)
        async with keeper.page():
            assert keeper.pid == first
        assert users_of(profile)
        await clock.advance(IDLE_S + 1)
        await all_gone(profile)

        assert keeper.pid is None
        async with keeper.page():
            assert keeper.pid not in (None, first)


async def test_who_comes_while_an_idle_one_ends_gets_the_next(tmp_path: Path) -> None:
    clock = FakeClock()
    async with keeping(tmp_path, clock) as keeper:
        async with keeper.page():
            first = keeper.pid
        assert first
        # It does not end by itself as long as it is stopped.
        os.kill(first, signal.SIGSTOP)
        await clock.advance(IDLE_S + 1)
        assert keeper.pid is None
        async with keeper.page() as page:
            assert await page.evaluate("6 * 7") == 42
            assert not psutil.pid_exists(first)


async def test_a_browser_that_has_just_died_is_started_again(tmp_path: Path) -> None:
    async with keeping(tmp_path) as keeper:
        async with keeper.page():
            first = keeper.pid
        assert first
        # Nothing is awaited in between: nobody has been told of its death.
        os.kill(first, signal.SIGKILL)
        async with keeper.page() as page:
            assert await page.evaluate("6 * 7") == 42
            assert keeper.pid != first


async def test_a_browser_that_dies_is_started_again(tmp_path: Path) -> None:
    async with keeping(tmp_path) as keeper:
        async with keeper.page():
            first = keeper.pid
        assert first
        folder = (tmp_path / "browser" / "SingletonSocket").readlink().parent
        assert folder.is_dir()
        os.kill(first, signal.SIGKILL)
        await all_gone(tmp_path / "browser")
        async with keeper.page() as page:
            assert await page.evaluate("6 * 7") == 42
            assert keeper.pid != first
            # What a killed browser leaves outside its profile goes too.
            assert not folder.exists()


async def test_a_browser_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping_module, "_ANSWER_S", 0.2)
    async with keeping(tmp_path) as keeper:
        async with keeper.page():
            first = keeper.pid
            os.kill(first or 0, signal.SIGSTOP)
        async with keeper.page() as page:
            assert await page.evaluate("6 * 7") == 42
            assert keeper.pid != first
    assert not users_of(tmp_path / "browser")


async def test_a_browser_that_dies_at_work_is_told(tmp_path: Path) -> None:
    with website({"/": '<img src="/slow">'}) as site:
        async with keeping(tmp_path) as keeper:
            web = WebCamera(keeper, WebPolicy())
            taking = asyncio.ensure_future(web.take(site.url, DESKTOP, full=False))  # noqa: TID251
            async with asyncio.timeout(20):
                while "/slow" not in site.asked:  # noqa: ASYNC110 - a thread tells
                    await asyncio.sleep(0.01)
            os.kill(keeper.pid or 0, signal.SIGKILL)
            with pytest.raises(BrowserFailedError):
                await taking


_WORKER = """
import asyncio, sys
from pathlib import Path
from coderbot.clock import SystemClock
from coderbot.worker.browser.finding import find_chromium
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.botprocess.tasks import Tasks

async def main():
    async with Tasks.open() as tasks:
        where = Path(sys.argv[1])
        keeper = BrowserKeeper(find_chromium, where, ("localhost",), SystemClock(), tasks)
        async with keeper.page():
            print(keeper.pid, flush=True)
            await asyncio.sleep(100)

asyncio.run(main())
"""


async def test_the_browser_dies_with_its_worker(tmp_path: Path) -> None:
    profile = tmp_path / "browser"
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WORKER, str(profile)), stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout
    browser = psutil.Process(int(await worker.stdout.readline()))
    assert browser.ppid() == worker.pid
    assert os.getsid(browser.pid) == os.getsid(worker.pid)

    worker.kill()
    await worker.wait()

    await all_gone(profile)


async def test_nothing_is_left_of_a_closed_browser(tmp_path: Path) -> None:
    async with keeping(tmp_path) as keeper, keeper.page():
        assert (tmp_path / "browser").exists()

    assert not users_of(tmp_path / "browser")
    assert not (tmp_path / "browser").exists()


async def test_a_program_that_is_no_browser_is_told(tmp_path: Path) -> None:
    async with Tasks.open() as tasks:
        keeper = BrowserKeeper(
            lambda: Path("/bin/true"), tmp_path / "x", (), SystemClock(), tasks
        )
        with pytest.raises(BrowserFailedError, match="does not start"):
            async with keeper.page():
                pass


def test_a_browser_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BrowserMissingError, match="CHROMIUM_PATH"):
        find_chromium(tmp_path / "no")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserMissingError, match="no Chromium"):
        find_chromium()
