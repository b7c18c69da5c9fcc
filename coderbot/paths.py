"""Where things lie on disk, and names that are safe to use there."""

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_USER_FOLDER = re.compile(r"to-([1-9][0-9]{0,15})")
_UNDER_WAY = re.compile(r"\.[0-9a-f]{16}\.(?:part|moved)")
_MAX_NAME_BYTES = 200
"""Longest file name made here, in bytes; file systems allow 255 (NAME_MAX)."""


def bot_name(index: int) -> str:
    """Return the id of the bot with this index (0-based): `bot-0`."""
    return f"bot-{index}"


def worker_name(index: int, replica: int | None = None) -> str:
    """Return the id of a worker: `bot-0`, or `bot-0.2` of one that shares its bot."""
    return bot_name(index) if replica is None else f"{bot_name(index)}.{replica}"


def user_of(folder: str) -> int | None:
    """Return whose folder in a bot's media directory this is; None for any other."""
    found = _USER_FOLDER.fullmatch(folder)
    return int(found[1]) if found else None


def is_under_way(name: str) -> bool:
    """Return whether a file of this name is being written or moved by a worker."""
    return _UNDER_WAY.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class MediaDirs:
    """Directories of one bot under MEDIA_TMP_LOCATION."""

    root: Path
    """`bot-N/`: files put here are sent to the users."""

    @classmethod
    def of(cls, media_root: Path, index: int) -> "MediaDirs":
        """Return the directories of bot `index` under `media_root`."""
        return cls(media_root / bot_name(index))

    @property
    def sent(self) -> Path:
        """Files that every recipient has."""
        return self.root / "sent"

    @property
    def received(self) -> Path:
        """Files that users have sent."""
        return self.root / "received"

    @property
    def failed(self) -> Path:
        """Files that can never be sent, each beside its reason."""
        return self.root / "failed"

    def to(self, user_id: int) -> Path:
        """Files for this user alone; `user_of` knows the name again."""
        return self.root / f"to-{user_id}"

    def make(self, users: Iterable[int] = ()) -> None:
        """Create what is missing (mode 0700: users' files are private).

        Args:
            users: Who get a folder of their own.
        """
        folders = (self.to(user_id) for user_id in users)
        for path in (self.root, self.sent, self.received, self.failed, *folders):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class StateDir:
    """The state directory: locks, sockets, journals, preferences."""

    root: Path

    def make(self) -> None:
        """Create it; nobody but its owner may enter."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)

    @property
    def lock(self) -> Path:
        """Lock of the supervisor that works here."""
        return self.root / "supervisor.lock"

    @property
    def control(self) -> Path:
        """Socket through which other processes steer that supervisor."""
        return self.root / "control.sock"

    @property
    def workers(self) -> Path:
        """Which processes belong to the workers, for the run after a kill -9."""
        return self.root / "workers.json"

    @property
    def logs(self) -> Path:
        """Files of the logbook."""
        return self.root / "logs"

    @property
    def crashes(self) -> Path:
        """Dossiers of deaths that nobody asked for."""
        return self.root / "crashes"


def with_home(path: str | Path) -> Path:
    """Return a path whose `~` is the home directory, `~anna` that of a user.

    As in a shell, `~nobody` stays a name when there is no such user.
    """
    try:
        # That of pathlib raises RuntimeError for those.
        return Path(os.path.expanduser(path))  # noqa: PTH111
    except ValueError:
        # A name that nobody can have, such as one with a NUL.
        return Path(path)


def safe_name(name: str, default: str = "file") -> str:
    """Turn a name from outside into one that is safe inside any directory.

    Directory parts (of both kinds of slash), control characters, leading dots,
    dashes and blanks are dropped; the rest is normalised to NFC and cut to 200
    bytes with its extension kept.

    Args:
        name: Hostile text.
        default: What to call it when nothing is left.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(c for c in base if unicodedata.category(c)[0] != "C")
    base = re.sub(r'[<>:"|?*]', "_", base)
    base = re.sub(r"^[\s.-]+|\s+$", "", base)
    stem, extension = os.path.splitext(base)  # noqa: PTH122 - a bare name, no path
    if not stem:
        return default
    room = _MAX_NAME_BYTES - len(extension.encode()[:32])
    stem = stem.encode()[:room].decode(errors="ignore")
    return stem + extension.encode()[:32].decode(errors="ignore")
