"""Updates by webhook: set at Telegram, served here, looked after."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from telegram import Bot

from coderbot.botprocess.life import Life
from coderbot.botprocess.telegram.application import ALLOWED_UPDATES
from coderbot.botprocess.telegram.hooks import hook_path
from coderbot.errors import ConfigError
from coderbot.paths import bot_name
from coderbot.worker.telegram.webhook import Deliver, Webhook, listening

_LOOK_S = 20.0
"""Time between two looks at how the webhook stands, as between two long polls."""

_log = logging.getLogger(__name__)


class WebhookFeed:
    """Lets Telegram bring the updates of a bot.

    Args:
        life: Of the process.
        index: Number of the bot.
        bot: Asks Telegram.
        connections: How many updates Telegram may bring at once; with one they come
            in their order.
    """

    def __init__(
        self,
        life: Life,
        index: int,
        bot: Bot,
        connections: int,
    ) -> None:
        self._life = life
        self._index = index
        self._bot = bot
        self._connections = connections
        self._path = hook_path(bot_name(index))
        self._url = f"{life.settings.webhook_url}{self._path}"
        self._last_error = ""

    async def run(self, deliver: Deliver, ready: Callable[[], None]) -> None:
        """Take updates until cancelled.

        Args:
            deliver: Gets them.
            ready: Called once when Telegram knows where to bring them.

        Raises:
            ConfigError: When the port cannot be had.
            TokenRefusedError: When Telegram does not know the token.
        """
        secret = self._life.settings.webhook_secret
        if secret is None:
            raise ConfigError("the settings", ["WEBHOOK_URL without WEBHOOK_SECRET"])
        await self._life.lease.poll_s()
        self._life.watch.answered(HTTPStatus.OK)
        webhook = Webhook(secret, deliver, self._life.lease)
        address = self._life.settings.webhook_address(self._index)
        async with listening(webhook, self._path, address):
            await self._ask(self._set)
            ready()
            while True:
                await self._life.clock.sleep(_LOOK_S)
                await self._ask(self._look)

    async def _ask(self, call: Callable[[], Awaitable[None]]) -> None:
        await self._life.until_online(call)
        self._life.watch.answered(HTTPStatus.OK)

    async def _set(self) -> None:
        secret = self._life.settings.webhook_secret
        await self._bot.set_webhook(
            self._url,
            max_connections=self._connections,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=secret.reveal() if secret is not None else None,
        )

    async def _look(self) -> None:
        """Tell what Telegram says of the webhook; set it again if it is another."""
        info = await self._bot.get_webhook_info()
        if info.url != self._url:
            _log.warning("The webhook of this bot was changed; setting it again")
            await self._set()
        error = info.last_error_message or ""
        if error != self._last_error:
            self._last_error = error
            _log.warning(
                "Telegram could not bring an update: %s", error or "it can now"
            )
