"""All that a worker does with its browser, put together."""

from dataclasses import dataclass
from typing import Self

from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.worker.browser.finding import find_chromium
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy
from coderbot.worker.browser.screenpage import ScreenCamera
from coderbot.worker.browser.webpage import WebCamera


@dataclass(frozen=True, slots=True)
class BrowserRoom:
    """The browser and the two who use it; nothing is started before it is used."""

    keeper: BrowserKeeper
    web: WebCamera
    """Takes pictures of pages."""
    screens: ScreenCamera
    """Draws screens."""

    @classmethod
    def of(cls, settings: Settings, bot: str, clock: Clock, tasks: Tasks) -> Self:
        """Return the room of the bot called `bot`."""
        policy = WebPolicy(settings.web_allow_hosts)
        keeper = BrowserKeeper(
            lambda: find_chromium(settings.chromium_path),
            settings.state_dir / f"browser-{bot}",
            policy.hosts,
            clock,
            tasks,
        )
        return cls(keeper, WebCamera(keeper, policy), ScreenCamera(keeper))
