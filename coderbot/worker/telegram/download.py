"""Fetches files that users have sent."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import httpx
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.error import RetryAfter as TelegramRetryAfter

from coderbot.botprocess.telegram.certificates import authorities
from coderbot.botprocess.telegram.flood import retry_after_s
from coderbot.clock import Clock
from coderbot.errors import CoderBotError
from coderbot.redact import Redactor, Secret

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_CHUNK_BYTES = 1 << 18
_ATTEMPTS = 4
_FIRST_WAIT_S = 1.0
"""Pause after the first failure; it doubles."""
_REFUSED = (BadRequest, Forbidden, InvalidToken)
"""Answers that the same call would get again."""

OnProgress = Callable[[int], None]
"""Called with the number of bytes that have arrived so far."""


class DownloadError(CoderBotError):
    """Raised when a file cannot be fetched; the message is for the user."""


class _TryAgain(Exception):  # noqa: N818 - not an error yet
    """A failure that may be over soon."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class Downloader:
    """Fetches files with the connections of one bot, piece by piece.

    Args:
        bot: The bot.
        clock: For the pauses between attempts.
    """

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock

    async def fetch(
        self, file_id: str, target: BinaryIO, on_progress: OnProgress
    ) -> None:
        """Write the file into `target`.

        Raises:
            DownloadError: When it cannot be fetched.
            OSError: When it cannot be written.
        """
        for attempt in range(_ATTEMPTS):
            target.seek(0)
            target.truncate()
            try:
                await self._try(file_id, target, on_progress)
            except _TryAgain as failure:
                reason, asked_s = str(failure), failure.wait_s
            else:
                return
            if attempt + 1 < _ATTEMPTS:
                await self._clock.sleep(max(asked_s, _FIRST_WAIT_S * 2**attempt))
        raise DownloadError(reason)

    async def _try(
        self, file_id: str, target: BinaryIO, on_progress: OnProgress
    ) -> None:
        place = await self._place_of(file_id)
        if place.startswith(("http://", "https://")):
            await _stream(place, target, on_progress)
        else:
            # A Bot API server in local mode shares our disk.
            await asyncio.to_thread(_copy, Path(place), target, on_progress)

    async def _place_of(self, file_id: str) -> str:
        try:
            return (await self._bot.get_file(file_id)).file_path or ""
        except TelegramRetryAfter as error:
            failure: Exception = _TryAgain(
                "Telegram asks to wait", retry_after_s(error)
            )
        except _REFUSED as error:
            failure = DownloadError(self._clean(error))
        except TelegramError as error:
            failure = _TryAgain(self._clean(error))
        # Outside of any handler, so that the library's error, which may hold
        # the address and so the token, is not part of this one.
        raise failure

    def _clean(self, error: TelegramError) -> str:
        return Redactor([Secret(self._bot.token)]).text(error.message)


async def _stream(url: str, target: BinaryIO, on_progress: OnProgress) -> None:
    status, kind = 0, ""
    try:
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, verify=authorities(url)) as client,
            client.stream("GET", url) as answer,
        ):
            status = answer.status_code
            if status == httpx.codes.OK:
                async for chunk in answer.aiter_bytes(_CHUNK_BYTES):
                    target.write(chunk)
                    on_progress(target.tell())
                return
    except httpx.HTTPError as error:
        kind = type(error).__name__
    # Outside of the handler: the address holds the token.
    raise _TryAgain(kind or f"the Bot API server answers {status}")


def _copy(source: Path, target: BinaryIO, on_progress: OnProgress) -> None:
    with source.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            target.write(chunk)
            on_progress(target.tell())
