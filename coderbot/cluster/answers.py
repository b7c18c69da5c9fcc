"""Answers between hosts, written and read part by part."""

import asyncio
from collections.abc import Awaitable, Callable

from coderbot.cluster.away import ClusterError
from coderbot.cluster.letters import Ask, Letter, Reply
from coderbot.cluster.session import Session


class AnswerDesk:
    """Writes the answer to one request, part by part."""

    def __init__(
        self, post: Callable[[Session, Letter], Awaitable[None]], ask: Ask
    ) -> None:
        self._post = post
        self._ask = ask
        self._number = 0
        self._unsent: bytes | None = None

    async def receipt(self) -> None:
        """Say that the request has arrived."""
        await self._send()

    async def post(self, body: bytes) -> None:
        """Send a part; it is held back until it is known whether it is the last."""
        if self._unsent is not None:
            await self._send(body=self._unsent)
        self._unsent = body

    async def finish(self) -> None:
        """Send the last part."""
        await self._send(body=self._unsent or b"", is_last=True)

    async def refuse(self, why: str) -> None:
        """Say that there will be no answer."""
        await self._send(refusal=why, is_last=True)

    async def _send(
        self, *, body: bytes = b"", is_last: bool = False, refusal: str = ""
    ) -> None:
        number = self._number
        self._number += 1
        await self._post(
            self._ask.sender,
            Reply(
                nonce=self._ask.nonce,
                number=number,
                body=body,
                is_last=is_last,
                refusal=refusal,
            ),
        )


async def whole_answer(first: Reply, replies: asyncio.Queue[Reply]) -> list[bytes]:
    """Return the parts of an answer, in order; copies of some are passed over.

    Raises:
        ClusterError: When it is a refusal.
    """
    parts: dict[int, bytes] = {}
    reply, last = first, None
    while True:
        if reply.refusal:
            raise ClusterError(reply.refusal)
        parts[reply.number] = reply.body
        last = reply.number if reply.is_last else last
        if last is not None and len(parts) == last + 1:
            return [parts[number] for number in range(1, last + 1)]
        reply = await replies.get()
