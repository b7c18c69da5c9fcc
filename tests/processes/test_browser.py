"""A real browser, real pages, and what it must never do."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from PIL import Image

from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock, SystemClock
from coderbot.worker.browser import keeper as keeping_module
from coderbot.worker.browser.errors import (
    BrowserFailedError,
    BrowserMissingError,
    PageFailedError,
    PageRefusedError,
)
from coderbot.worker.browser.finding import find_chromium
from coderbot.worker.browser.keeper import IDLE_S, BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy
from coderbot.worker.browser.webpage import DESKTOP, PHONE, WebCamera
from tests.fakes.clock import FakeClock
from tests.fakes.website import website

try:
    find_chromium()
except BrowserMissingError as error:
    pytest.skip(str(error), allow_module_level=True)

BLUE = '<title>Blue</title><body style="margin:0;background:#0000ff">'
LONG = BLUE + '<div style="height:3000px"></div><div style="height:9px;background:red">'


@asynccontextmanager
async def keeping(
    directory: Path, clock: Clock | None = None
) -> AsyncIterator[BrowserKeeper]:
    async with Tasks.open() as tasks:
        keeper = BrowserKeeper(
            find_chromium,
            directory / "browser",
            WebPolicy().hosts,
            clock or SystemClock(),
            tasks,
        )
        try:
            yield keeper
        finally:
            await keeper.close()


@asynccontextmanager
async def camera(directory: Path, load_s: float = 15.0) -> AsyncIterator[WebCamera]:
    async with keeping(directory) as keeper:
        yield WebCamera(keeper, WebPolicy(), load_s)


def opened(image: bytes) -> Image.Image:
    return Image.open(io.BytesIO(image)).convert("RGB")


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


async def test_pages_in_both_widths_and_whole(tmp_path: Path) -> None:
    with website({"/": LONG}) as site:
        async with camera(tmp_path) as web:
            desktop = await web.take(site.url + "/", DESKTOP, full=False)
            phone = await web.take(site.url + "/", PHONE, full=False)
            whole = await web.take(site.url + "/", DESKTOP, full=True)

    assert (desktop.title, desktop.url) == ("Blue", site.url + "/")
    assert desktop.is_complete
    assert not desktop.is_cut
    assert desktop.blocked == ()
    assert opened(desktop.image).size == (1280, 800)
    assert opened(desktop.image).getpixel((640, 400)) == (0, 0, 255)
    assert opened(phone.image).size == (780, 1688)
    assert opened(whole.image).size == (1280, 3009)
    assert opened(whole.image).getpixel((640, 3005)) == (255, 0, 0)


async def test_a_very_long_page_is_cut_to_what_telegram_takes(tmp_path: Path) -> None:
    with website({"/": BLUE + '<div style="height:50000px">'}) as site:
        async with camera(tmp_path) as web:
            for viewport in (DESKTOP, PHONE):
                picture = await web.take(site.url + "/", viewport, full=True)

                width, height = opened(picture.image).size
                assert picture.is_cut
                assert width + height <= 10_000
                assert height <= 20 * width


async def test_a_redirect_to_another_host_is_refused(tmp_path: Path) -> None:
    pages = {"/": "http://example.org/", "/in": "/x", "/x": BLUE}
    with website(pages) as site:
        site.pages["/in"] = site.url + "/x"
        async with camera(tmp_path) as web:
            with pytest.raises(PageRefusedError, match=r"example\.org is not this"):
                await web.take(site.url + "/", DESKTOP, full=False)
            inside = await web.take(site.url + "/in", DESKTOP, full=False)

    assert inside.url == site.url + "/x"


async def test_what_a_page_wants_from_other_hosts_it_does_not_get(
    tmp_path: Path,
) -> None:
    page = f"""{BLUE}<img src="http://example.org/a.png">
    <img src="http://192.0.2.1/b.png"><img src="http://2.2/c.png">
    <iframe src="http://example.com/"></iframe><iframe src="file:///etc/passwd">
    </iframe><script>
      fetch("http://example.net/").catch(() => fetch("/fetch-failed"));
      const socket = new WebSocket("ws://rebound.example/");
      socket.onerror = () => fetch("/socket-failed");
      setTimeout(() => {{ location = "http://example.edu/" }}, 100);
    </script>"""
    with website({"/": page, "/fetch-failed": "", "/socket-failed": ""}) as site:
        async with camera(tmp_path) as web:
            picture = await web.take(site.url + "/", DESKTOP, full=False)

    assert {"example.org", "192.0.2.1", "example.com", "example.net"} <= set(
        picture.blocked
    )
    assert {"/fetch-failed", "/socket-failed"} <= set(site.asked)
    assert picture.url == site.url + "/"
    assert opened(picture.image).getpixel((1200, 700)) == (0, 0, 255)


async def test_a_name_that_is_not_listed_does_not_exist_for_the_browser(
    tmp_path: Path,
) -> None:
    # Below the look at requests: also what passes that cannot leave this machine.
    class Everything(WebPolicy):
        def allows(self, url: str) -> bool:
            return True

    async with keeping(tmp_path) as keeper:
        web = WebCamera(keeper, Everything())
        for host in ("example.org", "192.0.2.1"):
            with pytest.raises(PageFailedError, match="NAME_NOT_RESOLVED"):
                await web.take(f"http://{host}/", DESKTOP, full=False)


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1"])
async def test_this_machine_by_all_its_names(host: str, tmp_path: Path) -> None:
    with website({"/": BLUE}) as site:
        async with camera(tmp_path) as web:
            url = f"http://{host}:{site.server_port}/"
            picture = await web.take(url, DESKTOP, full=False)

    assert picture.title == "Blue"


async def test_pages_that_are_not_there(tmp_path: Path) -> None:
    with website({}) as site:
        gone = site.url
    async with camera(tmp_path) as web:
        with pytest.raises(PageFailedError, match="Nothing answers"):
            await web.take(gone, DESKTOP, full=False)
        for url in ("file:///etc/passwd", "http://example.org/", "chrome://version"):
            with pytest.raises(PageRefusedError):
                await web.take(url, DESKTOP, full=False)


async def test_what_has_not_loaded_in_time_is_shown_as_it_is(tmp_path: Path) -> None:
    with website({"/": BLUE + '<img src="/slow">'}) as site:
        async with camera(tmp_path, load_s=3.0) as web:
            picture = await web.take(site.url + "/", DESKTOP, full=False)

    assert not picture.is_complete
    assert opened(picture.image).getpixel((640, 400)) == (0, 0, 255)


async def test_pages_share_nothing(tmp_path: Path) -> None:
    page = "<script>document.title = localStorage.x || 'new'; localStorage.x = 'old'</script>"
    with website({"/": page}) as site:
        async with camera(tmp_path) as web:
            for _ in range(2):
                picture = await web.take(site.url + "/", DESKTOP, full=False)
                assert picture.title == "new"


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
    with website({"/": BLUE + '<img src="/slow">'}) as site:
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
