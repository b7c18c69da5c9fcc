"""The tree of settings: one field a variable, with all that is known about it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from coderbot.config import parsers
from coderbot.config.hours import Hours
from coderbot.redact import Secret


@dataclass(frozen=True, slots=True)
class Variable:
    """What `.env.example`, the checks and the errors know of one variable."""

    name: str
    """Name in the environment."""
    section: str
    meaning: str
    """One line."""
    parse: Callable[[str], Any]
    """Text to value; raises ValueError with what is allowed."""
    unit: str = ""
    example: str = ""
    """Shown instead of the default, for variables that have none."""
    may_be_empty: bool = False
    """An empty value is a value; otherwise it means the default."""
    secret: bool = False
    """The value never appears in a message."""


def _setting(
    section: str,
    name: str,
    default: Any,
    parse: Callable[[str], Any],
    meaning: str,
    **more: Any,
) -> Any:
    variable = Variable(name, section, meaning, parse, **more)
    return field(default=default, metadata={"variable": variable})


_telegram = partial(_setting, "Telegram")
_terminal = partial(_setting, "Terminal")
_media = partial(_setting, "Media")
_assistants = partial(_setting, "Assistants and macros")
_voice = partial(_setting, "Voice")
_fleet = partial(_setting, "Fleet")

THEME_NAMES = (
    "dark",
    "light",
    "solarized-dark",
    "solarized-light",
    "dracula",
    "nord",
    "gruvbox",
)
"""Themes of terminals; their colours are the worker's business."""

