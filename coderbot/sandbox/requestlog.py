"""What bots have called: counts and the latest calls."""

from collections import Counter, deque
from dataclasses import dataclass

from coderbot.sandbox.jsontypes import Json

_RECENT = 1000


@dataclass(slots=True)
class Request:
    """One call of the Bot API."""

    bot_id: int
    method: str
    began: float
    """Monotonic time in seconds."""
    chat_id: int | None = None
    code: int | None = None
    """HTTP code of the answer; None while there is none, 0 when nobody took it."""
    duration: float = 0
    """In seconds."""


class RequestLog:
    """Counts calls by bot, method and answer; keeps the latest."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, str, str]] = Counter()
        self._recent: deque[Request] = deque(maxlen=_RECENT)

    def begin(self, bot_id: int, method: str, now: float) -> Request:
        """Note that a call came in."""
        request = Request(bot_id, method, now)
        self._recent.append(request)
        self._counts[bot_id, method, "calls"] += 1
        return request

    def end(self, request: Request, code: int, now: float) -> None:
        """Note how a call was answered."""
        request.code, request.duration = code, now - request.began
        self._counts[request.bot_id, request.method, str(code)] += 1

    def count(self, bot_id: int, method: str, what: str = "calls") -> int:
        """Return how often a bot called a method (`what`: calls, or an HTTP code)."""
        return self._counts[bot_id, method, what]

    def view(self, bot_id: int | None) -> Json:
        """Return counts by method, and the latest calls, of one bot or all."""
        methods: dict[str, Counter[str]] = {}
        for (bot, method, what), count in self._counts.items():
            if bot_id in (None, bot):
                methods.setdefault(method, Counter())[what] += count
        recent = [
            {
                "bot_id": r.bot_id,
                "method": r.method,
                "chat_id": r.chat_id,
                "code": r.code,
                "at": r.began,
                "duration": r.duration,
            }
            for r in self._recent
            if bot_id in (None, r.bot_id)
        ]
        return {"methods": methods, "recent": recent}
