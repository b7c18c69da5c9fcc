"""What a bot is started with, told without its secrets (pure)."""

from dataclasses import dataclass

from coderbot.config.settings import TOKEN_VARIABLES, variables
from coderbot.redact import Secret
from coderbot.supervisor.spec import WorkerSpec


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force."""

    name: str
    value: str
    """The fingerprint of a secret; empty for one that is not set."""
    is_default: bool


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What all hosts that share the bots have counted of one."""

    restarts: int
    exits: tuple[tuple[str, int], ...]
    """How many processes have ended, by cause."""
    hosts: tuple[str, ...]
    """Those that have run it."""

    def sentence(self) -> str:
        """Return one line for people: `2 restarts, exit 1 twice …`."""
        ends = ", ".join(f"{cause} {count}x" for cause, count in self.exits)
        where = ", ".join(self.hosts) or "none"
        return f"{self.restarts} restarts; ended: {ends or 'never'}; on {where}"


@dataclass(frozen=True, slots=True)
class BotFacts:
    """What the worker of a bot is started with."""

    fingerprint: str
    """Of its token."""
    command: str
    settings: tuple[Setting, ...]
    media: str = ""
    """Its media directory, on the host that runs it."""
    everywhere: Everywhere | None = None
    """None on a host alone, or when Redis is away."""


def facts_of(spec: WorkerSpec) -> BotFacts:
    """Return what is told of a spec: every secret by its fingerprint."""
    settings = [Setting("BOT_TOKEN", repr(spec.token), False)]
    for _, variable, default in variables():
        if variable.name in TOKEN_VARIABLES:
            continue
        raw = spec.environment.get(variable.name, "")
        value = raw if raw else "" if default in (None, ()) else str(default)
        if variable.secret and raw:
            value = repr(Secret(raw))
        settings.append(Setting(variable.name, value, not raw))
    return BotFacts(spec.token.fingerprint, " ".join(spec.argv), tuple(settings))
