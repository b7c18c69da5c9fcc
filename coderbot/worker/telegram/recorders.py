"""Recordings of terminals: begun, ended, sent, and found again after a crash."""

import asyncio
import logging
import re
import secrets
from pathlib import Path

from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.clock import Clock
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.masking.pieces import mask_in_pieces
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.place import Place
from coderbot.worker.terminal.recording import MAX_S, Recording, masked
from coderbot.worker.terminal.session import TerminalSession

_LOOK_S = 1.0
"""How soon it is noticed that a recording has ended by itself, in seconds."""

_log = logging.getLogger(__name__)


class Recorders:
    """Records terminals into the state directory; what is sent is masked and deleted.

    Args:
        directory: Where recordings lie until they are sent.
        bot: Id of the bot: `bot-0`.
        outbox: Sends them.
        tasks: Owner of those that go on.
        clock: For times.
        mask: Takes secrets out; None leaves them.
    """

    def __init__(
        self,
        directory: Path,
        bot: str,
        outbox: Outbox,
        tasks: Tasks,
        clock: Clock,
        mask: SecretMask | None,
    ) -> None:
        self._directory = directory
        self._bot = bot
        self._outbox = outbox
        self._tasks = tasks
        self._clock = clock
        self._mask = mask
        self._stops: dict[TerminalSession, asyncio.Event] = {}

    def start(self, place: Place) -> None:
        """Begin to record a terminal.

        Raises:
            OSError: When no file can be made.
        """
        screen = place.session.screen()
        where = f"{place.user_id}-{place.thread or 0}-{place.name}"
        name = f"recording-{self._bot}-{where}-{secrets.token_hex(4)}.cast"
        recording = Recording(
            self._directory / name, screen.columns, screen.rows, self._clock
        )
        place.session.recording = recording
        stop = self._stops[place.session] = asyncio.Event()
        self._tasks.spawn(self._attend(place, recording, stop), f"recording {name}")

    def stop(self, place: Place) -> bool:
        """End the recording of a terminal; returns False when there is none."""
        stop = self._stops.get(place.session)
        if stop is not None:
            stop.set()
        return stop is not None

    async def send_left(self) -> None:
        """Send what an earlier run has left behind."""
        pattern = (
            rf"recording-{self._bot}-(\d+)-(\d+)-([a-z0-9_-]+)-[0-9a-f]{{8}}\.cast"
        )
        for path in sorted(self._directory.glob(f"recording-{self._bot}-*.cast")):
            if found := re.fullmatch(pattern, path.name):
                thread = int(found[2]) or None
                await self._send(path, int(found[1]), thread, found[3])

    async def _attend(
        self, place: Place, recording: Recording, stop: asyncio.Event
    ) -> None:
        """Wait for the end of a recording, whatever brings it, and send it."""
        try:
            async with asyncio.TaskGroup() as group:
                ends = (
                    group.create_task(stop.wait()),
                    group.create_task(place.session.wait_closed()),
                    group.create_task(self._until_full(recording)),
                )
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for end in ends:
                    end.cancel()
        finally:
            place.session.recording = None
            self._stops.pop(place.session, None)
            recording.close()
        await self._send(recording.path, place.user_id, place.thread, place.name)

    async def _until_full(self, recording: Recording) -> None:
        while not recording.is_full and recording.seconds < MAX_S:
            await self._clock.sleep(_LOOK_S)

    async def _send(
        self, path: Path, user_id: int, thread: int | None, name: str
    ) -> None:
        try:
            content = await asyncio.to_thread(self._read, path)
        except OSError as error:
            _log.warning("A recording cannot be read: %s", error)
            return
        sent = await self._outbox.document(
            user_id, content, f"{name}.cast", caption=texts.RECORDED, thread=thread
        )
        # What could not be sent is tried again by the next run.
        if sent is not None:
            path.unlink(missing_ok=True)

    def _read(self, path: Path) -> bytes:
        text = path.read_text("utf-8", errors="replace")
        return masked(text, self._clean).encode()

    def _clean(self, output: str) -> str:
        return mask_in_pieces(output, self._mask.text) if self._mask else output
