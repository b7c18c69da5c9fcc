"""Preferences that the workers of a bot share, with a copy in the file of each."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import suppress
from typing import Protocol

import msgspec

from coderbot.clock import Clock
from coderbot.cluster.away import ClusterError
from coderbot.worker.preferences.filestore import FilePreferences
from coderbot.worker.preferences.model import Preferences, changed, merged

_GATHER_S = 0.1
"""Changes that come so close together are told at once, in seconds."""
_AGAIN_S = 1.0
"""Pause before Redis is asked again that has not answered, in seconds."""

_decoder = msgspec.json.Decoder(Preferences)
_log = logging.getLogger(__name__)


class Entries(Protocol):
    """What is shared, by name; `coderbot.cluster.sharedmap` has it in Redis."""

    async def get(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the values that there are."""

    async def put(self, name: str, body: bytes) -> bool:
        """Put a value; False when there is another one than `get` has seen."""

    def changes(self) -> AsyncIterator[str]:
        """Yield names of values that were put; an empty one stands for any."""


class SharedPreferences:
    """A `PreferenceStore` that other workers of the bot have, too.

    The file keeps a copy, so that nothing is lost with a Redis that was emptied,
    and nobody can put an older revision in place of one that was seen here.

    Args:
        local: The copy; what a host alone has chosen is in there at first, with
            revision 0, and is added to what is shared.
        shared: What all have.
        users: Whose preferences matter.
        clock: For pauses.
    """

    def __init__(
        self,
        local: FilePreferences,
        shared: Entries,
        users: Collection[int],
        clock: Clock,
    ) -> None:
        self._local = local
        self._shared = shared
        self._users = frozenset(users) | local.users()
        self._clock = clock
        self._untold: dict[int, dict[str, object]] = {}
        """What was changed here and is not shared yet, by user and field."""
        self._changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._turn = asyncio.Lock()

    def of(self, user_id: int) -> Preferences:
        """Return what a user has chosen; defaults when that is nothing."""
        return self._local.of(user_id)

    def change(self, user_id: int, **values: object) -> Preferences:
        """Change fields of a user's preferences; others hear of it soon after.

        Raises:
            ValueError: When there is no such field or it does not take the value.
        """
        before = self.of(user_id)
        if changed(before, values) == before:
            return before
        self._untell(user_id, values)
        revision = before.revision + 1
        return self._local.change(user_id, **values, revision=revision)

    async def ready(self) -> None:
        """Return when what others have chosen was read."""
        await self._ready.wait()

    async def run(self) -> None:
        """Keep and tell what changes here, follow what changes elsewhere."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._local.run(), name="copy of the preferences")
            group.create_task(self._tell(), name="tell of preferences")
            group.create_task(self._follow(), name="follow preferences")

    async def flush(self) -> None:
        """Return when all changes are on the disk, and told if Redis answers."""
        await self._local.flush()
        with suppress(ClusterError):
            await self._tell_all()

    async def _follow(self) -> None:
        while True:
            try:
                async for name in self._shared.changes():
                    await self._read(name)
            except ClusterError as error:
                _log.warning("Preferences of other hosts are not seen: %s", error)
            await self._clock.sleep(_AGAIN_S)

    async def _read(self, name: str) -> None:
        """Take over what others have told of; tell them what only we know."""
        known = {str(each): each for each in self._users}
        names = known if not name else {name} & known.keys()
        async with self._turn:
            found = await self._shared.get(names)
            for each in names:
                self._compare(known[each], _decoded(each, found.get(each)))
        self._ready.set()

    def _compare(self, user_id: int, theirs: Preferences | None) -> None:
        """Take over what others say of a user; what they do not know is to be told."""
        mine, values = self.of(user_id), self._untold.get(user_id)
        if theirs is None:
            if mine != Preferences():
                self._adopt(user_id, mine, 0)
            return
        if values:
            ours = changed(theirs, values)
        elif mine.revision == 0:
            ours = merged(mine, theirs)
        else:
            ours = mine if mine.revision > theirs.revision else theirs
        if _content(ours) == _content(theirs):
            self._untold.pop(user_id, None)
            self._local.replace(user_id, theirs)
        else:
            self._adopt(user_id, ours, theirs.revision)

    def _adopt(self, user_id: int, ours: Preferences, over: int) -> None:
        """Let `ours` be what all have, in place of revision `over`."""
        if self.of(user_id).revision == 0:
            _log.info("What user %d has chosen on this host is shared now", user_id)
        revision = max(ours.revision, over + 1)
        self._local.replace(user_id, msgspec.structs.replace(ours, revision=revision))
        self._untell(user_id, {})

    async def _tell(self) -> None:
        while True:
            await self._changed.wait()
            await self._clock.sleep(_GATHER_S)
            try:
                await self._tell_all()
            except ClusterError as error:
                _log.warning("Preferences are not told to other hosts: %s", error)
                await self._clock.sleep(_AGAIN_S)

    async def _tell_all(self) -> None:
        async with self._turn:
            while self._untold:
                await self._tell_of(next(iter(self._untold)))
            self._changed.clear()

    async def _tell_of(self, user_id: int) -> None:
        """Share what a user has chosen, or learn what others say meanwhile."""
        name, values = str(user_id), self._untold.pop(user_id)
        found: dict[str, bytes] = {}
        is_told = False
        try:
            mine = msgspec.json.encode(self.of(user_id))
            is_told = await self._shared.put(name, mine)
            if not is_told:
                found = await self._shared.get([name])
        finally:
            if not is_told:
                self._untell(user_id, values | self._untold.get(user_id, {}))
        if not is_told:
            self._compare(user_id, _decoded(name, found.get(name)))

    def _untell(self, user_id: int, values: dict[str, object]) -> None:
        self._untold[user_id] = self._untold.get(user_id, {}) | values
        self._changed.set()


def _content(preferences: Preferences) -> Preferences:
    return msgspec.structs.replace(preferences, revision=0)


def _decoded(name: str, body: bytes | None) -> Preferences | None:
    """Return what a user has chosen; None when that makes no sense."""
    if body is None:
        return None
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        _log.error("Shared preferences of user %s are no such: %s", name, error)
        return None
