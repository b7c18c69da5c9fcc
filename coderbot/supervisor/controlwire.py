"""Frames of the control socket: one JSON object a line, typed on both sides (pure).

A client begins with `Hello`; the supervisor answers with `Welcome` or `Refused`.
Every request has a number of the client's choice, and its answer bears the same.
"""

from typing import Any, Literal

import msgspec

from coderbot.supervisor.clusterview import ClusterSnapshot, PlannedMove
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import MediaFolder
from coderbot.wire import Frame, TerminalScreen, WireError

PROTOCOL = 1
"""Version of these frames; other versions are refused with a clear error."""
MAX_REQUEST_BYTES = 1 << 16
"""Longest frame that is accepted from a client, in bytes."""
MAX_REPLY_BYTES = 1 << 26
"""Longest frame that a client accepts from the supervisor, in bytes."""
MAX_LINES = 10_000
"""Lines that one request for lines returns at most."""

Action = Literal[
    "start",
    "stop",
    "restart",
    "kill",
    "media_usage",
    "clean_media",
    "shut_down",
    "kill_now",
]


ClusterAction = Literal["drain", "undrain", "move", "rebalance"]


class Hello(Frame, tag="hello", frozen=True, kw_only=True):
    """Client: the first frame."""

    protocol: int


class Act(Frame, tag="act", frozen=True, kw_only=True):
    """Client: do something; `bot` is its id, empty for what concerns the fleet."""

    id: int
    action: Action
    bot: str = ""
    folders: list[str] | None = None
    """What `clean_media` cleans; None: everything."""


class GetStatus(Frame, tag="get_status", frozen=True, kw_only=True):
    """Client: how do all bots stand?"""

    id: int


class GetLines(Frame, tag="get_lines", frozen=True, kw_only=True):
    """Client: the newest `limit` kept lines numbered above `after`."""

    id: int
    bot: str | None = None
    after: int = 0
    limit: int = 1_000


class Search(Frame, tag="search", frozen=True, kw_only=True):
    """Client: look for lines in the whole history."""

    id: int
    query: LogQuery


class GetHistory(Frame, tag="get_history", frozen=True, kw_only=True):
    """Client: the newest `limit` lines numbered below `before`, from files as well."""

    id: int
    bot: str | None = None
    before: int
    limit: int = 1_000


class GetDossiers(Frame, tag="get_dossiers", frozen=True, kw_only=True):
    """Client: what is kept of the crashes of a bot?"""

    id: int
    bot: str


class GetMedia(Frame, tag="get_media", frozen=True, kw_only=True):
    """Client: what lies in the media directories of a bot?"""

    id: int
    bot: str


class GetTerminals(Frame, tag="get_terminals", frozen=True, kw_only=True):
    """Client: what do the terminals of a bot show?"""

    id: int
    bot: str


class GetFacts(Frame, tag="get_facts", frozen=True, kw_only=True):
    """Client: what is the worker of a bot started with?"""

    id: int
    bot: str


class Follow(Frame, tag="follow", frozen=True, kw_only=True):
    """Client: all bots, the newest `history` lines, `Done`, and then every event."""

    id: int
    history: int = 0
    lines: bool = True
    """Also what is logged from then on."""


class Reload(Frame, tag="reload", frozen=True, kw_only=True):
    """Client: read the settings anew; `dry_run` only says what would change."""

    id: int
    dry_run: bool = False


class SteerCluster(Frame, tag="steer_cluster", frozen=True, kw_only=True):
    """Client: move bots between hosts."""

    id: int
    action: ClusterAction
    host: str = ""
    """Which is drained, or where the bot goes to."""
    bot: str = ""
    dry_run: bool = False


Request = (
    Act
    | GetStatus
    | GetLines
    | Search
    | GetHistory
    | GetDossiers
    | GetMedia
    | GetFacts
    | GetTerminals
    | Reload
    | SteerCluster
)
"""What is answered, by one frame or, if it is lines, by several."""
ClientFrame = Hello | Request | Follow
"""What a client sends."""


class Welcome(Frame, tag="welcome", frozen=True, kw_only=True):
    """Supervisor: go on."""

    protocol: int
    version: str
    pid: int


class Refused(Frame, tag="refused", frozen=True, kw_only=True):
    """Supervisor: the connection is closed, and why."""

    message: str
    hint: str = ""


class Done(Frame, tag="done", frozen=True, kw_only=True):
    """Supervisor: a request has been carried out."""

    id: int


class Failed(Frame, tag="failed", frozen=True, kw_only=True):
    """Supervisor: a request could not be carried out; `code` names the error."""

    id: int
    code: str
    message: str
    hint: str = ""


class Crashes(Frame, tag="crashes", frozen=True, kw_only=True):
    """Supervisor: the dossiers of a bot, the newest first."""

    id: int
    dossiers: list[Dossier]


