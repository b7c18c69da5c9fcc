"""Faults on request: calls of the Bot API that fail as told."""

from dataclasses import dataclass

from coderbot.sandbox.errors import (
    ApiError,
    SandboxError,
    conflict_other_poller,
    too_many,
    unauthorized,
)
from coderbot.sandbox.jsontypes import Json

KINDS = ("500", "502", "401", "403", "409", "429", "timeout", "reset", "slow")


@dataclass(slots=True)
class Fault:
    """What goes wrong, where, and how often still."""

    kind: str
    bot_id: int | None = None
    method: str | None = None
    left: int | None = 1
    """Calls that will still fail; None: all."""
    seconds: float = 1
    """Delay of `slow`."""
    retry_after: int = 1
    """Seconds that a 429 asks to wait."""
    after: bool = False
    """Whether the call is carried out first, so that only its answer is lost."""

    def error(self) -> ApiError | None:
        """Return what the bot is told; None when it is told nothing special."""
        match self.kind:
            case "500":
                return ApiError(500, "Internal Server Error")
            case "502":
                return ApiError(502, "Bad Gateway")
            case "401":
                return unauthorized()
            case "403":
                return ApiError(403, "Forbidden: bot was blocked by the user")
            case "409":
                return conflict_other_poller()
            case "429":
                return too_many(self.retry_after)
        return None


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault.

        Raises:
            SandboxError: When its kind is unknown.
        """
        if fault.kind not in KINDS:
            raise SandboxError(
                f"no fault {fault.kind!r}", f"Known: {', '.join(KINDS)}."
            )
        self._faults.append(fault)

    def take(self, bot_id: int, method: str) -> Fault | None:
        """Return the fault that this call meets, and count it."""
        for fault in self._faults:
            wanted = fault.method is None or fault.method.lower() == method.lower()
            if not wanted or fault.bot_id not in (None, bot_id):
                continue
            if fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self._faults.remove(fault)
            return fault
        return None

    def clear(self) -> None:
        """Take back all faults."""
        self._faults.clear()

    def view(self) -> list[Json]:
        """Return the armed faults as the control API tells them."""
        return [
            {"kind": f.kind, "token_id": f.bot_id, "method": f.method, "count": f.left}
            for f in self._faults
        ]
