"""What lies in a bot's directories, for its users; to be run in a thread."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coderbot.paths import MediaDirs
from coderbot.worker.media.archive import REASON_ENDING, archive
from coderbot.worker.media.captions import CAPTION_ENDING, captioned
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.scan import is_temporary

_MAX_REASON_BYTES = 500


@dataclass(frozen=True, slots=True)
class Usage:
    """Files in a directory."""

    files: int
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file in `failed/`."""

    file: FileId
    reason: str


def usage_of(directory: Path) -> Usage:
    """Return how much lies in a directory and below; no link is followed."""
    sizes = []
    for place, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(OSError):
                sizes.append(Path(place, name).lstat().st_size)
    return Usage(len(sizes), sum(sizes))


def failed_files(dirs: MediaDirs, user_id: int) -> list[FailedFile]:
    """Return what failed of the files for everybody and of those for this user."""
    found = []
    for folder in ("", dirs.to(user_id).name):
        names = sorted(_names(dirs.failed / folder))
        for name in names:
            if _is_beside(name, names):
                continue
            path = f"{folder}/{name}" if folder else name
            file = FileId.of(dirs.failed, path)
            if file is not None:
                found.append(FailedFile(file, _reason(dirs.failed / path)))
    return found


def retry(dirs: MediaDirs, files: list[FailedFile]) -> int:
    """Put files that failed back to where they are sent from; returns how many.

    A file is moved and never copied: who has it already is known by what it is.
    """
    count = 0
    for each in files:
        target = dirs.root / each.file.folder
        caption = FileId.of(dirs.failed, each.file.name + CAPTION_ENDING)
        with contextlib.suppress(OSError):
            if caption is not None:
                archive(dirs.failed, caption, target)
            archive(dirs.failed, each.file, target)
            count += 1
            (dirs.failed / (each.file.name + REASON_ENDING)).unlink(missing_ok=True)
    return count


def _is_beside(name: str, names: list[str]) -> bool:
    """Return whether this is the reason or the caption of another file."""
    return (
        is_temporary(name)
        or name.removesuffix(REASON_ENDING) in set(names) - {name}
        or captioned(name) in names
    )


def _names(directory: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for path in directory.iterdir():
            yield path.name


def _reason(path: Path) -> str:
    with contextlib.suppress(OSError):
        raw = path.with_name(path.name + REASON_ENDING).read_bytes()
        words = raw[:_MAX_REASON_BYTES].decode("utf-8", "replace").split("\n")
        return "; ".join(filter(None, words))
    return "no reason was kept"
