"""Which processes belong to the workers, on disk: for the run after a kill -9."""

import logging
import os
from functools import cache
from pathlib import Path

import msgspec

from coderbot.supervisor.proctable import Key

_log = logging.getLogger(__name__)


class Entry(msgspec.Struct, frozen=True):
    """One worker and all that it was seen to have started."""

    worker: Key
    kin: tuple[Key, ...] = ()
    grace_s: float = 0.0
    """How long it takes to end by itself when its supervisor is gone, in seconds."""


class _Page(msgspec.Struct):
    boot: str
    """Which start of the machine the numbers belong to."""
    entries: tuple[Entry, ...]


_decoder = msgspec.json.Decoder(_Page)


class Ledger:
    """Remembers processes beyond the end of this one.

    Args:
        path: File in the state directory; None: nothing is remembered.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        """Where that is kept."""
        self._written: bytes | None = None

    def read(self) -> tuple[Entry, ...]:
        """Return what the run before has written; nothing after a reboot."""
        if self.path is None:
            return ()
        try:
            page = _decoder.decode(self.path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("Cannot read %s: %s", self.path, error)
            return ()
        return page.entries if page.boot == _boot() else ()

    def write(self, entries: tuple[Entry, ...]) -> None:
        """Replace what is remembered; costs nothing when it is the same."""
        data = msgspec.json.encode(_Page(_boot(), entries))
        if self.path is None or data == self._written:
            return
        draft = self.path.with_suffix(".new")
        try:
            draft.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
                file.write(data)
            # No fsync: after a loss of power none of the processes is left.
            draft.replace(self.path)
        except OSError as error:
            # A full disk, say. The workers run on.
            _log.warning("Cannot write %s: %s", self.path, error)
        else:
            self._written = data


@cache
def _boot() -> str:
    """Return what tells one start of the machine from another; empty if unknown."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        # Start times are wall time there, and so differ anyway.
        return ""
