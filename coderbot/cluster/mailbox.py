"""Requests and answers between hosts: one Redis stream for each session.

Who has access to Redis but not the key of the cluster can take letters away, so that
a host seems silent. Letters of theirs are not sealed; those that they copy were
for another session, or their nonce is known, or their time has passed.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from coderbot.clock import Clock
from coderbot.cluster.answers import AnswerDesk, whole_answer
from coderbot.cluster.away import ClusterError, told_when_away
from coderbot.cluster.connection import Cluster
from coderbot.cluster.letters import Ask, Letter, Reply, open_letter, seal_letter
from coderbot.cluster.seal import SealBrokenError
from coderbot.cluster.session import Session
from coderbot.errors import ExitCode
from coderbot.taskgroup import task_group

RECEIPT_S = 4.0
"""How long a host may take to say that it has got a request, in seconds."""
_WAIT_MS = 5_000
"""How long Redis waits for a letter before it says that there is none."""
MAILBOX_ANSWER_S = _WAIT_MS / 1_000 + 3.0
"""How long calls may take on the connection of a mailbox, in seconds."""
_AGAIN_S = 1.0
"""Between two tries while Redis does not answer, in seconds."""
_MAX_LETTERS = 512
"""Letters that lie in one mailbox; the oldest give way."""
_KEPT_MS = 600_000
"""How long the mailbox of somebody who is gone is kept."""
_BATCH = 16
_MAX_UNDER_WAY = 32
"""Requests of others that are carried out at the same time."""
_LONGEST_MS = 600_000
"""A request that may wait for longer is none of ours: its nonce would be forgotten."""
_TELL_EVERY_S = 60.0

_log = logging.getLogger(__name__)

Post = Callable[[bytes], Awaitable[None]]
"""Sends one part of an answer."""
Serve = Callable[[bytes, Post], Awaitable[None]]
"""Carries out a request; what it has posted when it returns is the answer."""


class HostSilentError(ClusterError):
    """Raised when a host has not answered in time."""

    exit_code = ExitCode.REFUSED

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The host {host} did not answer",
            "Whether it has done what was asked for is not known; see "
            "`coderbot cluster status`.",
        )


class Mailbox:
    """Asks other hosts, and is asked by them.

    Args:
        client: To Redis, with time enough for the answers (MAILBOX_ANSWER_S).
        cluster: Of this host.
        session: This host and this run of its supervisor.
        clock: For pauses.
    """

    def __init__(
        self, client: Redis, cluster: Cluster, session: Session, clock: Clock
    ) -> None:
        self._client = client
        self._cluster = cluster
        self._session = session
        self._clock = clock
        self._waiting: dict[str, asyncio.Queue[Reply]] = {}
        self._known: dict[str, int] = {}
        """Nonces of requests that have been taken, and their deadlines."""
        self._served: set[asyncio.Task[None]] = set()
        self._last = b"0-0"
        self.ignored = 0
        """Letters that were not for us to obey."""
        self._told_at = -_TELL_EVERY_S

    @asynccontextmanager
    async def opened(self, serve: Serve) -> AsyncIterator[None]:
        """Take letters for the length of the block."""
        async with task_group() as tasks:
            reader = tasks.create_task(self._read(serve, tasks), name="mailbox")
            try:
                yield
            finally:
                reader.cancel()
                for each in self._served:
                    each.cancel()

    async def ask(self, to: Session, body: bytes, within_s: float) -> list[bytes]:
        """Ask a host; returns all parts of its answer.

        Args:
            to: Who is asked.
            body: The request.
            within_s: How long it may take, in seconds.

        Raises:
            HostSilentError: When the answer has not come by then.
            ClusterError: When Redis does not answer, or the host refuses.
        """
        nonce = secrets.token_hex(16)
        replies: asyncio.Queue[Reply] = asyncio.Queue()
        self._waiting[nonce] = replies
        try:
            async with asyncio.timeout(within_s):
                deadline_ms = await self._now_ms() + round(within_s * 1_000)
                host, run = self._session
                letter = Ask(
                    nonce=nonce, host=host, run=run, deadline_ms=deadline_ms, body=body
                )
                await self._post(to, letter)
                async with asyncio.timeout(RECEIPT_S):
                    first = await replies.get()
                return await whole_answer(first, replies)
        except TimeoutError:
            raise HostSilentError(to.host) from None
        finally:
            del self._waiting[nonce]

    async def _read(self, serve: Serve, tasks: asyncio.TaskGroup) -> None:
        """Take letters until cancelled."""
        key = self._key(self._session)
        while True:
            try:
                letters = await self._next(key)
                if not letters:
                    continue
                now_ms = await self._now_ms()
            except ClusterError:
                # Whoever beats says that Redis is lost.
                await self._clock.sleep(_AGAIN_S)
                continue
            for letter in self._opened(letters):
                self._take(letter, now_ms, serve, tasks)

    async def _next(self, key: str) -> list[bytes]:
        """Return the letters that have come, still sealed; none if there are none.

        Raises:
            ClusterError: When Redis does not answer.
        """
        with told_when_away():
            found: Any = await self._client.xread(
                {key: self._last}, count=_BATCH, block=_WAIT_MS
            )
            entries = [each for _, some in found or () for each in some]
            if entries:
                self._last = entries[-1][0]
                await self._client.xdel(key, *(number for number, _ in entries))
        return [fields.get(b"l", b"") for _, fields in entries]

    def _opened(self, sealed: Iterable[bytes]) -> list[Letter]:
        found = []
        for each in sealed:
            try:
                found.append(open_letter(self._cluster.sealer, self._session, each))
            except SealBrokenError as error:
                self._ignore(error.message)
        return found

    def _take(
        self, letter: Letter, now_ms: int, serve: Serve, tasks: asyncio.TaskGroup
    ) -> None:
        if isinstance(letter, Reply):
            replies = self._waiting.get(letter.nonce)
            if replies is not None:
                replies.put_nowait(letter)
            return
        left_ms = letter.deadline_ms - now_ms
        if letter.nonce in self._known:
            self._ignore(f"A request of {letter.host} has come a second time")
        elif not 0 < left_ms <= _LONGEST_MS:
            self._ignore(f"A request of {letter.host} came {-left_ms} ms too late")
        else:
            self._forget_old(now_ms)
            self._known[letter.nonce] = letter.deadline_ms
            task = tasks.create_task(self._serve(letter, serve), name="host request")
            self._served.add(task)
            task.add_done_callback(self._served.discard)

    async def _serve(self, letter: Ask, serve: Serve) -> None:
        """Carry out a request; only what Redis does ends it early."""
        desk = AnswerDesk(self._post, letter)
        try:
            if len(self._served) > _MAX_UNDER_WAY:
                await desk.refuse(f"{self._session.host} is busy with other requests")
                return
            await desk.receipt()
            await serve(letter.body, desk.post)
            await desk.finish()
        except ClusterError as error:
            _log.warning("An answer to %s was not sent: %s", letter.host, error.message)
        except Exception:  # noqa: BLE001 - one request must not end the fleet
            _log.exception("A request of %s failed", letter.host)

    async def _post(self, to: Session, letter: Letter) -> None:
        """Put a letter into a mailbox.

        Raises:
            ClusterError: When Redis does not take it.
        """
        key = self._key(to)
        sealed = seal_letter(self._cluster.sealer, to, letter)
        with told_when_away():
            await self._client.xadd(
                key, {b"l": sealed}, maxlen=_MAX_LETTERS, approximate=True
            )
            await self._client.pexpire(key, _KEPT_MS)

    async def _now_ms(self) -> int:
        """Return the time by the clock of Redis, which all hosts share.

        Raises:
            ClusterError: When it does not answer.
        """
        with told_when_away():
            seconds, micros = await self._client.time()
        return int(seconds) * 1_000 + int(micros) // 1_000

    def _forget_old(self, now_ms: int) -> None:
        """Forget nonces whose requests are refused by their deadline alone."""
        old = [nonce for nonce, end_ms in self._known.items() if end_ms < now_ms]
        for nonce in old:
            del self._known[nonce]

    def _ignore(self, why: str) -> None:
        self.ignored += 1
        now = self._clock.monotonic()
        if now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            _log.warning(
                "Ignored letters to this host, %d by now: %s", self.ignored, why
            )

    def _key(self, to: Session) -> str:
        return self._cluster.keys.of("mail", *to)
