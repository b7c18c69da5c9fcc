"""What a worker is started with, and how it is kept alive (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coderbot.config.settings import SECRET_VARIABLES, TOKEN_VARIABLES, Settings
from coderbot.paths import bot_name, worker_name
from coderbot.redact import Secret
from coderbot.supervisor.crashloop import Bounds
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.monitor import Limits
from coderbot.supervisor.pm2env import without_pm2

CHANNEL_VARIABLE = "CODERBOT_CHANNEL_FD"
"""Names the inherited end of the channel."""
LEASED_VARIABLE = "CODERBOT_LEASED"
"""Tells a worker that it needs a lease to poll."""
REPLICA_VARIABLE = "BOT_REPLICA"
"""Tells a worker its number among those that share its bot."""
REPLICAS_VARIABLE = "BOT_REPLICAS"
"""Tells it how many they are."""
ENV_FILE_VARIABLE = "CODERBOT_ENV_FILE"
"""Tells the control bot which `.env` it may change."""

_OF_ONE_WORKER = frozenset(
    {ENV_FILE_VARIABLE, LEASED_VARIABLE, REPLICA_VARIABLE, REPLICAS_VARIABLE}
)
_MANAGERS_PREFIXES = ("PM2_", "LISTEN_", "WATCHDOG_", "MEMORY_PRESSURE_")
_MANAGERS_VARIABLES = frozenset(
    {
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "NODE_CHANNEL_FD",
        "NODE_CHANNEL_SERIALIZATION_MODE",
        "NODE_APP_INSTANCE",
        "NOTIFY_SOCKET",
        "SYSTEMD_EXEC_PID",
    }
)
"""What PM2 and systemd tell the supervisor; a worker must not act on it.

A program of Node in a terminal would even fail on NODE_CHANNEL_FD.
"""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """How one worker is started."""

    index: int
    """Number of its bot, from 0; nothing says it of one that has a `name`."""
    token: Secret
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    """Without the token. Not in the repr: other keys may be in it."""
    cwd: Path | None = None
    """Where it runs; None: where the supervisor does."""
    nice: int = 0
    """How much it stands back for others, up to 19; its terminals inherit it."""
    heeds_channel: bool = True
    """Whether it ends by itself, within the stop timeout, at the end of its channel."""
    open_files: int = 0
    """How many files it, and each of its terminals, may have open; 0: as many as we."""
    is_leased: bool = False
    """It polls only while it has a lease, because several hosts share the bots."""
    name: str = ""
    """Its id, when it is none of the fleet: CONTROL."""
    replica: int | None = None
    """Its number among those that share the bot; None: it has the bot alone, or is
    the receiver that feeds them."""
    replicas: int = 0
    """How many share the bot."""

    @property
    def bot(self) -> str:
        """Its id: `bot-0`, or `bot-0.2` of a replica."""
        return self.name or worker_name(self.index, self.replica)


_LOOP_BOUNDS = Bounds(window_s=60.0, starts=8)


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Pauses and limits, all in seconds."""

    start_delay_s: float = 1.0
    """Between the starts of two workers."""
    restart_delay_s: float = 5.0
    """After the first crash; doubles while it keeps crashing."""
    restart_max_delay_s: float = 60.0
    """Upper bound of that."""
    stable_after_s: float = 60.0
    """Whoever has run for so long starts from the first delay again."""
    stop_timeout_s: float = 10.0
    """From SIGTERM to SIGKILL."""
    ready_timeout_s: float = 60.0
    """A worker that is not READY by then counts as crashed."""
    hang_timeout_s: float = 30.0
    """A worker that was heard before, and then not for so long, hangs; 0: never."""
    deaf_after_s: float = 180.0
    """A worker whose last finished getUpdates is so old, without a reason, is deaf."""
    loop_bounds: Bounds = _LOOP_BOUNDS
    """How often a bot that keeps crashing may start, however short the pauses are."""
    start_concurrency: int = 1
    """How many workers may boot at the same time."""
    limits: Limits = field(default_factory=Limits)
    """What a worker may use with all that it has started."""
    boot_patience_s: float = 15.0
    """One that boots for longer no longer holds up those behind it."""


CONTROL_VARIABLES = frozenset({"CONTROL_BOT_ADMIN_IDS", "CONTROL_BOT_QUIET_HOURS"})
"""Variables that only the control bot looks at."""


