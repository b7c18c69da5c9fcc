# ruff: noqa: F811 - a fixture is used by its name
"""Pictures of pages, taken by a real browser that all tests here share."""

import io

import pytest
from PIL import Image

from coderbot.worker.browser.errors import PageFailedError, PageRefusedError
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy
from coderbot.worker.browser.webpage import DESKTOP, PHONE, WebCamera
from tests.fakes.browser import keeper, needs_browser  # noqa: F401
from tests.fakes.website import website

pytestmark = [needs_browser, pytest.mark.asyncio(loop_scope="module")]

BLUE = '<title>Blue</title><body style="margin:0;background:#0000ff">'
LONG = BLUE + '<div style="height:3000px"></div><div style="height:9px;background:red">'


@pytest.fixture
def web(keeper: BrowserKeeper) -> WebCamera:
    return WebCamera(keeper, WebPolicy())


def opened(image: bytes) -> Image.Image:
    return Image.open(io.BytesIO(image)).convert("RGB")


async def test_pages_in_both_widths_and_whole(web: WebCamera) -> None:
    with website({"/": LONG}) as site:
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


async def test_a_very_long_page_is_cut_to_what_telegram_takes(web: WebCamera) -> None:
    with website({"/": BLUE + '<div style="height:50000px">'}) as site:
        for viewport in (DESKTOP, PHONE):
            picture = await web.take(site.url + "/", viewport, full=True)

            width, height = opened(picture.image).size
            assert picture.is_cut
            assert width + height <= 10_000
            assert height <= 20 * width


async def test_a_redirect_to_another_host_is_refused(web: WebCamera) -> None:
    pages = {"/": "http://example.org/", "/in": "/x", "/x": BLUE}
    with website(pages) as site:
        site.pages["/in"] = site.url + "/x"
        with pytest.raises(PageRefusedError, match=r"example\.org is not this"):
            await web.take(site.url + "/", DESKTOP, full=False)
        inside = await web.take(site.url + "/in", DESKTOP, full=False)

    assert inside.url == site.url + "/x"


async def test_what_a_page_wants_from_other_hosts_it_does_not_get(
    web: WebCamera,
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
        picture = await web.take(site.url + "/", DESKTOP, full=False)

    assert {"example.org", "192.0.2.1", "example.com", "example.net"} <= set(
        picture.blocked
    )
    assert {"/fetch-failed", "/socket-failed"} <= set(site.asked)
    assert picture.url == site.url + "/"
    assert opened(picture.image).getpixel((1200, 700)) == (0, 0, 255)


async def test_a_name_that_is_not_listed_does_not_exist_for_the_browser(
    keeper: BrowserKeeper,
) -> None:
    # Below the look at requests: also what passes that cannot leave this machine.
    class Everything(WebPolicy):
        def allows(self, url: str) -> bool:
            return True

    web = WebCamera(keeper, Everything())
    for host in ("example.org", "192.0.2.1"):
        with pytest.raises(PageFailedError, match="NAME_NOT_RESOLVED"):
            await web.take(f"http://{host}/", DESKTOP, full=False)


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1"])
async def test_this_machine_by_all_its_names(host: str, web: WebCamera) -> None:
    with website({"/": BLUE}) as site:
        url = f"http://{host}:{site.server_port}/"
        picture = await web.take(url, DESKTOP, full=False)

    assert picture.title == "Blue"


async def test_pages_that_are_not_there(web: WebCamera) -> None:
    with website({}) as site:
        gone = site.url
    with pytest.raises(PageFailedError, match="Nothing answers"):
        await web.take(gone, DESKTOP, full=False)
    for url in ("file:///etc/passwd", "http://example.org/", "chrome://version"):
        with pytest.raises(PageRefusedError):
            await web.take(url, DESKTOP, full=False)


async def test_what_has_not_loaded_in_time_is_shown_as_it_is(
    keeper: BrowserKeeper,
) -> None:
    web = WebCamera(keeper, WebPolicy(), load_s=3.0)
    with website({"/": BLUE + '<img src="/slow">'}) as site:
        picture = await web.take(site.url + "/", DESKTOP, full=False)

    assert not picture.is_complete
    assert opened(picture.image).getpixel((640, 400)) == (0, 0, 255)


async def test_pages_share_nothing(web: WebCamera) -> None:
    page = "<script>document.title = localStorage.x || 'new'; localStorage.x = 'old'</script>"
    with website({"/": page}) as site:
        for _ in range(2):
            picture = await web.take(site.url + "/", DESKTOP, full=False)
            assert picture.title == "new"
