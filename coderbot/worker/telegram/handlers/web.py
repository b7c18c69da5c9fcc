"""Pictures of pages of a local web server."""

from coderbot.worker.browser.errors import BrowserError
from coderbot.worker.browser.policy import last_local_address
from coderbot.worker.browser.webpage import DESKTOP, PHONE
from coderbot.worker.telegram import webwish
from coderbot.worker.telegram.request import Request
from coderbot.worker.telegram.webwish import WebWish


async def show_page(request: Request) -> None:
    """Send the picture of a page; what else is asked for does not wait for it."""
    wish = webwish.wish_of(request.call.argument)
    if wish is None:
        request.refuse()
        return
    url = wish.url or _printed(request)
    if url is None:
        request.reply(webwish.NO_ADDRESS)
        return
    services = request.services
    services.outbox.notice(request.chat, webwish.opening(url), thread=request.thread)
    services.tasks.spawn(_take(request, wish, url), f"page for {request.user_id}")


async def _take(request: Request, wish: WebWish, url: str) -> None:
    viewport = PHONE if wish.is_phone else DESKTOP
    try:
        page = await request.services.browser.web.take(url, viewport, wish.is_full)
    except BrowserError as error:
        request.reply(str(error))
        return
    await request.services.outbox.photo(
        request.chat,
        page.image,
        caption=webwish.caption(
            page.url, page.title, page.blocked, page.is_cut, page.is_complete
        ),
        thread=request.thread,
    )


def _printed(request: Request) -> str | None:
    """Return the last address of this machine that the terminal has printed."""
    place = request.place
    return last_local_address(place.session.transcript()) if place else None