class Media(Frame, tag="media", frozen=True, kw_only=True):
    """Supervisor: what lies in a bot's media directories, or was deleted there."""

    id: int
    files: int
    size_bytes: int


class MediaFolders(Frame, tag="media_folders", frozen=True, kw_only=True):
    """Supervisor: what lies in each of a bot's media directories."""

    id: int
    folders: list[MediaFolder]


class Screens(Frame, tag="screens", frozen=True, kw_only=True):
    """Supervisor: what the terminals of a bot show."""

    id: int
    screens: list[TerminalScreen]


class Facts(Frame, tag="facts", frozen=True, kw_only=True):
    """Supervisor: what the worker of a bot is started with."""

    id: int
    facts: BotFacts


class FleetStatus(Frame, tag="status", frozen=True, kw_only=True):
    """Supervisor: how everything stands now."""

    id: int
    version: str
    pid: int
    uptime_s: float
    bots: list[BotSnapshot]
    fingerprints: dict[str, str] = msgspec.field(default_factory=dict)
    """Of the bots' tokens, by id: tells which token of a `.env` is whose."""
    control_bot: BotSnapshot | None = None
    """None when there is none."""
    cluster: ClusterSnapshot | None = None
    """None for a host alone."""


class Lines(Frame, tag="lines", frozen=True, kw_only=True):
    """Supervisor: lines in order.

    `id` is that of the request, 0 for new lines; `missed` counts lines that are
    no longer kept or came faster than this client reads.
    """

    id: int
    lines: list[LogLine]
    last: bool = True
    """No more frames answer this request."""
    missed: int = 0


class Found(Frame, tag="found", frozen=True, kw_only=True):
    """Supervisor: what was found in the history."""

    id: int
    hits: LogHits


class Planned(Frame, tag="planned", frozen=True, kw_only=True):
    """Supervisor: what reading the settings anew changes, or would change."""

    id: int
    added: list[str]
    removed: list[str]
    changed: list[str]
    later: list[str]
    """Variables that take effect when the supervisor is started anew."""
    at_once: list[str] = msgspec.field(default_factory=list)
    """Variables that take effect now, for running workers too."""
    next_start: list[str] = msgspec.field(default_factory=list)
    """Variables that take effect for each worker at its own next start."""


class Moves(Frame, tag="moves", frozen=True, kw_only=True):
    """Supervisor: which bots go from one host to another."""

    id: int
    moves: list[PlannedMove]


class ClusterIs(Frame, tag="cluster", frozen=True, kw_only=True):
    """Supervisor: hosts have come or gone, or their bots are others."""

    cluster: ClusterSnapshot


class Removed(Frame, tag="removed", frozen=True, kw_only=True):
    """Supervisor: a bot is no longer part of the fleet."""

    bot: str


class Changed(Frame, tag="changed", frozen=True, kw_only=True):
    """Supervisor: a bot entered a state, or something of it changed."""

    bot: BotSnapshot


class FleetIsReady(Frame, tag="fleet_ready", frozen=True, kw_only=True):
    """Supervisor: the start of the fleet is over."""

    count: int


class FleetIsStopping(Frame, tag="fleet_stopping", frozen=True, kw_only=True):
    """Supervisor: the whole fleet is being stopped."""

    deadline_s: float


class FleetIsStopped(Frame, tag="fleet_stopped", frozen=True, kw_only=True):
    """Supervisor: no worker runs any more; nothing follows."""


Answer = (
    Done
    | Failed
    | Media
    | MediaFolders
    | Facts
    | Screens
    | Crashes
    | FleetStatus
    | Lines
    | Found
    | Planned
    | Moves
)
"""What answers a request."""
Push = Changed | Removed | ClusterIs | FleetIsReady | FleetIsStopping | FleetIsStopped
"""What a client that follows hears unasked, besides `Lines` with id 0."""
ServerFrame = Welcome | Refused | Answer | Push
"""What the supervisor sends."""

_encoder = msgspec.json.Encoder()
_clients: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_servers: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)


def encode(frame: Frame) -> bytes:
    """Return `frame` as one line, newline included.

    Text that is no valid Unicode (a file name of another encoding, say) is sent
    with question marks.
    """
    try:
        return _encoder.encode(frame) + b"\n"
    except UnicodeEncodeError:
        return _encoder.encode(_sound(msgspec.to_builtins(frame))) + b"\n"


def decode_client(line: bytes) -> ClientFrame:
    """Return the frame that a client sent.

    Raises:
        WireError: When the line is not such a frame.
    """
    try:
        return _clients.decode(line)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise WireError(f"not a frame of a client: {error}") from error


def decode_server(line: bytes) -> ServerFrame:
    """Return the frame that the supervisor sent.

    Raises:
        WireError: When the line is not such a frame.
    """
    try:
        return _servers.decode(line)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise WireError(f"not a frame of the supervisor: {error}") from error


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_sound(each) for each in value]
    if isinstance(value, dict):
        return {key: _sound(each) for key, each in value.items()}
    return value
