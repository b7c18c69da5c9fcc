"""All settings of one run, from the sections that they are written down in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from coderbot.config.sections.assistants import AssistantsSettings
from coderbot.config.sections.cluster import ClusterSettings
from coderbot.config.sections.fleet import FleetSettings
from coderbot.config.sections.media import MediaSettings
from coderbot.config.sections.telegram import TelegramSettings
from coderbot.config.sections.terminal import TerminalSettings
from coderbot.config.sections.voice import VoiceSettings
from coderbot.config.sections.webhook import WebhookSettings
from coderbot.config.variable import Variable
from coderbot.redact import Secret

_SECTIONS = (
    TelegramSettings,
    WebhookSettings,
    TerminalSettings,
    MediaSettings,
    AssistantsSettings,
    VoiceSettings,
    FleetSettings,
    ClusterSettings,
)
"""In the order in which people read them."""


@dataclass(frozen=True, kw_only=True)
class Settings(
    TelegramSettings,
    WebhookSettings,
    TerminalSettings,
    MediaSettings,
    AssistantsSettings,
    VoiceSettings,
    FleetSettings,
    ClusterSettings,
):
    """All settings of one run; made by `load.load_settings`, never changed."""

    env_file: Path | None = None
    """The `.env` that was read; None when there was none."""
    state_dir: Path = Path(".coderbot")
    """Where state lies, resolved."""
    inherited: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables of the `.env` file that workers inherit: no tokens of bots."""
    warnings: tuple[str, ...] = ()
    """What a person should know, though it stops nothing."""

    @property
    def tokens(self) -> tuple[Secret, ...]:
        """Tokens of the bots in order, from whichever variable named them."""
        return self.bot_tokens or self.bot_token_list

    @property
    def macros(self) -> dict[str, str]:
        """Texts of the macros `m0` to `m9`; empty ones are unset."""
        return {f"m{digit}": getattr(self, f"macro_{digit}") for digit in range(10)}

    @property
    def assistant_arguments(self) -> dict[str, str]:
        """Arguments of the assistants that come with the bot, by their names."""
        names = ("copilot", "gemini", "opencode", "claude", "codex", "cursor")
        return {name: getattr(self, f"{name}_arguments") for name in names}

    @property
    def speech_key(self) -> Secret | None:
        """Key of the speech-to-text service, from whichever variable named it."""
        return self.stt_api_key or self.tts_api_key

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret among the settings, for the redactor."""
        optional = (
            self.control_bot_token,
            self.tts_api_key,
            self.stt_api_key,
            self.cluster_redis_url,
            self.cluster_key,
            self.webhook_secret,
        )
        return (*self.tokens, *(each for each in optional if each is not None))


def variables() -> Iterator[tuple[str, Variable, Any]]:
    """Yield field name, variable and default of every setting, in order."""
    for section in _SECTIONS:
        for each in fields(section):
            yield each.name, each.metadata["variable"], each.default


TOKEN_VARIABLES = frozenset(
    {"TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN", "CONTROL_BOT_TOKEN", "BOT_TOKEN"}
)
"""Variables that no worker inherits: it gets its own token alone."""

SECRET_VARIABLES = TOKEN_VARIABLES | {
    variable.name for _, variable, _ in variables() if variable.secret
}
"""Variables whose values are secrets."""

OWN_VARIABLES = frozenset(variable.name for _, variable, _ in variables()) | {
    "BOT_TOKEN",
    "BOT_INDEX",
    "BOT_REPLICA",
    "BOT_ID",
    "CODERBOT_CHANNEL_FD",
    "CODERBOT_ENV_FILE",
    "CODERBOT_LEASED",
}
"""Every variable of this program; none of them reaches a shell."""
