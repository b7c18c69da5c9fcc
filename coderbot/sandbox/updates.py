"""The queue of updates that wait for one bot."""

from collections.abc import Sequence
from dataclasses import dataclass

from coderbot.sandbox.jsontypes import Json

_LIFETIME_S = {"callback_query": 150.0}
_DEFAULT_LIFETIME_S = 24 * 3600.0
_MAX_PENDING = 10_000
_MAX_BATCH = 100
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True, slots=True)
class _Pending:
    update: Json
    expires: float


class UpdateQueue:
    """Keeps updates until they are confirmed, as Telegram does.

    Args:
        first_id: Id of the first update.
    """

    def __init__(self, first_id: int = 1) -> None:
        self.allowed: tuple[str, ...] = ()
        """Kinds of update that are wanted; empty for the default ones."""
        self._next_id = first_id
        self._pending: list[_Pending] = []

    def __len__(self) -> int:
        return len(self._pending)

    def allows(self, kind: str) -> bool:
        """Tell whether updates of this kind are wanted."""
        return kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT

    def allow(self, kinds: Sequence[str]) -> None:
        """Choose the kinds of update that come from now on."""
        self.allowed = tuple(kinds)

    def add(self, kind: str, content: Json, now: float) -> bool:
        """Append an update; return False when its kind is not wanted.

        Args:
            kind: Field of the update, such as `message`.
            content: Its value.
            now: Monotonic time in seconds.
        """
        if not self.allows(kind):
            return False
        update = {"update_id": self._next_id, kind: content}
        self._next_id += 1
        lifetime = _LIFETIME_S.get(kind, _DEFAULT_LIFETIME_S)
        self._pending.append(_Pending(update, now + lifetime))
        del self._pending[:-_MAX_PENDING]
        return True

    def take(self, offset: int, limit: int, now: float) -> list[Json]:
        """Confirm updates below `offset`, return the next ones.

        Args:
            offset: First id wanted. Negative: only the last `-offset` are kept. Zero,
                or beyond the next id: confirms nothing.
            limit: Number of updates at most; 1-100.
            now: Monotonic time in seconds.
        """
        self._pending = [p for p in self._pending if p.expires > now]
        if offset < 0:
            del self._pending[:offset]
        elif offset <= self._next_id:
            self._pending = [
                p for p in self._pending if p.update["update_id"] >= offset
            ]
        size = limit if 1 <= limit <= _MAX_BATCH else _MAX_BATCH
        return [p.update for p in self._pending[:size]]

    def drop(self) -> None:
        """Forget everything that waits."""
        self._pending.clear()