def worker_specs(
    settings: Settings, base_environment: Mapping[str, str], python: str
) -> tuple[WorkerSpec, ...]:
    """Return the specs for each token, in order: one, or a receiver and its replicas.

    Args:
        settings: Of the fleet.
        base_environment: Environment of the parent; it wins over the `.env`, for
            workers as for the parent itself.
        python: Interpreter to run them with.
    """
    environment = _environment(settings, base_environment)
    for name in CONTROL_VARIABLES:
        environment.pop(name, None)
    # -u: what a worker prints must not wait in a buffer that a kill would lose.
    argv = settings.worker_command or (python, "-u", "-m", "coderbot.worker")
    return tuple(
        WorkerSpec(
            index,
            token,
            argv,
            environment,
            nice=settings.worker_nice,
            # Of another program nothing is known.
            heeds_channel=not settings.worker_command,
            open_files=settings.worker_open_files,
            is_leased=settings.cluster_redis_url is not None,
            replica=replica,
            replicas=replicas,
        )
        for index, token in enumerate(settings.tokens)
        for replicas in [settings.replicas_of(bot_name(index))]
        for replica in (None, *range(replicas))
    )


def control_spec(
    settings: Settings,
    base_environment: Mapping[str, str],
    python: str,
    *,
    tokens_are_in_file: bool,
) -> WorkerSpec | None:
    """Return how the control bot is started; None when nobody may use it.

    Args:
        settings: Of the fleet.
        base_environment: Environment of the parent.
        python: Interpreter to run it with.
        tokens_are_in_file: It may add and remove tokens in the `.env`.
    """
    token = settings.control_bot_token
    if token is None or not settings.control_bot_admin_ids:
        return None
    environment = _environment(settings, base_environment)
    # It has no use for the keys of services.
    for name in SECRET_VARIABLES:
        environment.pop(name, None)
    if settings.env_file is not None and tokens_are_in_file:
        environment[ENV_FILE_VARIABLE] = str(settings.env_file)
    argv = (python, "-u", "-m", "coderbot.controlbot")
    is_leased = settings.cluster_redis_url is not None
    return WorkerSpec(0, token, argv, environment, is_leased=is_leased, name=CONTROL)


def child_environment(spec: WorkerSpec, channel_fd: int) -> dict[str, str]:
    """Return the whole environment of a worker, its own token included.

    Args:
        spec: Of the worker.
        channel_fd: The inherited end of its channel.
    """
    leased = {LEASED_VARIABLE: "1"} if spec.is_leased else {}
    return {
        **spec.environment,
        **leased,
        "BOT_TOKEN": spec.token.reveal(),
        "BOT_INDEX": str(spec.index),
        **_sharing(spec),
        CHANNEL_VARIABLE: str(channel_fd),
    }


def _sharing(spec: WorkerSpec) -> dict[str, str]:
    """Return what a worker hears of those that it shares its bot with."""
    if not spec.replicas:
        return {}
    shared = {REPLICAS_VARIABLE: f"{bot_name(spec.index)}:{spec.replicas}"}
    if spec.replica is not None:
        shared[REPLICA_VARIABLE] = str(spec.replica)
    return shared


def _environment(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """Return what all workers have in common."""
    merged = {**settings.inherited, **without_pm2(base)}
    environment = {k: v for k, v in merged.items() if not _is_for_the_parent(k)}
    environment["CODERBOT_STATE_DIR"] = str(settings.state_dir)
    # The parent has wiped them from its own environment by now.
    keys = {
        "TTS_API_KEY": settings.tts_api_key,
        "STT_API_KEY": settings.stt_api_key,
        "CLUSTER_REDIS_URL": settings.cluster_redis_url,
        "CLUSTER_KEY": settings.cluster_key,
        "WEBHOOK_SECRET": settings.webhook_secret,
    }
    environment.update(
        (name, key.reveal()) for name, key in keys.items() if key is not None
    )
    return environment


def _is_for_the_parent(name: str) -> bool:
    return (
        name in TOKEN_VARIABLES
        or name in _OF_ONE_WORKER
        or name in _MANAGERS_VARIABLES
        or name.startswith(_MANAGERS_PREFIXES)
    )
