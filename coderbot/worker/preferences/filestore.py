"""Preferences in one JSON file, replaced as a whole."""

import asyncio
import logging
from pathlib import Path

import msgspec

from coderbot.atomicfile import replace_file
from coderbot.clock import Clock
from coderbot.worker.preferences.model import Preferences, changed

VERSION = 1
"""Version of the file that is written here."""

_GATHER_S = 0.1
"""Changes that come so close together are written at once, in seconds."""

_log = logging.getLogger(__name__)


def preferences_file(state_dir: Path, worker: str) -> Path:
    """Return where a worker (`bot-0`) keeps the preferences of its users."""
    return state_dir / f"preferences-{worker}.json"


class _Page(msgspec.Struct):
    """The file. Users are decoded one by one: a bad one does not cost the others."""

    version: int
    users: dict[int, msgspec.Raw]


class FilePreferences:
    """A `PreferenceStore` in a file that only this worker writes.

    Args:
        path: The file; made when something is chosen (mode 0600).
        clock: For the wait between a change and its writing, and for names of
            files that are set aside.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._users: dict[int, Preferences] = {}
        self._changed = asyncio.Event()
        self._is_dirty = False
        """Something is not on the disk; unlike the event it outlasts a failure."""
        self._turn = asyncio.Lock()

    def load(self) -> None:
        """Read the file. One that makes no sense is set aside, never overwritten."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            self._set_aside(str(error))
            return
        try:
            page = msgspec.json.decode(raw, type=_Page)
            if page.version != VERSION:
                raise ValueError(f"it has version {page.version}, not {VERSION}")
        except (ValueError, RecursionError) as error:
            self._set_aside(str(error))
            return
        faults = [self._read(user_id, each) for user_id, each in page.users.items()]
        if any(faults):
            self._set_aside("; ".join(filter(None, faults)))
            self._note_change()

    def of(self, user_id: int) -> Preferences:
        """Return what a user has chosen; defaults when that is nothing."""
        return self._users.get(user_id) or Preferences()

    def change(self, user_id: int, **values: object) -> Preferences:
        """Change fields of a user's preferences; they are written soon after.

        Raises:
            ValueError: When there is no such field or it does not take the value.
        """
        before = self.of(user_id)
        after = changed(before, values)
        if after != before:
            self._users[user_id] = after
            self._note_change()
        return after

    def replace(self, user_id: int, preferences: Preferences) -> None:
        """Replace all that a user has chosen; it is written soon after."""
        if self.of(user_id) != preferences:
            self._users[user_id] = preferences
            self._note_change()

    def users(self) -> frozenset[int]:
        """Return who has chosen anything."""
        return frozenset(user_id for user_id, _ in self._known())

    async def ready(self) -> None:
        """Return at once: the file was read by `load`."""

    async def run(self) -> None:
        """Write what changes, until cancelled."""
        while True:
            await self._changed.wait()
            await self._clock.sleep(_GATHER_S)
            await self.flush()

    async def flush(self) -> None:
        """Return when all changes are on the disk; a failure is logged."""
        async with self._turn:
            if not self._is_dirty:
                return
            self._changed.clear()
            self._is_dirty = False
            raw = {user: msgspec.json.encode(each) for user, each in self._known()}
            page = _Page(
                VERSION, {user: msgspec.Raw(each) for user, each in raw.items()}
            )
            data = msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"
            try:
                await asyncio.to_thread(replace_file, self._path, data)
            except OSError as error:
                # The next change or flush tries again; until then memory has them.
                self._is_dirty = True
                _log.warning("Cannot write %s: %s", self._path, error)

    def _note_change(self) -> None:
        self._is_dirty = True
        self._changed.set()

    def _known(self) -> list[tuple[int, Preferences]]:
        """Return who has chosen anything."""
        nothing = Preferences()
        return [each for each in self._users.items() if each[1] != nothing]

    def _read(self, user_id: int, raw: msgspec.Raw) -> str:
        """Take over what one user has chosen; returns what is wrong with it."""
        try:
            self._users[user_id] = msgspec.json.decode(raw, type=Preferences)
        except (msgspec.MsgspecError, RecursionError) as error:
            return f"user {user_id}: {error}"
        return ""

    def _set_aside(self, why: str) -> None:
        aside = self._path.with_name(
            f"{self._path.name}.bad-{self._clock.now():%Y%m%dT%H%M%S}"
        )
        _log.warning("%s cannot be used (%s); kept as %s", self._path, why, aside.name)
        try:
            self._path.rename(aside)
        except OSError as error:
            _log.warning("It cannot be renamed either: %s", error)
