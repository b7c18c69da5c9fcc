"""The running sandbox: one HTTP server on loopback."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from coderbot.clock import SystemClock
from coderbot.redact import Secret
from coderbot.sandbox.budgets import Budgets
from coderbot.sandbox.client import SandboxClient
from coderbot.sandbox.control import Control, control_errors
from coderbot.sandbox.control_chats import ChatControl
from coderbot.sandbox.dispatch import BotApi
from coderbot.sandbox.errors import SandboxError
from coderbot.sandbox.feed import Feed
from coderbot.sandbox.files import FileStore
from coderbot.sandbox.guard import add_headers, guard
from coderbot.sandbox.page import page_routes
from coderbot.sandbox.presence import watch_presence
from coderbot.sandbox.pulse import Pulse
from coderbot.sandbox.state import World
from coderbot.sandbox.webhooks import delivering

_HOST = "127.0.0.1"
"""Never another address: whoever reaches the server can be any user."""
_MAX_BODY_BYTES = 64 << 20
_SHUTDOWN_S = 0.2
"""Long polls are cut off then; they would last up to 50 s."""


@dataclass(frozen=True, slots=True)
class UserSpec:
    """A user to begin with."""

    id: int
    first_name: str
    username: str = ""


DEFAULT_USERS = (UserSpec(1001, "Anna", "anna"), UserSpec(1002, "Ben", "ben"))


@dataclass(slots=True)
class Sandbox:
    """What `running_sandbox` gives: an address and clients."""

    url: str
    """`http://127.0.0.1:PORT`, no slash at its end."""
    _clients: list[SandboxClient] = field(default_factory=list)

    @property
    def bot_api_url(self) -> str:
        """`base_url` for python-telegram-bot: `http://127.0.0.1:PORT/bot`."""
        return f"{self.url}/bot"

    @property
    def file_api_url(self) -> str:
        """`base_file_url` for python-telegram-bot."""
        return f"{self.url}/file/bot"

    def client(self) -> SandboxClient:
        """Return a client; it is closed when the sandbox ends."""
        client = SandboxClient(self.url)
        self._clients.append(client)
        return client

    async def close_clients(self) -> None:
        """Close all clients that were handed out."""
        for client in self._clients:
            await client.close()


@asynccontextmanager
async def running_sandbox(
    tokens: Sequence[Secret] = (),
    users: Sequence[UserSpec] = DEFAULT_USERS,
    port: int = 0,
    budgets: bool = False,
    require_start: bool = False,
) -> AsyncIterator[Sandbox]:
    """Serve a sandbox on 127.0.0.1 for the length of the block.

    Args:
        tokens: Tokens of the bots that exist from the start.
        users: Users that exist from the start.
        port: TCP port; 0 lets the system choose.
        budgets: Enforce Telegram's message rates with 429.
        require_start: Refuse bots that write first to a person.

    Raises:
        SandboxError: When the port is taken, or two tokens are of one bot.
    """
    with _file_store() as store:
        world = World(store, SystemClock(), require_start)
        for token in tokens:
            world.add_bot(token)
        for user in users:
            world.add_user(user.id, user.first_name, user.username)
        app = _application(world, BotApi(world, Budgets() if budgets else None))
        runner = web.AppRunner(
            app,
            access_log=None,  # its lines would hold tokens
            handler_cancellation=True,
            shutdown_timeout=_SHUTDOWN_S,
        )
        sandbox = Sandbox("")
        await runner.setup()
        try:
            sandbox.url = await _listen(runner, port)
            with watch_presence(world, asyncio.get_running_loop()):
                async with delivering(world):
                    yield sandbox
        finally:
            # Clients first: an open long poll would hold the server up.
            await sandbox.close_clients()
            await runner.cleanup()


@contextmanager
def _file_store() -> Iterator[FileStore]:
    with tempfile.TemporaryDirectory(prefix="coderbot-sandbox-") as folder:
        yield FileStore(Path(folder))


def _application(world: World, api: BotApi) -> web.Application:
    changes, epoch = Pulse(), secrets.token_hex(4)
    world.listeners.append(lambda _: changes.fire())
    app = web.Application(
        middlewares=[guard, control_errors], client_max_size=_MAX_BODY_BYTES
    )
    app.on_response_prepare.append(add_headers)
    app.add_routes(page_routes())
    app.add_routes(Control(world, api, changes, epoch).routes())
    app.add_routes(ChatControl(world).routes())
    app.router.add_get("/sandbox/ws", Feed(world, changes, epoch).handle)
    app.router.add_route("*", "/bot{token}/{method}", api.handle)
    app.router.add_get("/file/bot{token}/{path:.+}", api.file)
    return app


async def _listen(runner: web.AppRunner, port: int) -> str:
    site = web.TCPSite(runner, _HOST, port)
    try:
        await site.start()
    except OSError as error:
        raise SandboxError(
            f"Cannot listen on {_HOST}:{port}: {error.strerror or error}",
            "Another program (perhaps another sandbox) uses this port; choose another.",
        ) from None
    return f"http://{_HOST}:{runner.addresses[0][1]}"
