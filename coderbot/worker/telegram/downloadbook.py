"""Which files of users are being fetched: a crash must not lose them in silence."""

import contextlib
import logging
import secrets
from pathlib import Path

import msgspec

from coderbot.worker.telegram.incoming import Incoming

_log = logging.getLogger(__name__)


class Wanted(msgspec.Struct, frozen=True):
    """A file that somebody has sent and that is not saved yet."""

    file: Incoming
    user_id: int
    chat: int


class DownloadBook:
    """Keeps what is under way in a small file, for the next run of this worker.

    Telegram does not tell of a message again, once it was fetched. The file
    survives the end of this process at once; nothing here waits for the disk.

    Args:
        path: The file; made when something is under way (mode 0600).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wanted: list[Wanted] = []

    def left(self) -> list[Wanted]:
        """Return what an earlier run has not finished; from now on it is under way."""
        try:
            raw = self._path.read_bytes()
            self._wanted = msgspec.json.decode(raw, type=list[Wanted])
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            _log.warning("Cannot read which files were being fetched: %s", error)
        return list(self._wanted)

    def begin(self, wanted: Wanted) -> None:
        """Note that a file is under way."""
        if wanted not in self._wanted:
            self._wanted.append(wanted)
            self._write()

    def end(self, wanted: Wanted) -> None:
        """Note that a file was saved, or that its sender knows why it was not."""
        if wanted in self._wanted:
            self._wanted.remove(wanted)
            self._write()

    def _write(self) -> None:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            if not self._wanted:
                self._path.unlink(missing_ok=True)
                return
            draft.touch(0o600, exist_ok=False)
            draft.write_bytes(msgspec.json.encode(self._wanted))
            draft.replace(self._path)
        except OSError as error:
            _log.warning("Cannot note which files are being fetched: %s", error)
            with contextlib.suppress(OSError):
                draft.unlink()
