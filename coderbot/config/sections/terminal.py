"""How terminals look and behave."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coderbot.config import parsers
from coderbot.config.variable import setting

_terminal = partial(setting, "Terminal")

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


@dataclass(frozen=True, kw_only=True)
class TerminalSettings:
    """The section Terminal."""

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
