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
class BotFacts:
    """What the worker of a bot is started with."""

    fingerprint: str
    """Of its token."""
    command: str
    settings: tuple[Setting, ...]


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
