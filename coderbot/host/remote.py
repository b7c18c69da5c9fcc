"""Requests to another host, and from one."""

from collections.abc import Callable

from coderbot.cluster.mailbox import Mailbox, Post
from coderbot.cluster.session import Session
from coderbot.control.calls import Calls
from coderbot.control.failures import ControlRefusedError, error_of, expect
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.controlanswers import Answerer
from coderbot.supervisor.lines import LogLine
from coderbot.wire import Frame, WireError

_ANSWER_S = 10.0
"""How long a host may take to tell something, in seconds."""
_SEARCH_S = 25.0
"""The same for a search, which has its own bound there."""
_FOR_NOBODY = ("shut_down", "kill_now")
"""What a host does only for those at its own control socket."""


class HostCalls(Calls):
    """Asks one other host.

    Args:
        mailbox: Of this host.
        to: Who is asked.
        act_s: How long an action may take there, in seconds.
    """

    def __init__(self, mailbox: Mailbox, to: Session, act_s: float) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._to = to
        self._act_s = act_s

    async def ask(self, frame: wire.Request) -> wire.Answer:
        """Ask, and return the answer.

        Raises:
            CoderBotError: What the host refuses, or that it does not answer.
        """
        (answer, *_) = await self._ask(frame)
        return answer

    async def recent(self, bot: str | None, after: int, limit: int) -> list[LogLine]:
        """Return the newest `limit` lines with a number above `after`, in order."""
        ask = wire.GetLines(id=self.number(), bot=bot, after=after, limit=limit)
        pages = [expect(page, wire.Lines) for page in await self._ask(ask)]
        return [line for page in pages for line in page.lines]

    async def status(self) -> wire.FleetStatus:
        """Return how all stands there."""
        answer = await self.ask(wire.GetStatus(id=self.number()))
        return expect(answer, wire.FleetStatus)

    async def _ask(self, frame: wire.Request) -> list[wire.Answer]:
        parts = await self._mailbox.ask(self._to, wire.encode(frame), self._time(frame))
        answers = [_answer(part) for part in parts]
        for answer in answers:
            if isinstance(answer, wire.Failed):
                raise error_of(answer)
        return answers

    def _time(self, frame: wire.Request) -> float:
        match frame:
            case wire.Act() | wire.SteerCluster():
                return self._act_s
            case wire.Search() | wire.GetHistory():
                return _SEARCH_S
            case _:
                return _ANSWER_S


def _answer(part: bytes) -> wire.Answer:
    try:
        frame = wire.decode_server(part)
    except WireError as error:
        raise ControlRefusedError(f"The host is not understood: {error}") from error
    if not isinstance(frame, wire.Answer):
        raise ControlRefusedError(f"Unexpected answer: {type(frame).__name__}")
    return frame


class HostDesk:
    """Answers other hosts: by this host alone, and nothing that would end it.

    Args:
        answerer: Answers for this host.
        on_done: Called when something may have changed by a request.
    """

    def __init__(self, answerer: Answerer, on_done: Callable[[], None]) -> None:
        self._answerer = answerer
        self._on_done = on_done

    async def serve(self, body: bytes, post: Post) -> None:
        """Carry out a request."""

        async def send(frame: Frame) -> None:
            await post(wire.encode(frame))

        try:
            ask = wire.decode_client(body)
        except WireError as error:
            await send(_refused(0, f"The request is not understood: {error}"))
            return
        if isinstance(ask, wire.Hello):
            await send(_refused(0, "A host says no hello"))
        elif isinstance(ask, wire.Follow | wire.Reload) or (
            isinstance(ask, wire.Act) and ask.action in _FOR_NOBODY
        ):
            await send(_refused(ask.id, "Only the host itself can be asked for that"))
        else:
            await self._answerer.answer(ask, send)
            if isinstance(ask, wire.Act | wire.SteerCluster):
                self._on_done()


def _refused(number: int, message: str) -> wire.Failed:
    return wire.Failed(id=number, code="failed", message=message)
