"""What the supervisor tells its front ends: frozen facts (pure)."""

from dataclasses import dataclass, field

from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.state import BotState
from coderbot.wire import Counters


@dataclass(frozen=True, slots=True)
class BotSnapshot:
    """One bot as it stands at the moment of asking."""

    bot: str
    """`bot-0`."""
    index: int
    state: BotState
    status: str = ""
    """How the worker stands with Telegram: polling, conflict, offline, or empty."""
    reason: str = ""
    """Why it failed, crashed or waits; the last error."""
    username: str = ""
    """Without the @; empty until the first READY."""
    full_name: str = ""
    pid: int | None = None
    run: int = 0
    """How many times a process was started for this bot."""
    restarts: int = 0
    """Starts after the first that nobody asked for by `start`."""
    crashes_in_row: int = 0
    uptime_s: float | None = None
    """Seconds since this process was started; None when there is none."""
    next_start_in_s: float | None = None
    """Seconds to the next start, in state backoff."""
    last_exit: str = ""
    """How the last process ended: `exit 1`, `SIGKILL`."""
    rss_bytes: int | None = None
    """Memory of the worker and all that it started; at first of the worker alone."""
    terminals: int = 0
    terminals_busy: int = 0
    """Those with a program at work, or that were used in the last minutes."""
    media_pending: int = 0
    loop_lag_ms: float | None = None
    poll_age_s: float | None = None
    """Seconds since its last finished getUpdates, as the last heartbeat told."""
    outbox_queued: int = 0
    """Calls of the Bot API that wait for their turn in a chat, or are under way."""
    counters: Counters = field(default_factory=Counters)
    """What all its workers have done since the supervisor started, as they told."""
    media_sent: int = 0
    """Files sent since the supervisor started."""
    media_failed: int = 0
    strangers: int = 0
    """Messages of users who may not use the bot, as far as they were told of."""
    last_stranger: str = ""
    """Who was the last of them: `666`, `666 (@name)`."""
    last_media_failure: str = ""
    """The last file that was not sent, and why."""
    cpu_percent: float | None = None
    """Of one CPU, used by the worker and all that it started."""
    processes: int = 0
    """How many those are, the worker included; 0 until they were counted."""
    exits: tuple[tuple[str, int], ...] = ()
    """How many processes have ended, by cause."""
    host: str = ""
    """The host that runs it; empty when hosts share nothing, or none has it."""


@dataclass(frozen=True, slots=True)
class BotChanged:
    """A bot entered a state, or something about it changed that is shown."""

    snapshot: BotSnapshot


@dataclass(frozen=True, slots=True)
class BotRemoved:
    """A bot is no longer part of the fleet."""

    bot: str


@dataclass(frozen=True, slots=True)
class LinesAdded:
    """The logbook holds new lines, up to and with number `last_seq`."""

    last_seq: int


@dataclass(frozen=True, slots=True)
class ClusterChanged:
    """Hosts have come or gone, or their bots are others."""

    snapshot: ClusterSnapshot


@dataclass(frozen=True, slots=True)
class FleetReady:
    """The start of the fleet is over; told once.

    Every worker is READY, or has shown that it will not be soon.
    """

    count: int
    """How many are READY."""


@dataclass(frozen=True, slots=True)
class FleetStopping:
    """The whole fleet is being stopped.

    `deadline_s`: seconds after which everything is over, whatever happens.
    """

    deadline_s: float


@dataclass(frozen=True, slots=True)
class FleetStopped:
    """No worker runs any more; the supervisor has ended."""


FleetEvent = (
    BotChanged
    | BotRemoved
    | LinesAdded
    | ClusterChanged
    | FleetReady
    | FleetStopping
    | FleetStopped
)
