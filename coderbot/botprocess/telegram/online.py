"""Getting through to Telegram: tried until it works, or is refused for good."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from coderbot.botprocess.telegram.flood import retry_after_s
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.clock import Clock
from coderbot.errors import CoderBotError, ExitCode

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0

_T = TypeVar("_T")


class TokenRefusedError(CoderBotError):
    """Raised when Telegram does not know the token.

    Args:
        variable: The setting that a new one goes into.
    """

    exit_code = ExitCode.CONFIG

    def __init__(self, variable: str = "TELEGRAM_BOT_TOKENS") -> None:
        super().__init__(
            "Telegram refuses the token of this bot (401 Unauthorized).",
            "It was revoked or is mistyped: put a new one from @BotFather into "
            f"{variable}, or correct TELEGRAM_API_ROOT.",
        )


async def until_online(
    call: Callable[[], Awaitable[_T]],
    watch: PollWatch,
    clock: Clock,
    jitter: Callable[[], float],
) -> _T:
    """Repeat `call` until it succeeds, with growing pauses; return its result.

    Args:
        call: Asks Telegram something.
        watch: Is told what hinders it.
        clock: For the pauses.
        jitter: Returns a number from 0 to 1, so that a fleet does not knock at once.

    Raises:
        TokenRefusedError: When Telegram does not know the token.
    """
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except InvalidToken:
            # The text of this error holds the token, so it is not chained.
            raise TokenRefusedError from None
        except RetryAfter as error:
            wait_s = retry_after_s(error) / 0.75
        except Conflict:
            watch.conflict()
            wait_s = pause_s
        except TelegramError as error:
            watch.offline(error.message)
            wait_s = pause_s
        await clock.sleep(wait_s * (0.75 + jitter() / 2))
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
