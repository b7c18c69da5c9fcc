"""How updates reach a worker that does not ask Telegram for them."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from telegram import Update

from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.settings import Identity
from coderbot.botprocess.telegram.application import WorkerApplication, handle
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.config.settings import Settings
from coderbot.errors import CoderBotError
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.worker.services import Services

if TYPE_CHECKING:
    from coderbot.cluster.shared import Shared
    from coderbot.worker.telegram.webhookfeed import WebhookFeed

_log = logging.getLogger(LIFECYCLE_LOGGER)


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
    settings: Settings,
    identity: Identity,
    application: WorkerApplication,
    services: Services,
    shared: "Shared | None",
    lease: PollLease,
    watch: PollWatch,
    jitter: Callable[[], float],
) -> Feed | None:
    """Return what feeds a worker; None for one that polls."""
    if identity.replica is not None and shared is not None:
        from coderbot.worker.replicas.intake import Intake

        return Intake(
            shared.reader(identity.replica),
            application.bot,
            application.process_update,
            services,
            lease,
            lambda: watch.answered(HTTPStatus.OK),
        )
    if is_polled(settings, identity):
        return None
    from coderbot.worker.telegram.webhookfeed import WebhookFeed

    feed = WebhookFeed(
        settings,
        identity.index,
        application.bot,
        watch,
        lease,
        services.clock,
        jitter,
        connections=1,  # so that keys arrive in the order in which they were typed
    )
    return _ByWebhook(feed, application, services)


class _ByWebhook:
    """Handles each update as it is brought; Telegram keeps it until then."""

    def __init__(
        self, feed: "WebhookFeed", application: WorkerApplication, services: Services
    ) -> None:
        self._feed = feed
        self._application = application
        self._services = services
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        ready = asyncio.Event()
        self._task = self._services.tasks.spawn(self._run(ready.set), "webhook")
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
            _log.error("%s", error)
            self._services.stop.ask(error.exit_code, error.message)
