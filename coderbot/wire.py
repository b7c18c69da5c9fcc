"""Frames between processes: one JSON object a line, typed on both sides."""

from typing import Literal

import msgspec

from coderbot.errors import CoderBotError

MAX_FRAME_BYTES = 1 << 20
"""Longest frame accepted, in bytes; a longer one means a broken peer."""

WorkerStatus = Literal["polling", "conflict", "offline", "stopping"]


class WireError(CoderBotError):
    """Raised when a line is no frame: not JSON, or not of a known shape."""


class Frame(msgspec.Struct, tag_field="type", frozen=True, kw_only=True):
    """Base of all frames; `type` names the kind."""


class Ready(Frame, tag="ready", frozen=True, kw_only=True):
    """Worker: getMe and the first getUpdates have succeeded."""

    bot_id: int
    username: str
    full_name: str


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker has done; each number only grows until its process ends."""

    updates: int = 0
    """Updates received, each once."""
    messages: int = 0
    """Calls that have sent a message."""
    edits: int = 0
    """Calls that have edited a message."""
    deletes: int = 0
    """Calls that have deleted messages."""
    flood_waits: int = 0
    """Calls that Telegram has answered with 429."""
    outbox_dropped: int = 0
    """Messages, edits and deletions not even tried: too many waited in their chat."""
    outbox_wait_seconds: float = 0.0
    """How long calls have waited for their turn, added up."""
    media_bytes: int = 0
    """Of the files brought to users, once for each user, in bytes."""

    def plus(self, other: "Counters") -> "Counters":
        """Return the sums."""
        mine, theirs = msgspec.structs.asdict(self), msgspec.structs.asdict(other)
        return Counters(**{name: mine[name] + theirs[name] for name in mine})


class Heartbeat(Frame, tag="heartbeat", frozen=True, kw_only=True):
    """Worker: its event loop turns; sent every five seconds."""

    uptime_s: float
    rss_bytes: int
    terminals: int
    terminals_busy: int = 0
    """Those with a program at work, or that were used in the last minutes."""
    loop_lag_ms: float
    poll_age_s: float
    media_pending: int
    outbox_queued: int = 0
    """Calls that wait for their turn in a chat, or are under way."""
    counters: Counters = Counters()


class Status(Frame, tag="status", frozen=True, kw_only=True):
    """Worker: how it stands with Telegram."""

    state: WorkerStatus
    detail: str = ""


class Event(Frame, tag="event", frozen=True, kw_only=True):
    """Worker: something happened that people may want to know.

    Kinds: unauthorized, media_sent, media_failed, terminal_opened,
    terminal_closed, locked_down.
    """

    kind: str
    detail: dict[str, str | int | float | bool | None] = {}


class TerminalScreen(msgspec.Struct, frozen=True, kw_only=True):
    """What one terminal shows; its secrets are masked."""

    user: int
    """Telegram id of whom it belongs to."""
    name: str = ""
    """What its user calls it."""
    title: str
    columns: int
    rows: int
    text: str


class Terminals(Frame, tag="terminals", frozen=True, kw_only=True):
    """Worker: what its open terminals show; answers `ShowTerminals`."""

    id: int
    screens: list[TerminalScreen]


class ShowTerminals(Frame, tag="show_terminals", frozen=True, kw_only=True):
    """Supervisor: send what the terminals show."""

    id: int


class Ping(Frame, tag="ping", frozen=True, kw_only=True):
    """Supervisor: send a heartbeat now."""


class Lease(Frame, tag="lease", frozen=True, kw_only=True):
    """Supervisor: until when the worker may poll, where hosts share the bots."""

    until: float
    """On the clock `boottime` of the machine, in seconds; 0: not any more."""
    fence: int = 0
    """Grows whenever another host, or another run of one, gets the bot."""
    margin_s: float = 0.0
    """A poll is over so long before: its answer has to travel."""


class Dump(Frame, tag="dump", frozen=True, kw_only=True):
    """Supervisor: write the stacks of all Python threads to the log."""


WorkerFrame = Ready | Heartbeat | Status | Event | Terminals
"""What a worker sends."""
SupervisorFrame = Ping | Dump | ShowTerminals | Lease
"""What a supervisor sends to a worker."""

_encoder = msgspec.json.Encoder()
_worker_decoder: msgspec.json.Decoder[WorkerFrame] = msgspec.json.Decoder(WorkerFrame)
_supervisor_decoder: msgspec.json.Decoder[SupervisorFrame] = msgspec.json.Decoder(
    SupervisorFrame
)


def encode(frame: Frame) -> bytes:
    """Return `frame` as one line, newline included."""
    return _encoder.encode(frame) + b"\n"


def decode_worker(line: bytes) -> WorkerFrame:
    """Return the frame that a worker sent.

    Raises:
        WireError: When the line is not such a frame.
    """
    try:
        return _worker_decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise WireError(f"not a frame of a worker: {error}") from error


def decode_supervisor(line: bytes) -> SupervisorFrame:
    """Return the frame that the supervisor sent.

    Raises:
        WireError: When the line is not such a frame.
    """
    try:
        return _supervisor_decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise WireError(f"not a frame of the supervisor: {error}") from error
