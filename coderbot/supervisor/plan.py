"""What new settings change in a running fleet (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coderbot.config.settings import variables
from coderbot.supervisor.spec import (
    CONTROL_VARIABLES,
    ENV_FILE_VARIABLE,
    RestartPolicy,
    WorkerSpec,
)

_OF_THE_PARENT = {"BOT_TOKEN_MONITOR_INTERVAL"} | {
    variable.name
    for _, variable, _ in variables()
    if variable.section in ("Fleet", "Several hosts")
}
"""Variables that no worker looks at."""
_ALSO_THE_PARENTS = frozenset({"MEDIA_TMP_LOCATION"})
"""Variables that the parent has looked at, too."""
AT_ONCE = frozenset(
    {
        "VERBOSE_LOGGING",
        "WORKER_CPU_LIMIT_PERCENT",
        "WORKER_HANG_TIMEOUT_SECONDS",
        "WORKER_MEMORY_LIMIT_MB",
        "WORKER_READY_TIMEOUT_SECONDS",
        "WORKER_RESTART_DELAY_SECONDS",
        "WORKER_RESTART_MAX_DELAY_SECONDS",
        "WORKER_START_CONCURRENCY",
        "WORKER_START_DELAY_SECONDS",
        "WORKER_STOP_TIMEOUT_SECONDS",
    }
)
"""Variables of the parent that it takes up while it runs."""
_OF_THE_CONTROL_BOT = CONTROL_VARIABLES | {
    "TELEGRAM_API_ROOT",
    "TELEGRAM_LOCAL_MODE",
    ENV_FILE_VARIABLE,
}
"""Variables for which the control bot is restarted."""
FOR_NEW_WORKERS = frozenset({"CODERBOT_WORKER_CMD", "WORKER_NICE", "WORKER_OPEN_FILES"})
"""Variables that each worker is started with."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings say now."""

    specs: Sequence[WorkerSpec]
    """One for each token, in order; their own indexes do not count."""
    policy: RestartPolicy
    control_bot: WorkerSpec | None = None
    """None: there is to be none."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What new settings change, by name."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Restarted."""
    later: tuple[str, ...] = ()
    """Variables that count from the next start of the supervisor on."""
    at_once: tuple[str, ...] = ()
    """Variables that count from now on, for running workers too."""
    next_start: tuple[str, ...] = ()
    """Variables that count for each worker from its own next start on."""

    @property
    def is_empty(self) -> bool:
        """Whether no bot is touched."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done; all specs bear the index that they will run with."""

    added: tuple[WorkerSpec, ...]
    removed: tuple[str, ...]
    changed: tuple[WorkerSpec, ...]
    """To be restarted."""
    kept: tuple[WorkerSpec, ...]
    """Keep their process, but are started so from now on."""
    at_once: tuple[str, ...] = ()
    """Names of variables that count from now on, for running workers too."""
    next_start: tuple[str, ...] = ()
    """Names of those that count for each worker from its own next start on."""
    later: tuple[str, ...] = ()
    """Names of those that count from the next start of the supervisor on."""

    def __str__(self) -> str:
        return f"+{len(self.added)} -{len(self.removed)} ~{len(self.changed)}"

    @property
    def is_empty(self) -> bool:
        """Whether no bot is touched."""
        return self.changes.is_empty

    @property
    def changes(self) -> Changes:
        """The same by name."""
        return Changes(
            tuple(spec.bot for spec in self.added),
            self.removed,
            tuple(spec.bot for spec in self.changed),
            self.later,
            self.at_once,
            self.next_start,
        )


def make_plan(
    running: Mapping[str, WorkerSpec], wanted: Sequence[WorkerSpec], next_index: int
) -> Plan:
    """Compare the fleet that runs with the one that is wanted.

    A bot is its token: a bot that stays keeps its index, whatever its new place in
    the list is, and so do its replicas.

    Args:
        running: By id.
        wanted: In order; their own indexes do not count.
        next_index: The first one that no bot has had yet.
    """
    known = {(spec.token, spec.replica): spec for spec in running.values()}
    indexes = {spec.token: spec.index for spec in running.values()}
    keys = {(spec.token, spec.replica) for spec in wanted}
    added: list[WorkerSpec] = []
    changed: list[WorkerSpec] = []
    kept: list[WorkerSpec] = []
    parents: set[str] = set()
    for spec in wanted:
        if spec.token not in indexes:
            indexes[spec.token], next_index = next_index, next_index + 1
        new = replace(spec, index=indexes[spec.token])
        old = known.get((spec.token, spec.replica))
        if old is None:
            added.append(new)
            continue
        names = _different(old.environment, new.environment)
        parents |= names & (_OF_THE_PARENT | _ALSO_THE_PARENTS)
        touched = names - _OF_THE_PARENT or _way(old) != _way(new)
        (changed if touched else kept).append(new)
    removed = tuple(
        bot for bot, spec in running.items() if (spec.token, spec.replica) not in keys
    )
    return Plan(
        tuple(added),
        removed,
        tuple(changed),
        tuple(kept),
        at_once=tuple(sorted(parents & AT_ONCE)),
        next_start=tuple(sorted(parents & FOR_NEW_WORKERS)),
        later=tuple(sorted(parents - AT_ONCE - FOR_NEW_WORKERS)),
    )


def with_control_bot(
    plan: Plan, running: WorkerSpec | None, wanted: WorkerSpec | None
) -> Plan:
    """Return a plan with what becomes of the control bot: it is its token, too."""
    same = running is not None and wanted is not None and running.token == wanted.token
    if running is not None and wanted is not None and same:
        names = _different(running.environment, wanted.environment)
        if names & _OF_THE_CONTROL_BOT:
            return replace(plan, changed=(*plan.changed, wanted))
        return replace(plan, kept=(*plan.kept, wanted))
    removed = () if running is None else (running.bot,)
    added = () if wanted is None else (wanted,)
    return replace(plan, removed=(*plan.removed, *removed), added=(*plan.added, *added))


def _way(spec: WorkerSpec) -> tuple[tuple[str, ...], int]:
    """Return what else tells how a worker is started."""
    return spec.argv, spec.replicas


def _different(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
