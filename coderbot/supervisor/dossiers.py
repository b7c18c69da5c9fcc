"""Dossiers of crashes in the state directory."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.logfile import make_private

MAX_PER_BOT = 50
"""Dossiers kept of one bot; the oldest go first."""
MAX_KINDS = 500
"""Fingerprints that are remembered; those not seen for the longest go first."""
_MAX_FILE_BYTES = 4 << 20
_NAME = re.compile(r"(bot-[0-9]+(?:\.[0-9]{1,2})?)\.([0-9]{1,16})\.([0-9]{1,9})\.json")
_INDEX = "index.json"


@dataclass(slots=True)
class Kind:
    """Deaths of one fingerprint."""

    seen: int
    first: float
    """In seconds since 1970, as `last`."""
    last: float


@dataclass(slots=True)
class _Index:
    kinds: dict[str, Kind] = field(default_factory=dict)


class Dossiers:
    """Keeps dossiers as JSON files (mode 0600) under one directory (0700).

    Everything in here reads or writes files: not to be called on a loop, but for
    `count`.

    Args:
        directory: Where they lie; its parent exists.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._kinds: dict[str, Kind] = {}

    def load(self) -> None:
        """Remember which kinds of crashes were seen; what is broken is forgotten."""
        with suppress(OSError, msgspec.MsgspecError):
            data = _read(self._directory / _INDEX)
            self._kinds = msgspec.json.decode(data, type=_Index).kinds

    def count(self, fingerprint: str, wall: float) -> Kind:
        """Note that a kind was seen once more; returns how it stands now."""
        kind = self._kinds.pop(fingerprint, None) or Kind(0, wall, wall)
        kind = Kind(kind.seen + 1, kind.first, wall)
        self._kinds[fingerprint] = kind
        while len(self._kinds) > MAX_KINDS:
            del self._kinds[next(iter(self._kinds))]
        return kind

    def store(self, dossier: Dossier) -> None:
        """Write a dossier, and drop those that are too many.

        Raises:
            OSError: When it cannot be written.
        """
        with self._lock:
            self._store(dossier)

    def _store(self, dossier: Dossier) -> None:
        make_private(self._directory)
        name = f"{dossier.bot}.{int(dossier.wall * 1_000)}.{dossier.run}.json"
        _write(self._directory / name, msgspec.json.encode(dossier))
        index = _Index(dict(self._kinds))
        _write(self._directory / _INDEX, msgspec.json.encode(index))
        for path in list(self._files(dossier.bot))[MAX_PER_BOT:]:
            path.unlink(missing_ok=True)

    def read(self, bot: str) -> list[Dossier]:
        """Return the dossiers of a bot, the newest first; broken ones are left out."""
        found = []
        for path in self._files(bot):
            with suppress(OSError, msgspec.MsgspecError):
                found.append(msgspec.json.decode(_read(path), type=Dossier))
        return found

    def _files(self, bot: str) -> Iterator[Path]:
        """Yield the files of a bot, the newest first."""
        names = []
        with suppress(OSError):
            names = [_NAME.fullmatch(path.name) for path in self._directory.iterdir()]
        own = [name for name in names if name is not None and name[1] == bot]
        own.sort(key=lambda name: (int(name[2]), int(name[3])), reverse=True)
        yield from (self._directory / name[0] for name in own)


def _read(path: Path) -> bytes:
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a descriptor
        return file.read(_MAX_FILE_BYTES)


def _write(path: Path, data: bytes) -> None:
    """Replace a file as a whole: who reads it sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with open(os.open(fresh, flags, 0o600), "wb") as file:  # noqa: PTH123
            file.write(data)
        fresh.rename(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
