"""Asking Telegram whose a token is; without Telegram's library."""

import http.client
import json
import urllib.error
import urllib.request
from typing import IO, NoReturn

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


def username_of(token: Secret, api_root: str) -> str:
    """Return the username of the bot that a token belongs to (getMe).

    Args:
        token: It. No message names it, nor an address that holds it.
        api_root: TELEGRAM_API_ROOT.

    Raises:
        TokenRefusedError: When Telegram refuses it.
        TokenCheckError: When Telegram cannot be asked.
    """
    opener = urllib.request.build_opener(_NoRedirects)
    address = f"{api_root}/bot{token.reveal()}/getMe"
    try:
        with opener.open(address, timeout=_TIMEOUT_S) as answer:
            found = json.loads(answer.read(_MAX_BYTES))
        return str(found["result"]["username"])
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
        raise TokenCheckError(f"{api_root} does not answer as Telegram does") from None


def _refuse(code: int) -> NoReturn:
    if code in (401, 404):
        raise TokenRefusedError(
            f"Telegram refuses this token (HTTP {code})",
            "Nothing was changed. @BotFather shows the token of each of your bots.",
        )
    raise TokenCheckError(f"Telegram answered HTTP {code}", "Nothing was changed.")
