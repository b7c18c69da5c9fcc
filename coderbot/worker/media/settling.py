"""When a file is finished, judged by what was seen of it so far (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from coderbot.worker.media.captions import captioned
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.writers import Writers

SETTLE_S = 0.06
"""How long a file must stay as it is, without a writer; in seconds.

Bridges the gap in which a program closes a file and opens it again.
"""
UNKNOWN_SETTLE_S = 2.0
"""The same where the system does not tell who writes; in seconds."""
EMPTY_SETTLE_S = 1.0
"""The same for an empty file: most are about to be filled; in seconds."""

REOPENED_SETTLE_S = 1.5
"""The same for a file that was taken for finished before; in seconds.

Whoever opens a file again and again has longer pauses than most.
"""
LONE_CAPTION_S = 60.0
"""The same for the caption of a file that is not there; in seconds."""

_BUSY_POLL_S = 0.04
"""How soon a file with a writer is looked at again: closing makes no event."""
_TOGETHER_S = 0.05
"""A finished file waits so long for others that are about to be, ..."""
_FEW = 10
"""... unless there are so many already that they fill an album."""
_KEEP_BACK_S = 1.0
"""A file that settles for longer than this no longer keeps back later ones."""
_LONG_BUSY_S = 10.0
"""A file that is written for longer than this is looked at less often."""
_LONG_BUSY_POLL_S = 0.25


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at one file."""

    file: FileId
    writers: Writers
    age_s: float = 0.0
    """How long ago its content has changed, in seconds, as far as clocks can tell."""


@dataclass(slots=True)
class _Candidate:
    file: FileId
    first_s: float
    quiet_since_s: float
    writers: Writers
    was_told: bool = False
    """An earlier version of it was."""

    def needs_s(self) -> float:
        """Return how long this file must be quiet, in seconds."""
        return max(
            SETTLE_S if self.writers is Writers.NONE else UNKNOWN_SETTLE_S,
            EMPTY_SETTLE_S if self.file.size == 0 else 0.0,
            REOPENED_SETTLE_S if self.was_told else 0.0,
            LONE_CAPTION_S if captioned(self.file.name) else 0.0,
        )

    def is_finished(self, now_s: float) -> bool:
        """Return whether it was quiet for long enough."""
        is_quiet = now_s - self.quiet_since_s >= self.needs_s()
        return is_quiet and self.writers is not Writers.SOME

    def settles_soon(self, now_s: float) -> bool:
        """Return whether nothing but the shortest time is missing."""
        is_new = now_s - self.first_s < _KEEP_BACK_S
        return is_new and self.writers is Writers.NONE and self.needs_s() <= SETTLE_S


class Settling:
    """Remembers the files of a directory until they are finished.

    A finished file is told once; another version of it is told again.
    """

    def __init__(self) -> None:
        self._candidates: dict[str, _Candidate] = {}
        self._told: dict[str, FileId] = {}

    @property
    def waiting(self) -> int:
        """Number of files that are not finished."""
        return len(self._candidates)

    @property
    def names(self) -> list[str]:
        """Names of these files."""
        return list(self._candidates)

    def is_told(self, file: FileId) -> bool:
        """Return whether this very version was told as finished."""
        return self._told.get(file.name) == file

    def observe(self, sightings: Mapping[str, Sighting], now_s: float) -> list[FileId]:
        """Take in all that is in the directory; return what is finished now.

        Args:
            sightings: Every file there that was not told yet, by name.
            now_s: Monotonic time of the look, in seconds.

        Returns:
            Finished files, the one written first at the front.
        """
        for name in self._candidates.keys() - sightings.keys():
            del self._candidates[name]
        for sighting in sightings.values():
            self._note(sighting, now_s)
        finished = self._finished(now_s)
        for file in finished:
            del self._candidates[file.name]
            self._told[file.name] = file
        return finished

    def forget_absent(self, present: set[str]) -> None:
        """Forget told files that have left: one that comes back is a new one."""
        for name in self._told.keys() - present:
            del self._told[name]

    def forget(self, file: FileId) -> None:
        """Forget a file that was put away: if it comes back it is a new one."""
        if self.is_told(file):
            del self._told[file.name]

    def next_look_s(self, now_s: float, at_most_s: float) -> float:
        """Return in how many seconds something can be finished."""
        waits = [self._wait(one, now_s) for one in self._candidates.values()]
        return max(0.0, min([at_most_s, *waits]))

    def _note(self, sighting: Sighting, now_s: float) -> None:
        """Take in what was seen of one file."""
        # What happened between two looks counts from when it has happened, but
        # no more than that: clocks differ, and a copy may keep the time of its
        # original.
        quiet_s = min(max(sighting.age_s, 0.0), SETTLE_S)
        name = sighting.file.name
        candidate = self._candidates.get(name)
        if candidate is None:
            was_told = name in self._told
            self._candidates[name] = candidate = _Candidate(
                sighting.file, now_s, now_s - quiet_s, sighting.writers, was_told
            )
        elif candidate.file != sighting.file:
            candidate.quiet_since_s = now_s - quiet_s
        if sighting.writers is Writers.SOME:
            candidate.quiet_since_s = now_s
        candidate.file = sighting.file
        candidate.writers = sighting.writers

    def _finished(self, now_s: float) -> list[FileId]:
        """Return the files that are finished, in the order of their completion.

        One that is complete but for the time it must be quiet keeps back those
        that were written after it, and for a moment also those before: what came
        together may go together.
        """
        finished, settling, longest_s = [], [], 0.0
        for candidate in self._candidates.values():
            if candidate.is_finished(now_s):
                finished.append(_order(candidate.file))
                over_s = now_s - candidate.quiet_since_s - candidate.needs_s()
                longest_s = max(longest_s, over_s)
            elif candidate.settles_soon(now_s):
                settling.append(_order(candidate.file))
        if settling and len(finished) < _FEW and longest_s < _TOGETHER_S:
            return []
        first = min(settling, default=None)
        ready = sorted(each for each in finished if first is None or each < first)
        return [self._candidates[name].file for _, name in ready]

    @staticmethod
    def _wait(candidate: _Candidate, now_s: float) -> float:
        if candidate.writers is Writers.SOME:
            long = now_s - candidate.first_s > _LONG_BUSY_S
            return _LONG_BUSY_POLL_S if long else _BUSY_POLL_S
        return candidate.quiet_since_s + candidate.needs_s() - now_s


def _order(file: FileId) -> tuple[int, str]:
    return file.mtime_ns, file.name
