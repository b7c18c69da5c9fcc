"""The dashboard in a browser: on loopback, for who knows a word that works once."""

import asyncio
import hmac
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from coderbot.errors import CoderBotError

_HOST = "127.0.0.1"
_COOKIE = "coderbot"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
)
"""What the page may load (CSP): nothing from elsewhere, such as fonts."""

_ATTACHED = "from coderbot.cli import main_tui; main_tui()"


class _Door:
    """Lets in who shows the word of the address first, and then their browser.

    The pages lie below a path that nobody can guess, and the cookie is for that path
    alone: browsers send those of a host to each of its ports, where somebody else's
    program may listen.
    """

    def __init__(self) -> None:
        self.word = secrets.token_urlsafe(24)
        self.path = f"/{secrets.token_urlsafe(24)}"
        self._pass = secrets.token_urlsafe(24)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Lead whoever shows the word to the pages, once."""
        shown = request.query.get("token", "")
        if not self.word or not _is_same(shown, self.word):
            return _refused()
        self.word = ""
        response = web.HTTPSeeOther(f"{self.path}/")
        response.set_cookie(
            _COOKIE, self._pass, httponly=True, samesite="Strict", path=self.path
        )
        return response

    @web.middleware
    async def check(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Answer a request for a page, or refuse it."""
        if not _is_same(request.cookies.get(_COOKIE, ""), self._pass):
            return _refused()
        return await handler(request)


async def _turn_away(_request: web.Request) -> web.StreamResponse:
    return _refused()


def _refused() -> web.Response:
    return web.Response(
        status=403,
        text="The address of this page works once. Start "
        "`coderbot-tui --web` again for another.\n",
    )


def _is_same(shown: str, secret: str) -> bool:
    return hmac.compare_digest(shown.encode(errors="replace"), secret.encode())


class _Pages(Server):  # type: ignore[misc]
    """The server of textual-serve, with a door and without its own words."""

    def __init__(self, command: str, port: int) -> None:
        super().__init__(command, host=_HOST, port=port, title="CoderBot")
        self.door = _Door()

    async def make(self) -> web.Application:
        """Return the application."""
        inner: web.Application = await self._make_app()
        inner.middlewares.append(self.door.check)
        outer = web.Application()
        outer.on_response_prepare.append(_guard)
        outer.router.add_get("/", self.door.enter)
        outer.add_subapp(self.door.path, inner)
        outer.router.add_route("*", "/{path:.*}", _turn_away)
        return outer

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the address is told once it can be used."""


async def _guard(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"


async def serve_dashboard(
    state_dir: Path, port: int, tell: Callable[[str], None]
) -> None:
    """Serve the dashboard of a running supervisor until cancelled.

    Each browser window is an attached dashboard of its own, in its own process.

    Args:
        state_dir: Of the supervisor.
        port: On 127.0.0.1; 0 takes any.
        tell: Told the address, with the word that works once.

    Raises:
        CoderBotError: When the port cannot be had.
    """
    command = [sys.executable, "-c", _ATTACHED, "--attach", str(state_dir)]
    pages = _Pages(shlex.join(command), port)
    runner = web.AppRunner(await pages.make())
    await runner.setup()
    try:
        site = web.TCPSite(runner, _HOST, port)
        try:
            await site.start()
        except OSError as error:
            raise CoderBotError(
                f"Port {port} of {_HOST} cannot be used: {error.strerror}",
                "Name another one: coderbot-tui --web PORT",
            ) from error
        pages.port = runner.addresses[0][1]
        pages.public_url = f"http://{_HOST}:{pages.port}"
        tell(f"{pages.public_url}/?token={pages.door.word}")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
