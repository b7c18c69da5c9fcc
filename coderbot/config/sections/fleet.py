"""How the supervisor keeps its workers."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coderbot.config import parsers
from coderbot.config.variable import setting

_fleet = partial(setting, "Fleet")


@dataclass(frozen=True, kw_only=True)
class FleetSettings:
    """The section Fleet."""

    verbose_logging: bool = _fleet(
        "VERBOSE_LOGGING",
        True,
        parsers.flag,
        "Print the workers' lines on stdout when headless.",
        unit="true/false",
    )
    start_delay_s: float = _fleet(
        "WORKER_START_DELAY_SECONDS",
        1.0,
        parsers.number(0, 3_600),
        "Pause between the starts of two workers.",
        unit="s",
    )
    start_concurrency: int = _fleet(
        "WORKER_START_CONCURRENCY",
        1,
        parsers.integer(1, 1_000),
        "How many workers may boot at the same time, be it a start or after crashes.",
        unit="count",
    )
    restart_delay_s: float = _fleet(
        "WORKER_RESTART_DELAY_SECONDS",
        5.0,
        parsers.number(0, 3_600),
        "Pause before a crashed worker is started again; doubles while it keeps crashing.",
        unit="s",
    )
    restart_max_delay_s: float = _fleet(
        "WORKER_RESTART_MAX_DELAY_SECONDS",
        60.0,
        parsers.number(0, 86_400),
        "Upper bound of that pause.",
        unit="s",
    )
    stop_timeout_s: float = _fleet(
        "WORKER_STOP_TIMEOUT_SECONDS",
        10.0,
        parsers.number(0.1, 3_600),
        "Time between SIGTERM and SIGKILL.",
        unit="s",
    )
    ready_timeout_s: float = _fleet(
        "WORKER_READY_TIMEOUT_SECONDS",
        60.0,
        parsers.number(1, 3_600),
        "A worker that is not READY by then counts as crashed.",
        unit="s",
    )
    hang_timeout_s: float = _fleet(
        "WORKER_HANG_TIMEOUT_SECONDS",
        30.0,
        parsers.number(0, 3_600),
        "A worker that sends no heartbeat for so long is restarted; 0 is never.",
        unit="s",
    )
    memory_limit_mb: int = _fleet(
        "WORKER_MEMORY_LIMIT_MB",
        0,
        parsers.integer(0, 1_000_000_000),
        "A worker whose whole tree holds more is restarted; 0 is no limit.",
        unit="MB",
    )
    cpu_limit_percent: float = _fleet(
        "WORKER_CPU_LIMIT_PERCENT",
        0.0,
        parsers.number(0, 1_000_000),
        "A worker whose whole tree uses more of one CPU for 60 s is restarted; 0 is no limit.",
        unit="%",
    )
    worker_nice: int = _fleet(
        "WORKER_NICE",
        0,
        parsers.integer(0, 19),
        "How much workers and their terminals stand back for other programs.",
        unit="nice",
    )
    worker_open_files: int = _fleet(
        "WORKER_OPEN_FILES",
        0,
        parsers.integer(0, 1_000_000_000),
        "Files that a worker, and each program in it, may have open; 0 is as inherited.",
        unit="count",
    )
    metrics_port: int = _fleet(
        "METRICS_PORT",
        0,
        parsers.integer(0, 65_535),
        "Port on 127.0.0.1 for /metrics, /healthz and /readyz; 0 is off.",
        unit="port",
    )
    health_port: int = _fleet(
        "WORKER_HEALTH_PORT",
        0,
        parsers.integer(0, 65_535),
        "Port on all addresses for /healthz and /readyz of a worker that runs without a "
        "supervisor, such as in Kubernetes; 0 is off.",
        unit="port",
    )
    log_file_max_mb: int = _fleet(
        "LOG_FILE_MAX_MB",
        10,
        parsers.integer(0, 10_000),
        "Size of one log file; older ones are kept beside it. 0 writes no log files.",
        unit="MB",
    )
    log_total_max_mb: int = _fleet(
        "LOG_TOTAL_MAX_MB",
        200,
        parsers.integer(1, 1_000_000),
        "Size of all log files together; the oldest are deleted.",
        unit="MB",
    )
    worker_command: tuple[str, ...] = _fleet(
        "CODERBOT_WORKER_CMD",
        (),
        parsers.words,
        "For tests and the benchmark only: a command to run instead of the worker.",
        unit="shell text",
    )
    state_dir_setting: Path | None = _fleet(
        "CODERBOT_STATE_DIR",
        None,
        parsers.path,
        "Locks, journals and preferences; default: .coderbot beside the .env.",
        unit="path",
    )
