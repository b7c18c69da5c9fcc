"""What goes wrong between a front end and a supervisor elsewhere."""

from pathlib import Path
from typing import TypeVar

from coderbot.errors import CoderBotError, ExitCode
from coderbot.supervisor.controlwire import Failed
from coderbot.supervisor.errors import FleetStoppingError, MediaError, UnknownBotError
from coderbot.wire import Frame

_T = TypeVar("_T", bound=Frame)


class NotRunningError(CoderBotError):
    """Raised when no supervisor answers at a state directory."""

    exit_code = ExitCode.NOT_RUNNING

    def __init__(self, socket: Path, why: str = "") -> None:
        because = f" ({why})" if why else ""
        super().__init__(
            f"No supervisor is running for {socket.parent}{because}",
            "Start one with `coderbot --headless`, or name its directory by "
            "--state-dir or CODERBOT_STATE_DIR.",
        )


class ControlRefusedError(CoderBotError):
    """Raised when the supervisor refuses this client, or does not understand it."""

    exit_code = ExitCode.REFUSED


class SupervisorGoneError(CoderBotError):
    """Raised when the connection to the supervisor breaks."""

    exit_code = ExitCode.NOT_RUNNING

    def __init__(self) -> None:
        super().__init__("The supervisor has gone away")


class RequestFailedError(CoderBotError):
    """Raised when the supervisor could not carry out a request."""

    exit_code = ExitCode.REFUSED


_KINDS: dict[str, type[CoderBotError]] = {
    "unknown_bot": UnknownBotError,
    "fleet_stopping": FleetStoppingError,
    "media": MediaError,
}


def error_of(frame: Failed) -> CoderBotError:
    """Return the error that a frame tells of, of its own class where there is one."""
    return _KINDS.get(frame.code, RequestFailedError)(frame.message, frame.hint)


def expect(frame: Frame, kind: type[_T]) -> _T:
    """Return a frame that must be of a kind.

    Raises:
        ControlRefusedError: When it is of another one.
    """
    if not isinstance(frame, kind):
        raise ControlRefusedError(f"Unexpected answer: {type(frame).__name__}")
    return frame