_COPILOT = (
    "--allow-all-tools --deny-tool 'shell(rmdir)' --deny-tool 'shell(rm)' "
    "--deny-tool 'shell(sudo)'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one run; made by `load.load_settings`, never changed."""

    bot_tokens: tuple[Secret, ...] = _telegram(
        "TELEGRAM_BOT_TOKENS",
        (),
        parsers.tokens,
        "Bot tokens from @BotFather; the order numbers the bots from 0 (required).",
        unit="comma list",
        secret=True,
    )
    bot_token_list: tuple[Secret, ...] = _telegram(
        "TELEGRAM_BOT_TOKEN",
        (),
        parsers.tokens,
        "The same under its other name; set only one of the two.",
        unit="comma list",
        secret=True,
    )
    allowed_user_ids: tuple[int, ...] = _telegram(
        "ALLOWED_USER_IDS",
        (),
        parsers.user_ids,
        "Telegram users who may use the bots; nobody else is let in (required).",
        unit="comma list of ids",
    )
    auto_kill: bool = _telegram(
        "AUTO_KILL",
        False,
        parsers.flag,
        "Lock a bot down (its worker ends with 77) when a stranger writes to it.",
        unit="true/false",
    )
    api_root: str = _telegram(
        "TELEGRAM_API_ROOT",
        "https://api.telegram.org",
        parsers.url,
        "Bot API server: Telegram's, one of your own, or the local sandbox.",
        unit="address",
    )
    local_mode: bool = _telegram(
        "TELEGRAM_LOCAL_MODE",
        False,
        parsers.flag,
        "The Bot API server runs with --local: files by path, up to 2 GB.",
        unit="true/false",
    )
    control_bot_token: Secret | None = _telegram(
        "CONTROL_BOT_TOKEN",
        None,
        parsers.token,
        "Token of the admin bot; empty for none.",
        unit="token",
        secret=True,
    )
    control_bot_admin_ids: tuple[int, ...] = _telegram(
        "CONTROL_BOT_ADMIN_IDS",
        (),
        parsers.user_ids,
        "Telegram users who may use the admin bot.",
        unit="comma list of ids",
    )
    control_bot_quiet_hours: Hours | None = _telegram(
        "CONTROL_BOT_QUIET_HOURS",
        None,
        parsers.hours,
        "Local time in which alerts of the admin bot make no sound, such as 22-7.",
        unit="hours",
    )
    bot_token_monitor_interval_ms: int = _telegram(
        "BOT_TOKEN_MONITOR_INTERVAL",
        300_000,
        parsers.integer(0),
        "Longest time until a change of .env is taken up (usually 1 s); 0 is never.",
        unit="ms",
    )
    shell_path: Path = _terminal(
        "XTERM_SHELL_PATH",
        Path("/bin/bash"),
        parsers.shell,
        "Shell that /xterm starts.",
        unit="path",
    )
    terminal_rows: int = _terminal(
        "XTERM_TERMINAL_ROWS",
        50,
        parsers.integer(5, 300),
        "Height of a terminal.",
        unit="cells",
    )
    terminal_columns: int = _terminal(
        "XTERM_TERMINAL_COLS",
        100,
        parsers.integer(20, 500),
        "Width of a terminal.",
        unit="cells",
    )
    font_size_px: int = _terminal(
        "XTERM_FONT_SIZE",
        14,
        parsers.integer(6, 48),
        "Size of the letters in pictures of the screen.",
        unit="px",
    )
    max_output_lines: int = _terminal(
        "XTERM_MAX_OUTPUT_LINES",
        1_000,
        parsers.integer(0, 10_000_000),
        "Lines of scrollback that a terminal keeps.",
        unit="lines",
    )
    session_timeout_ms: int = _terminal(
        "XTERM_SESSION_TIMEOUT",
        1_800_000,
        parsers.integer(1_000),
        "A terminal without input for so long is closed.",
        unit="ms",
    )
    max_terminals: int = _terminal(
        "XTERM_MAX_SESSIONS",
        32,
        parsers.integer(1, 1_000),
        "Terminals that a bot may have open, of all its users together.",
        unit="count",
    )
    max_terminals_per_user: int = _terminal(
        "XTERM_MAX_SESSIONS_PER_USER",
        8,
        parsers.integer(1, 1_000),
        "Terminals that one user may have open in a bot.",
        unit="count",
    )
    message_delete_timeout_ms: int = _terminal(
        "MESSAGE_DELETE_TIMEOUT",
        10_000,
        parsers.integer(),
        "Short notices in chat are deleted after this; 0 or less keeps them.",
        unit="ms",
    )
    screen_refresh_enabled: bool = _terminal(
        "SCREEN_REFRESH_ENABLED",
        True,
        parsers.flag,
        "Bring the screen up to date by itself after input.",
        unit="true/false",
    )
    screen_refresh_interval_ms: int = _terminal(
        "SCREEN_REFRESH_INTERVAL",
        5_000,
        parsers.integer(100),
        "Times SCREEN_REFRESH_MAX_COUNT: how long a screen is followed after input. "
        "It is brought up to date as soon as it changes, but in a private chat every "
        "2 seconds at most.",
        unit="ms",
    )
    screen_refresh_max_count: int = _terminal(
        "SCREEN_REFRESH_MAX_COUNT",
        5,
        parsers.integer(0, 10_000),
        "For how many intervals a screen is followed after input.",
        unit="count",
    )
    theme: str = _terminal(
        "XTERM_THEME",
        "dark",
        parsers.choice(*THEME_NAMES),
        "Colours of terminals whose user has chosen none.",
        unit="/".join(THEME_NAMES),
    )
    screenshot_renderer: str = _terminal(
        "SCREENSHOT_RENDERER",
        "native",
        parsers.choice("native", "chromium"),
        "What draws screens: this program (fast, small), or a Chromium.",
        unit="native/chromium",
    )
    chromium_path: Path | None = _terminal(
        "CHROMIUM_PATH",
        None,
        parsers.path,
        "Chromium or Chrome for /web and that renderer; empty looks for one.",
        unit="path",
    )
    web_allow_hosts: tuple[str, ...] = _terminal(
        "WEB_ALLOW_HOSTS",
        (),
        parsers.hosts,
        "Hosts besides localhost whose pages /web may show; `*.` allows all below.",
        unit="comma list",
    )
    mask_secrets: bool = _terminal(
        "MASK_SECRETS",
        True,
        parsers.flag,
        "Make keys and tokens that a program shows unreadable in pictures and texts.",
        unit="true/false",
    )
    airplane_mode: bool = _terminal(
        "AIRPLANE_MODE",
        False,
        parsers.flag,
        "Show screens as text instead of pictures.",
        unit="true/false",
    )
    media_root: Path = _media(
        "MEDIA_TMP_LOCATION",
        Path("/tmp/coderBOT_media"),
        parsers.path,
        "Directory of the bots' files: bot-N/ and in it sent/, received/, failed/.",
        unit="path",
    )
    clean_up_media: bool = _media(
        "CLEAN_UP_MEDIADIR",
        False,
        parsers.flag,
        "Empty a bot's media directory each time its worker starts.",
        unit="true/false",
    )
    media_retention_days: float = _media(
        "MEDIA_RETENTION_DAYS",
        0.0,
        parsers.number(0, 36_500),
        "What lies in sent/ and received/ for longer is deleted; 0 keeps it.",
        unit="days",
    )
    media_max_mb: int = _media(
        "MEDIA_MAX_MB",
        0,
        parsers.integer(0, 1_000_000_000),
        "Size of a bot's sent/ and received/ together; the oldest goes. 0 is no limit.",
        unit="MB",
    )
    copilot_arguments: str = _assistants(
        "COPILOT_ARGUMENTS",
        _COPILOT,
        parsers.shell_text,
        "Arguments of /copilot; may be set to nothing.",
        unit="shell text",
        may_be_empty=True,
    )
    gemini_arguments: str = _assistants(
        "GEMINI_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /gemini.",
        unit="shell text",
        may_be_empty=True,
    )
    opencode_arguments: str = _assistants(
        "OPENCODE_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /opencode.",
        unit="shell text",
        may_be_empty=True,
    )
    claude_arguments: str = _assistants(
        "CLAUDE_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /claude.",
        unit="shell text",
        may_be_empty=True,
    )
    codex_arguments: str = _assistants(
        "CODEX_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /codex.",
        unit="shell text",
        may_be_empty=True,
    )
    cursor_arguments: str = _assistants(
        "CURSOR_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /cursor.",
        unit="shell text",
        may_be_empty=True,
    )
    assistants_file: Path | None = _assistants(
        "CODERBOT_ASSISTANTS",
        None,
        parsers.path,
        "Catalogue of further assistants; default: assistants.toml in the state directory.",
        unit="path",
    )
    projects_root: Path | None = _assistants(
        "PROJECTS_ROOT",
        None,
        parsers.path,
        "Directory whose directories /projects lists; default: the home directory.",
        unit="path",
    )
    macro_0: str = _assistants(
        "M0", "", parsers.text, "Text that [m0] in a message stands for.", unit="text"
    )
    macro_1: str = _assistants(
        "M1", "", parsers.text, "Text that [m1] in a message stands for.", unit="text"
    )
    macro_2: str = _assistants(
        "M2", "", parsers.text, "Text that [m2] in a message stands for.", unit="text"
    )
    macro_3: str = _assistants(
        "M3", "", parsers.text, "Text that [m3] in a message stands for.", unit="text"
    )
    macro_4: str = _assistants(
        "M4", "", parsers.text, "Text that [m4] in a message stands for.", unit="text"
    )
    macro_5: str = _assistants(
        "M5", "", parsers.text, "Text that [m5] in a message stands for.", unit="text"
    )
    macro_6: str = _assistants(
        "M6", "", parsers.text, "Text that [m6] in a message stands for.", unit="text"
    )
    macro_7: str = _assistants(
        "M7", "", parsers.text, "Text that [m7] in a message stands for.", unit="text"
    )
    macro_8: str = _assistants(
        "M8", "", parsers.text, "Text that [m8] in a message stands for.", unit="text"
    )
    macro_9: str = _assistants(
        "M9", "", parsers.text, "Text that [m9] in a message stands for.", unit="text"
    )
    tts_api_key: Secret | None = _voice(
        "TTS_API_KEY",
        None,
        parsers.secret,
        "Key of the speech-to-text service; empty turns transcription off.",
        unit="key",
        secret=True,
    )
    stt_api_key: Secret | None = _voice(
        "STT_API_KEY",
        None,
        parsers.secret,
        "The same under its proper name; wins over TTS_API_KEY.",
        unit="key",
        secret=True,
    )
    stt_provider: str = _voice(
        "STT_PROVIDER",
        "auto",
        parsers.choice("auto", "openai", "gemini", "local", "off"),
        "Who transcribes; auto: OpenAI for a key that begins with sk-, else Gemini.",
        unit="auto/openai/gemini/local/off",
    )
    stt_base_url: str | None = _voice(
        "STT_BASE_URL",
        None,
        parsers.url,
        "Address of a service that speaks like OpenAI's; default: the provider's own.",
        unit="address",
    )
    stt_model: str = _voice(
        "STT_MODEL",
        "",
        parsers.text,
        "Model; default: whisper-1, gemini-2.5-flash, or small on this machine.",
        unit="name",
    )
    stt_language: str = _voice(
        "STT_LANGUAGE",
        "",
        parsers.text,
        "Language that is spoken, in two letters; default: found out.",
        unit="name",
    )
    stt_max_seconds: int = _voice(
        "STT_MAX_SECONDS",
        1_200,
        parsers.integer(1, 86_400),
        "Longest recording that is transcribed.",
        unit="s",
    )
    audio_mode: str = _voice(
        "AUDIO_TRANSCRIPTION_DEFAULT_MODE",
        "copy",
        parsers.choice("copy", "prompt"),
        "What happens to a transcript: shown to copy, or typed as a prompt.",
        unit="copy/prompt",
    )
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
        optional = (self.control_bot_token, self.tts_api_key, self.stt_api_key)
        return (*self.tokens, *(each for each in optional if each is not None))


def variables() -> Iterator[tuple[str, Variable, Any]]:
    """Yield field name, variable and default of every setting, in order."""
    for each in fields(Settings):
        if "variable" in each.metadata:
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
    "BOT_ID",
    "CODERBOT_CHANNEL_FD",
    "CODERBOT_ENV_FILE",
}
"""Every variable of this program; none of them reaches a shell."""
