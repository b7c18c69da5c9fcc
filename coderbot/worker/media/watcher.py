"""Tells of each file in a directory once nobody writes it any more."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch

from coderbot.botprocess.waits import wait_event
from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.taskgroup import innermost
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.filesystems import is_shared
from coderbot.worker.media.names import shown
from coderbot.worker.media.scan import Look, look_at
from coderbot.worker.media.settling import Settling

_log = logging.getLogger(__name__)

_EVENT_STEP_MS = 25
"""How often the event thread looks for events: 0.4% of a core at 25 ms."""
_EVENT_GROUP_MS = 100
"""Events are grouped for no longer than this, in milliseconds."""
_ROOT_CHECK_MS = 1_000
"""How often it is made sure that the directory is still the watched one."""
_BACKSTOP_S = 2.0
"""How often to look without any event: network shares may not make them."""
_POLL_S = 0.3
"""How often to look where there are no events at all."""
_EVENTS_RETRY_S = 30.0
_RELISTEN_S = 0.05
_REMAKE_S = 1.0
"""A directory that is gone for so long is made again."""
_MIN_LOOK_GAP_S = 0.01
_LOOK_SHARE = 8.0
"""A pause after a look is so many times as long as the look was."""
_MAX_ODD = 1_000
"""Names remembered as already logged."""


class Watcher:
    """Watches the top level of a bot's directory, and the folders of its users.

    Events only wake it; what there is to do is seen by looking, so that none is
    lost with an event: files that were there before, lost events, systems
    without events and a directory that was made anew are all the same to it.

    Args:
        dirs: Directories of the bot.
        users: Who have a folder of their own, which is made anew with the rest.
        clock: Measures how long a file has been quiet.
        on_ready: Called with each finished file, in order of completion.
    """

    def __init__(
        self,
        dirs: MediaDirs,
        users: Sequence[int],
        clock: Clock,
        on_ready: Callable[[FileId], None],
    ) -> None:
        self._users = users
        self._dirs = dirs
        self._root = dirs.root
        self._reserved = frozenset(
            {dirs.sent.name, dirs.received.name, dirs.failed.name, "audio"}
        )
        self._clock = clock
        self._on_ready = on_ready
        self._settling = Settling()
        self._wake = asyncio.Event()
        self._has_events = False
        self._is_shared = False
        self._folders: set[str] = set()
        self._other_folders = asyncio.Event()
        self._events_complained = False
        self._gone_since_s: float | None = None
        self._unseen = 0
        self._odd: set[tuple[str, int]] = set()

    @property
    def waiting(self) -> int:
        """Number of files seen that are not finished."""
        return self._settling.waiting + self._unseen

    @property
    def names(self) -> list[str]:
        """Names of these files."""
        return self._settling.names

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(), name="media-events")
            group.create_task(self._look_for_ever(), name="media-look")

    def forget(self, file: FileId) -> None:
        """Forget a file that was put away: if it comes back it is a new one."""
        self._settling.forget(file)

    async def _look_for_ever(self) -> None:
        while True:
            self._wake.clear()
            began_s = self._clock.monotonic()
            await self._look_once()
            ended_s = self._clock.monotonic()
            polls = self._is_shared or not self._has_events
            wait_s = self._settling.next_look_s(
                ended_s, _POLL_S if polls else _BACKSTOP_S
            )
            # Neither a file in the act of being written nor a directory that
            # takes long to look at must make this spin.
            share = 0 if self._unseen else _LOOK_SHARE
            gap_s = max(_MIN_LOOK_GAP_S, (ended_s - began_s) * share)
            await self._clock.sleep(gap_s)
            await wait_event(self._wake, self._clock, wait_s - gap_s)

    async def _look_once(self) -> None:
        now_s = self._clock.monotonic()
        try:
            look = await asyncio.to_thread(
                look_at,
                self._root,
                self._reserved,
                self._settling.is_told,
                self._clock.now().timestamp(),
                self._is_shared,
            )
        except OSError as error:
            self._root_is_gone(error)
            return
        self._gone_since_s = None
        if look.folders != self._folders:
            self._folders = look.folders
            self._other_folders.set()
        self._log_odd(look)
        self._unseen = look.unseen
        if look.unseen:
            self._wake.set()
        self._settling.forget_absent(look.present)
        for file in self._settling.observe(look.sightings, now_s):
            self._on_ready(file)

    def _root_is_gone(self, error: OSError) -> None:
        """Make the directory again, but leave whoever replaces it time to do so."""
        now_s = self._clock.monotonic()
        self._settling.forget_absent(set())
        self._settling.observe({}, now_s)
        if self._gone_since_s is None:
            _log.warning("Cannot look for files to send: %s", error)
            self._gone_since_s = now_s
        if now_s - self._gone_since_s < _REMAKE_S:
            return
        self._gone_since_s = now_s
        try:
            self._dirs.make(self._users)
        except OSError as again:
            _log.warning("Cannot make the media directories: %s", again)
        else:
            _log.info("Made the media directories again")

    def _log_odd(self, look: Look) -> None:
        for name, _ in sorted(look.odd - self._odd):
            _log.warning("%s is no regular file and is not sent", shown(name))
        if len(look.odd) <= _MAX_ODD:
            self._odd = look.odd

    async def _listen(self) -> None:
        """Set the wake-up call at every event, for as long as there are events."""
        while True:
            try:
                await self._listen_to_root()
            except FileNotFoundError:
                self._has_events = False
                await self._clock.sleep(_POLL_S)
            except (OSError, RuntimeError, ExceptionGroup) as error:
                # The library wraps errors in groups.
                await self._recover(innermost(error))

    async def _recover(self, error: BaseException) -> None:
        if "decode" in str(error):
            # An event of a file whose name is no text: it is lost together
            # with those beside it, but it is known that there was one.
            await self._clock.sleep(_RELISTEN_S)
            return
        self._has_events = False
        self._complain(error)
        await self._clock.sleep(_EVENTS_RETRY_S)

    async def _listen_to_root(self) -> None:
        """Listen until the directory is another one, or has other folders."""
        self._other_folders.clear()
        places = [self._root, *(self._root / each for each in self._folders)]
        watched = _identities(places)
        self._is_shared = is_shared(self._root)
        changes = awatch(
            *(place for place in places if place in watched),
            watch_filter=None,
            debounce=_EVENT_GROUP_MS,
            step=_EVENT_STEP_MS,
            rust_timeout=_ROOT_CHECK_MS,
            yield_on_timeout=True,
            recursive=False,
            stop_event=self._other_folders,
        )
        # Watching begins before the next task runs, so nothing is missed by
        # the look that this asks for.
        self._has_events = True
        self._wake.set()
        async with aclosing(changes):
            async for batch in changes:
                if batch:
                    self._wake.set()
                if _identities(places) != watched:
                    break
        self._wake.set()

    def _complain(self, error: BaseException) -> None:
        if not self._events_complained:
            _log.warning("No file events here (%s): looking by the clock", error)
            self._events_complained = True


def _identities(places: list[Path]) -> dict[Path, tuple[int, int]]:
    """Return which directories stand at `places`: the first of them must be there.

    Raises:
        FileNotFoundError: When it is not.
    """
    found = {places[0]: _identity(places[0].stat())}
    for place in places[1:]:
        with contextlib.suppress(OSError):
            found[place] = _identity(place.stat(follow_symlinks=False))
    return found


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
