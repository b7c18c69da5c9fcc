"""One poller for each token on a host, by a lock that the kernel holds."""

import contextlib
import fcntl
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from coderbot.clock import Clock
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.redact import Secret

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
"""Asking the kernel costs nothing; the token is taken over soon after it is free."""

_log = logging.getLogger(LIFECYCLE_LOGGER)


class TokenClaim:
    """The right to poll with a token, held until this process ends.

    Telegram gives updates to one poller alone; two of them throw each other out
    with 409 for ever. The lock tells that before Telegram is asked, and who it is.
    It stands for the token at one server: a sandbox knows other bots.

    Lock files stay, a few bytes for each token that was ever used: who deleted one
    could take it from under a process that has it open and is about to lock it.

    Args:
        token: Of the bot.
        api_root: Address of the Bot API server.
        directories: Where lock files lie; all that can be used are, because
            who was started in another way may see only one of them.
    """

    def __init__(
        self, token: Secret, api_root: str, directories: tuple[Path, ...] | None = None
    ) -> None:
        key = f"{token.reveal()}\0{api_root}".encode()
        self._name = f"{hashlib.sha256(key).hexdigest()[:16]}.lock"
        self._directories = host_directories() if directories is None else directories
        self._held: list[int] = []

    def take(self) -> str | None:
        """Try to take the right; returns who holds it, or None when it is ours."""
        errors: list[str] = []
        for directory in self._directories:
            try:
                holder = self._take_in(directory)
            except OSError as error:
                errors.append(f"{directory}: {error}")
                continue
            if holder is not None:
                self.release()
                return holder
        if len(errors) == len(self._directories):
            # Telegram's own 409 still keeps two pollers apart.
            _log.warning("The token is not locked on this host: %s", "; ".join(errors))
        return None

    def _take_in(self, directory: Path) -> str | None:
        place = _open_private(directory)
        self._held.append(place)
        # Held too, because those who tidy up temporary files spare what is locked.
        fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
        descriptor = _open_own(self._name, place)
        self._held.append(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(descriptor)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return None

    def release(self) -> None:
        """Give the right back; the end of the process does so too."""
        while self._held:
            os.close(self._held.pop())


async def until_ours(
    claim: TokenClaim,
    refused: Callable[[str], None],
    clock: Clock,
    jitter: Callable[[], float],
) -> None:
    """Wait until nobody else on this host polls with the token.

    Args:
        claim: To be taken.
        refused: Told who holds it.
        clock: For the pauses.
        jitter: Returns a number from 0 to 1.
    """
    pause_s = _FIRST_PAUSE_S
    while (holder := claim.take()) is not None:
        refused(f"the token is polled by process {holder} on this host")
        await clock.sleep(pause_s * (0.75 + jitter() / 2))
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def host_directories() -> tuple[Path, ...]:
    """Return where the locks of this user lie, whatever the environment says.

    The directory of the login session is the better one, but a service that starts
    before the login does not see it, and one with a temporary directory of its own
    (systemd's PrivateTmp) shares only that of the host's locks; so all are used.
    """
    user = os.getuid()
    temporary = "/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()  # noqa: PTH112
    shared = [Path("/run/lock"), Path(temporary)]
    return (
        *(path / "coderbot" for path in [Path(f"/run/user/{user}")] if path.is_dir()),
        *(path / f"coderbot-{user}" for path in shared if path.is_dir()),
    )


def _open_private(directory: Path) -> int:
    """Open a directory, made when missing, that nobody else can write to.

    One of this user that is open to others is closed to them first.

    Raises:
        OSError: When it cannot be used, or belongs to somebody else.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    place = os.open(directory, flags)
    try:
        status = os.fstat(place)
        if status.st_uid != os.getuid():
            raise PermissionError(f"it belongs to user {status.st_uid}")
        if stat.S_IMODE(status.st_mode) & 0o077:
            os.fchmod(place, 0o700)
    except OSError:
        os.close(place)
        raise
    return place


def _open_own(name: str, place: int) -> int:
    """Open a lock file in the directory `place`, made anew when it is not ours.

    While the directory was open to others, they may have left anything there.

    Raises:
        OSError: When it cannot be used.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with contextlib.suppress(FileNotFoundError):
        status = os.stat(name, dir_fd=place, follow_symlinks=False)
        if status.st_uid != os.getuid() or not stat.S_ISREG(status.st_mode):
            os.unlink(name, dir_fd=place)
    return os.open(name, flags, 0o600, dir_fd=place)


def _holder(descriptor: int) -> str:
    """Return the pid in a lock file; `?` when there is none."""
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return text if text.isdigit() else "?"
