"""What the parts of a worker share: built once, handed to the handlers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.link import Link
from coderbot.botprocess.stopping import StopRequest
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.paths import MediaDirs
from coderbot.worker.assistants.projects import Projects
from coderbot.worker.assistants.roster import Roster
from coderbot.worker.browser.room import BrowserRoom
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.preferences.store import PreferenceStore
from coderbot.worker.speech.port import Transcriber
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.chatmenus import ChatMenus
from coderbot.worker.telegram.desk import Desk
from coderbot.worker.telegram.furniture import Furniture
from coderbot.worker.telegram.lanes import Lanes
from coderbot.worker.telegram.recorders import Recorders
from coderbot.worker.terminal.registry import TerminalRegistry

if TYPE_CHECKING:
    from telegram import Bot

    from coderbot.cluster.shared import Shared
    from coderbot.worker.media.service import MediaService


@dataclass(frozen=True, slots=True)
class Services:
    """The container of one worker."""

    settings: Settings
    name: str
    """Of this worker: `bot-0`, or `bot-0.2` of a replica."""
    dirs: MediaDirs
    bot: "Bot"
    clock: Clock
    stop: StopRequest
    link: Link
    counters: Counters
    absence: Absence
    tasks: Tasks
    lanes: Lanes
    outbox: Outbox
    buttons: Buttons
    furniture: Furniture
    desk: Desk
    mask: SecretMask | None
    """Takes secrets out of alerts and files; None where they may be shown."""
    browser: BrowserRoom
    menus: ChatMenus
    recorders: Recorders
    preferences: PreferenceStore
    roster: Roster
    projects: Projects
    transcriber: Transcriber | None
    """Turns speech into text; None when nothing is set up for that."""
    media: "MediaService"
    shared: "Shared | None" = None
    """What is shared with other hosts; None for a host alone."""

    @property
    def terminals(self) -> TerminalRegistry:
        """The open terminals."""
        return self.desk.terminals
