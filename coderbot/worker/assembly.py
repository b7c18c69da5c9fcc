"""Puts the parts of a worker together: the only place that builds them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from telegram import Bot

from coderbot import wire
from coderbot.atomicfile import replace_file
from coderbot.botprocess.life import Life
from coderbot.botprocess.settings import Identity
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.botprocess.telegram.pace import Overall, overall
from coderbot.botprocess.telegram.traces import Traces
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.paths import MediaDirs, bot_name
from coderbot.redact import Secret
from coderbot.worker.assistants.catalogue import Catalogue
from coderbot.worker.assistants.projects import Projects
from coderbot.worker.assistants.roster import Roster
from coderbot.worker.browser.painter import BrowserPainter
from coderbot.worker.browser.room import BrowserRoom
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.media.kinds import largest_upload
from coderbot.worker.media.retention import Limits
from coderbot.worker.media.service import MediaService
from coderbot.worker.preferences.filestore import FilePreferences, preferences_file
from coderbot.worker.preferences.store import PreferenceStore
from coderbot.worker.services import Services
from coderbot.worker.sharing import preferences_of
from coderbot.worker.speech.choice import transcriber_for
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.chatmenus import ChatMenus
from coderbot.worker.telegram.commands import RESERVED_NAMES, own_entries
from coderbot.worker.telegram.desk import Desk
from coderbot.worker.telegram.failurenotices import FailureNotices
from coderbot.worker.telegram.furniture import Furniture
from coderbot.worker.telegram.lanes import Lanes
from coderbot.worker.telegram.news import News
from coderbot.worker.telegram.painter import Painter
from coderbot.worker.telegram.recorders import Recorders
from coderbot.worker.telegram.uploader import TelegramUploader
from coderbot.worker.terminal.registry import TerminalLimits

if TYPE_CHECKING:
    from coderbot.cluster.shared import Shared
    from coderbot.worker.terminalbook import TerminalBook


@dataclass(frozen=True, slots=True)
class Frame:
    """What is there before the services: the process around them."""

    life: Life
    identity: Identity
    shared: "Shared | None"
    """What is shared with other hosts; None for a host alone."""
    book: "TerminalBook | None"
    """Where open terminals are noted for a successor; None for a host alone."""

    @property
    def settings(self) -> Settings:
        """All of them."""
        return self.life.settings

    @property
    def clock(self) -> Clock:
        """For everything that waits."""
        return self.life.clock

    @property
    def name(self) -> str:
        """Of this worker: `bot-0`, or `bot-0.2`."""
        return self.identity.name


def build_services(frame: Frame, bot: Bot, tasks: Tasks) -> Services:
    """Return the container of a worker."""
    settings, clock = frame.settings, frame.clock
    notice_s = settings.message_delete_timeout_ms / 1_000
    traces = Traces(settings.state_dir / f"traces-{frame.name}.json")
    outbox = Outbox(
        bot,
        tasks,
        clock,
        notice_s,
        frame.life.jitter,
        frame.life.counters,
        traces,
        _pace(frame, tasks),
    )
    buttons = Buttons(clock)
    dirs = MediaDirs.of(settings.media_root, frame.identity.index)
    mask = _mask(settings, bot)
    preferences = _preferences(frame)
    browser = BrowserRoom.of(settings, frame.name, clock, tasks)
    by_browser = settings.screenshot_renderer == "chromium"
    painter = BrowserPainter(browser.screens) if by_browser else Painter()
    furniture = Furniture(
        settings, preferences, buttons, outbox, painter, clock, dirs, mask
    )
    roster = _roster(settings, preferences)
    menus = ChatMenus(
        bot, tasks, preferences, lambda user: own_entries(roster.added_by(user))
    )
    limits = _limits(settings)
    news = News(outbox, tasks, buttons, menus, limits.idle_timeout_s)
    return Services(
        settings=settings,
        name=frame.name,
        dirs=dirs,
        bot=bot,
        clock=clock,
        stop=frame.life.stop,
        link=frame.life.link,
        counters=frame.life.counters,
        absence=frame.life.absence,
        tasks=tasks,
        lanes=Lanes(tasks),
        outbox=outbox,
        buttons=buttons,
        furniture=furniture,
        desk=Desk(clock, limits, furniture, news, tasks, frame.life.link, frame.book),
        menus=menus,
        recorders=Recorders(settings.state_dir, frame.name, outbox, tasks, clock, mask),
        mask=mask,
        browser=browser,
        preferences=preferences,
        media=_media(
            frame,
            TelegramUploader(bot, frame.life.counters, outbox),
            dirs,
            _failures(frame, outbox, tasks, dirs),
        ),
        roster=roster,
        projects=Projects(settings.projects_root or Path.home()),
        transcriber=transcriber_for(settings),
        shared=frame.shared,
    )


def _limits(settings: Settings) -> TerminalLimits:
    return TerminalLimits(
        idle_timeout_s=settings.session_timeout_ms / 1_000,
        max_terminals=settings.max_terminals,
        max_per_user=settings.max_terminals_per_user,
    )


def _mask(settings: Settings, bot: Bot) -> SecretMask | None:
    """Return what takes secrets out of all that is sent; None sends everything."""
    if not settings.mask_secrets:
        return None
    return SecretMask((*settings.secrets, Secret(bot.token)))


def _pace(frame: Frame, tasks: Tasks) -> Overall | None:
    """Return the pace of all replicas together; None for a worker without others."""
    replicas = frame.settings.replicas_of(bot_name(frame.identity.index))
    if frame.identity.replica is None or frame.shared is None:
        return None
    from coderbot.worker.telegram.sharedpace import SharedPace

    rate = overall(frame.clock.monotonic())
    pace = SharedPace(frame.shared.budget, rate, replicas, frame.clock)
    tasks.spawn(pace.run(), "pace of all replicas")
    return pace


def _preferences(frame: Frame) -> PreferenceStore:
    path = preferences_file(frame.settings.state_dir, frame.name)
    before = preferences_file(frame.settings.state_dir, bot_name(frame.identity.index))
    if not path.exists() and before.exists():
        # What the bot's one worker has kept goes to each of those it has now.
        replace_file(path, before.read_bytes())
    local = FilePreferences(path, frame.clock)
    local.load()
    return preferences_of(local, frame.shared, frame.settings, frame.clock)


def _roster(settings: Settings, preferences: PreferenceStore) -> Roster:
    path = settings.assistants_file or settings.state_dir / "assistants.toml"
    arguments = settings.assistant_arguments
    catalogue = Catalogue(path, arguments, RESERVED_NAMES)
    return Roster(catalogue, preferences, RESERVED_NAMES)


def _failures(
    frame: Frame, outbox: Outbox, tasks: Tasks, dirs: MediaDirs
) -> FailureNotices:
    allowed = frame.settings.allowed_user_ids
    return FailureNotices(outbox, tasks, frame.clock, allowed, str(dirs.failed))


def _media(
    frame: Frame, uploader: TelegramUploader, dirs: MediaDirs, failures: FailureNotices
) -> MediaService:
    # Of all replicas on a host one at a time watches the directory.
    name = bot_name(frame.identity.index)

    def tell(kind: str, detail: dict[str, str | int | float | bool | None]) -> None:
        frame.life.link.send(wire.Event(kind=kind, detail=detail))

    return MediaService(
        dirs,
        frame.settings.allowed_user_ids,
        uploader,
        frame.settings.state_dir / f"media-{name}.json",
        frame.clock,
        tell,
        failures.add,
        largest_upload(local_mode=frame.settings.local_mode),
        _kept(frame.settings),
    )


def _kept(settings: Settings) -> Limits:
    return Limits(settings.media_retention_days * 86_400, settings.media_max_mb << 20)
