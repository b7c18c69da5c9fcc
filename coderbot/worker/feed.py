"""How updates reach a worker that does not ask Telegram for them."""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from telegram import Update

from coderbot.botprocess.life import Life
from coderbot.botprocess.settings import Identity
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.application import WorkerApplication, handle
from coderbot.config.settings import Settings
from coderbot.errors import CoderBotError
from coderbot.worker.services import Services

if TYPE_CHECKING:
    from coderbot.cluster.shared import Shared
    from coderbot.worker.telegram.webhookfeed import WebhookFeed


class Feed(Protocol):
    """Brings updates to the handlers."""

    async def begin(self) -> None:
        """Return when updates come."""

    def stop(self) -> None:
        """Bring nothing more."""

    def repeated(self, update: Update) -> None:
        """Hear of an update that was acted on already."""


def is_polled(settings: Settings, identity: Identity) -> bool:
    """Tell whether a worker asks Telegram for its updates."""
    return identity.replica is None and settings.webhook_url is None


def feed_of(
    life: Life,
    identity: Identity,
    application: WorkerApplication,
    services: Services,
    shared: "Shared | None",
) -> Feed | None:
    """Return what feeds a worker; None for one that polls."""
    if identity.replica is not None and shared is not None:
        from coderbot.worker.replicas.intake import Intake

        return Intake(
            shared.reader(identity.replica),
            application.bot,
            application.process_update,
            services,
            life.lease,
            lambda: life.watch.answered(HTTPStatus.OK),
        )
    if is_polled(life.settings, identity):
        return None
    from coderbot.worker.telegram.webhookfeed import WebhookFeed

    feed = WebhookFeed(
        life,
        identity.index,
        application.bot,
        connections=1,  # so that keys arrive in the order in which they were typed
    )
    return _ByWebhook(feed, application, life, services.tasks)


class _ByWebhook:
    """Handles each update as it is brought; Telegram keeps it until then."""

    def __init__(
        self,
        feed: "WebhookFeed",
        application: WorkerApplication,
        life: Life,
        tasks: Tasks,
    ) -> None:
        self._feed = feed
        self._application = application
        self._life = life
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        ready = asyncio.Event()
        self._task = self._tasks.spawn(self._run(ready.set), "webhook")
        await ready.wait()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def repeated(self, update: Update) -> None:
        """Do nothing: it was brought a second time."""

    async def _run(self, ready: Callable[[], None]) -> None:
        try:
            await self._feed.run(partial(handle, self._application), ready)
        except CoderBotError as error:
            self._life.fail(error)
