"""Finds files that a user asks for; all of it bounded, and to be run in a thread."""

import fnmatch
import glob
import os
import shlex
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from coderbot.paths import with_home

MAX_FOUND = 500
"""Files that one request is about."""
_DEEP = "**"
_MAX_SCANNED = 20_000
_SCAN_S = 2.0
"""Bounds of a search below a directory: entries, and seconds."""
_UNVISITED = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Directories in which nobody looks for notes; hidden ones are left out as well."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or directory to choose."""

    path: Path
    is_directory: bool
    size: int
    """In bytes; 0 for a directory."""
    mtime: float
    """Time of the last change, in seconds since 1970."""

    @classmethod
    def of(cls, path: Path) -> "Entry | None":
        """Return what stands at `path`; None for neither a file nor a directory."""
        try:
            status = path.stat()
        except (OSError, ValueError):  # ValueError: no name, such as one with NUL
            return None
        is_directory = stat.S_ISDIR(status.st_mode)
        if not is_directory and not stat.S_ISREG(status.st_mode):
            return None
        return cls(
            path, is_directory, 0 if is_directory else status.st_size, status.st_mtime
        )


def words_of(argument: str) -> list[str]:
    """Return the paths in `argument`; quotes work as in a shell."""
    try:
        return shlex.split(argument)
    except ValueError:  # a quote without its end: taken as it stands
        return argument.split()


def matches(words: Sequence[str], directory: Path) -> list[Entry]:
    """Return what `words` stand for, each once, in order.

    Args:
        words: Paths or patterns (`*`, `?`, `[…]`); relative ones and `~` work. `**`
            stands for any directories in between; the search for it is bounded,
            and leaves out hidden ones.
        directory: What relative ones start from.
    """
    found: dict[Path, Entry] = {}
    for word in words:
        for path in islice(_expanded(word, directory), MAX_FOUND - len(found)):
            entry = Entry.of(path)
            if entry is not None:
                found.setdefault(path, entry)
    return list(found.values())


def _expanded(word: str, directory: Path) -> Iterator[Path]:
    whole = os.path.normpath(directory / with_home(word))
    if os.path.lexists(whole) or not glob.has_magic(whole):
        yield Path(whole)
        return
    parts = Path(whole).parts
    if _DEEP in parts:
        at = parts.index(_DEEP)
        names = _deep(str(Path(*parts[:at])), parts[at:])
    else:
        names = glob.iglob(whole)  # noqa: PTH207 - patterns with ..
    yield from map(Path, sorted(islice(names, _MAX_SCANNED)))


def _deep(tops: str, pattern: Sequence[str]) -> Iterator[str]:
    """Yield what matches `pattern`, part by part, below the directories `tops`."""
    deadline = time.monotonic() + _SCAN_S
    for top in glob.iglob(tops):  # noqa: PTH207 - a pattern, too
        for path in islice(_below(Path(top), deadline), _MAX_SCANNED):
            if _fits(Path(path).relative_to(top).parts, pattern):
                yield path


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    first, rest = pattern[0], pattern[1:]
    if first == _DEEP and _fits(parts, rest):
        return True
    if not parts or (parts[0].startswith(".") and not first.startswith(".")):
        return False
    if first == _DEEP:
        return _fits(parts[1:], pattern)
    return fnmatch.fnmatchcase(parts[0], first) and _fits(parts[1:], rest)


def contents(directory: Path) -> list[Entry]:
    """Return what lies in `directory`: directories first, then files, by name.

    Raises:
        OSError: When it cannot be read.
    """
    with os.scandir(directory) as entries:
        names = [entry.path for entry in islice(entries, MAX_FOUND)]
    found = (Entry.of(Path(name)) for name in names)
    return sorted(
        (each for each in found if each is not None),
        key=lambda each: (not each.is_directory, each.path.name.lower()),
    )


def newest_notes(directory: Path, count: int) -> list[Entry]:
    """Return the newest Markdown files below `directory`, the newest first.

    The search ends after so many entries or seconds; links are not followed.
    """
    found = []
    for path in islice(_below(directory, time.monotonic() + _SCAN_S), _MAX_SCANNED):
        if path.lower().endswith((".md", ".markdown")):
            entry = Entry.of(Path(path))
            if entry is not None and not entry.is_directory:
                found.append(entry)
    return sorted(found, key=lambda each: -each.mtime)[:count]


def _below(directory: Path, deadline: float) -> Iterator[str]:
    """Yield the paths of what lies below, level by level, until the deadline."""
    waiting = [str(directory)]
    for place in waiting:  # grows while it is walked through
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if time.monotonic() > deadline:
                        return
                    yield entry.path
                    if _is_visited(entry):
                        waiting.append(entry.path)
        except OSError:  # not ours to read, or gone
            continue


def _is_visited(entry: "os.DirEntry[str]") -> bool:
    try:
        is_directory = entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
    return (
        is_directory and not entry.name.startswith(".") and entry.name not in _UNVISITED
    )
