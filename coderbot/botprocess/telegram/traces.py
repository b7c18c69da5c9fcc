"""What a worker has left standing in chats, kept for the run after it.

Buttons belong to one run: after it they lead nowhere. And notices that are to be
deleted would stay for ever if their worker died before.
"""

import asyncio
import logging
from collections import OrderedDict
from pathlib import Path

import msgspec

from coderbot.atomicfile import replace_file

_KEPT = 200
"""Messages remembered of each kind; of more, the oldest keep what they have."""

_log = logging.getLogger(__name__)

Place = tuple[int, int]
"""A chat and a message in it."""


class _File(msgspec.Struct):
    buttons: list[Place] = []
    fading: list[Place] = []


class Traces:
    """Remembers messages with buttons, and those that are soon to be deleted.

    Args:
        path: The file (mode 0600).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._buttons: OrderedDict[Place, None] = OrderedDict()
        self._fading: OrderedDict[Place, None] = OrderedDict()
        self._is_dirty = asyncio.Event()
        self._turn = asyncio.Lock()

    def take_over(self) -> tuple[list[Place], list[Place]]:
        """Return what an earlier run has left: with buttons, and to be deleted.

        It stays remembered until `forget` is called for it.
        """
        try:
            left = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return [], []
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("What an earlier run has left in chats is unknown: %s", error)
            return [], []
        self._buttons.update(dict.fromkeys(left.buttons))
        self._fading.update(dict.fromkeys(left.fading))
        return left.buttons, left.fading

    def has_buttons(self, chat: int, message: int) -> None:
        """Remember a message with buttons."""
        self._remember(self._buttons, (chat, message))

    def fades(self, chat: int, message: int) -> None:
        """Remember a message that is to be deleted."""
        self._remember(self._fading, (chat, message))

    def forget(self, chat: int, message: int) -> None:
        """Forget a message that has no buttons any more or is gone."""
        known = (chat, message) in self._buttons or (chat, message) in self._fading
        self._buttons.pop((chat, message), None)
        self._fading.pop((chat, message), None)
        if known:
            self._is_dirty.set()

    async def run(self) -> None:
        """Write down what changes, until cancelled."""
        while True:
            await self._is_dirty.wait()
            await self.flush()

    async def flush(self) -> None:
        """Return when all that has changed is written down, or could not be."""
        async with self._turn:
            if not self._is_dirty.is_set():
                return
            self._is_dirty.clear()
            state = _File(list(self._buttons), list(self._fading))
            data = msgspec.json.encode(state)
            try:
                await asyncio.to_thread(replace_file, self._path, data)
            except OSError as error:
                _log.warning("What stands in chats cannot be noted: %s", error)

    def _remember(self, kind: "OrderedDict[Place, None]", place: Place) -> None:
        if place in kind:
            return
        kind[place] = None
        if len(kind) > _KEPT:
            kind.popitem(last=False)
        self._is_dirty.set()
