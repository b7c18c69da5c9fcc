"""Who the bots are, and who may use them."""

from dataclasses import dataclass
from functools import partial

from coderbot.config import parsers
from coderbot.config.hours import Hours
from coderbot.config.variable import setting
from coderbot.redact import Secret

_telegram = partial(setting, "Telegram")


@dataclass(frozen=True, kw_only=True)
class TelegramSettings:
    """The section Telegram."""

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
