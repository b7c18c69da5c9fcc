"""Asking Telegram about a token; without Telegram's library."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import IO, Any, NoReturn

from coderbot.errors import CoderBotError, ExitCode
from coderbot.redact import Secret

_TIMEOUT_S = 15.0
_MAX_BYTES = 1 << 16


class TokenCheckError(CoderBotError):
    """Raised when Telegram cannot be asked."""

    exit_code = ExitCode.REFUSED


class TokenRefusedError(CoderBotError):
    """Raised when Telegram does not know a token."""

    exit_code = ExitCode.CONFIG


class PolledElsewhereError(TokenCheckError):
    """Raised when another program polls with the same token, or a webhook is set."""

    def __init__(self) -> None:
        super().__init__(
            "Another program polls with this token (HTTP 409)",
            "Stop the other one, or give it a bot of its own; a webhook has to be "
            "deleted (deleteWebhook).",
        )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token elsewhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:
        """Follow nothing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Telegram has answered."""

    result: Any
    sent_at: float | None
    """When, by its clock, in seconds since 1970; None when it does not tell."""


def ask_telegram(
    token: Secret,
    api_root: str,
    method: str,
    params: Mapping[str, str | int] | None = None,
    timeout_s: float = _TIMEOUT_S,
) -> Reply:
    """Call a method of the Bot API.

    Args:
        token: Of the bot. No message names it, nor an address that holds it.
        api_root: TELEGRAM_API_ROOT.
        method: Of the Bot API.
        params: Of the method.
        timeout_s: How long the answer may take, in seconds.

    Raises:
        TokenRefusedError: When Telegram refuses the token.
        PolledElsewhereError: When another program polls for this bot.
        TokenCheckError: When Telegram cannot be asked.
    """
    opener = urllib.request.build_opener(_NoRedirects)
    query = f"?{urllib.parse.urlencode(params)}" if params else ""
    address = f"{api_root}/bot{token.reveal()}/{method}{query}"
    try:
        with opener.open(address, timeout=timeout_s) as answer:
            content = answer.read(_MAX_BYTES)
            sent_at = _moment_of(answer.headers.get("Date"))
        return Reply(json.loads(content)["result"], sent_at)
    except urllib.error.HTTPError as error:
        code = error.code
        error.close()
        _refuse(code)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise TokenCheckError(
            f"{api_root} cannot be asked about the token: {reason}",
            "Nothing was changed. Check TELEGRAM_API_ROOT and the network.",
        ) from None
    except (ValueError, KeyError, TypeError):
        raise _not_telegram(api_root) from None


def username_of(token: Secret, api_root: str) -> str:
    """Return the username of the bot that a token belongs to (getMe).

    Args:
        token: It.
        api_root: TELEGRAM_API_ROOT.

    Raises:
        TokenRefusedError: When Telegram refuses it.
        TokenCheckError: When Telegram cannot be asked.
    """
    found = ask_telegram(token, api_root, "getMe").result
    if not isinstance(found, dict) or "username" not in found:
        raise _not_telegram(api_root)
    return str(found["username"])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has written to a bot."""

    id: int
    name: str


def who_has_started(token: Secret, api_root: str, wait_s: int = 5) -> Person | None:
    """Return who has sent /start to the bot last; None when nobody has yet.

    No update is confirmed: the bot will get them all the same.

    Args:
        token: Of the bot.
        api_root: TELEGRAM_API_ROOT.
        wait_s: How long to wait for news at most, in seconds.

    Raises:
        TokenCheckError: When Telegram cannot be asked.
    """
    params: dict[str, str | int] = {"timeout": wait_s, "offset": -20}
    reply = ask_telegram(token, api_root, "getUpdates", params, wait_s + _TIMEOUT_S)
    updates = reply.result if isinstance(reply.result, list) else []
    people = [person for update in updates if (person := _starter(update))]
    return people[-1] if people else None


def _starter(update: Any) -> Person | None:
    try:
        message = update["message"]
        sender = message["from"]
        if message["chat"]["type"] != "private":
            return None
        if not str(message["text"]).startswith("/start"):
            return None
        return Person(int(sender["id"]), str(sender.get("first_name", "")))
    except (KeyError, TypeError, ValueError):
        return None


def _moment_of(header: str | None) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp() if header else None
    except ValueError:
        return None


def _not_telegram(api_root: str) -> TokenCheckError:
    return TokenCheckError(f"{api_root} does not answer as Telegram does")


def _refuse(code: int) -> NoReturn:
    if code in (401, 404):
        raise TokenRefusedError(
            f"Telegram refuses this token (HTTP {code})",
            "Nothing was changed. @BotFather shows the token of each of your bots.",
        )
    if code == 409:
        raise PolledElsewhereError
    raise TokenCheckError(f"Telegram answered HTTP {code}", "Nothing was changed.")
