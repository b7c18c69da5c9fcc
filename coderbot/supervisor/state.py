"""The life of a bot in words: states, what happens, what is to be done (pure)."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from coderbot.supervisor.crashloop import CrashLoop


class BotState(StrEnum):
    """Where a bot stands."""

    STOPPED = "stopped"
    """Not running, and nobody wants it to."""
    STARTING = "starting"
    """The process runs; READY has not come yet."""
    RUNNING = "running"
    """READY has come."""
    STOPPING = "stopping"
    """Asked to stop; the process is still there."""
    BACKOFF = "backoff"
    """Crashed; the next start is scheduled."""
    FAILED = "failed"
    """Will not be started again by itself; the reason is kept."""

    @property
    def is_at_rest(self) -> bool:
        """Whether there is no process, and none comes by itself."""
        return self in (BotState.STOPPED, BotState.FAILED)


class After(Enum):
    """What follows once a process that is being ended is gone."""

    STOP = "stop"
    """Nothing: somebody wanted it stopped."""
    START = "start"
    """A start, asked for while it was stopping."""
    RESTART = "restart"
    """A start, as the second half of a restart."""
    CRASH = "crash"
    """What follows a crash: it was ended because it was of no use any more."""


@dataclass(frozen=True, slots=True)
class BotMachine:
    """All that decides about one bot; times are seconds of the monotonic clock."""

    state: BotState = BotState.STOPPED
    pid: int | None = None
    """Its process; there is one in STARTING (once spawned), RUNNING and STOPPING."""
    after: After = After.STOP
    """What follows STOPPING."""
    is_restart: bool = False
    """The start under way counts as a restart."""
    runs: int = 0
    """How many processes were started."""
    restarts: int = 0
    """Starts after the first that nobody asked for by `start`."""
    crashes_in_row: int = 0
    loop: CrashLoop | None = None
    """The crashes in a row, by time."""
    reason: str = ""
    """Why it crashed, failed or is being ended; empty while all is well."""
    last_exit: str = ""
    """How the last process ended."""
    started_at: float | None = None
    """When the process was started."""
    ready_at: float | None = None
    """When it became READY."""
    next_start_at: float | None = None
    """When BACKOFF ends."""


# Events: what has happened.


@dataclass(frozen=True, slots=True)
class StartRequested:
    """A person, or the start of the fleet, wants the bot to run."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Somebody wants the bot to end gracefully."""


@dataclass(frozen=True, slots=True)
class KillRequested:
    """Somebody wants the bot to end at once."""


@dataclass(frozen=True, slots=True)
class RestartRequested:
    """A person wants a fresh process."""


@dataclass(frozen=True, slots=True)
class Spawned:
    """The process exists."""

    pid: int


@dataclass(frozen=True, slots=True)
class SpawnFailed:
    """The process could not be started."""

    reason: str


@dataclass(frozen=True, slots=True)
class BecameReady:
    """The worker has said READY."""


@dataclass(frozen=True, slots=True)
class HeldUp:
    """The worker lives, and says that Telegram cannot be reached or polled yet.

    That is no reason to kill it: a new one would be held up as well.
    """


@dataclass(frozen=True, slots=True)
class ReadyTimedOut:
    """READY has not come in time."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """The worker lives, but is of no use any more: it hangs, say.

    It is asked to end, killed after a grace, and counts as crashed.
    """

    reason: str
    """What is wrong with it, to be read after "bot-0 is"."""
    grace_s: float
    """From SIGTERM to SIGKILL, in seconds."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The process is gone, and its last words have been read."""

    returncode: int
    """Exit code; a negative number is the signal that killed it."""
    last_words: str = ""
    """Its last error line, if there was one."""


@dataclass(frozen=True, slots=True)
class BackoffElapsed:
    """The pause after a crash is over."""


@dataclass(frozen=True, slots=True)
class StopTimedOut:
    """The process has not ended in time."""


Event = (
    StartRequested
    | StopRequested
    | KillRequested
    | RestartRequested
    | Spawned
    | SpawnFailed
    | BecameReady
    | HeldUp
    | ReadyTimedOut
    | Unfit
    | Exited
    | BackoffElapsed
    | StopTimedOut
)
TimerEvent = ReadyTimedOut | BackoffElapsed | StopTimedOut


# Actions: what is to be done.


@dataclass(frozen=True, slots=True)
class Spawn:
    """Start the process; answer with Spawned or SpawnFailed before all else."""


@dataclass(frozen=True, slots=True)
class SendTerm:
    """SIGTERM to the worker."""


@dataclass(frozen=True, slots=True)
class SendKill:
    """SIGKILL to the worker and to all that it has started."""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send `event` after `seconds`, instead of what was set before."""

    event: TimerEvent
    seconds: float


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """Send nothing any more."""


Action = Spawn | SendTerm | SendKill | SetTimer | ClearTimer
