"""A running media service over a fake uploader."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coderbot.clock import Clock, SystemClock
from coderbot.paths import MediaDirs
from coderbot.worker.media.job import Job
from coderbot.worker.media.kinds import CLOUD_MAX_BYTES
from coderbot.worker.media.service import MediaService
from coderbot.worker.media.upload import Uploader

EventDetail = dict[str, str | int | float | bool | None]


@dataclass
class RunningMedia:
    """The service, its directories and what it told."""

    service: MediaService
    dirs: MediaDirs
    events: list[tuple[str, EventDetail]] = field(default_factory=list)
    failures: list[Job] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, name: str, content: bytes = b"content") -> Path:
        """Put a finished file there, as a rename does."""
        hidden = self.dirs.root / f".{name}"
        hidden.write_bytes(content)
        return hidden.rename(self.dirs.root / name)

    def told(self, kind: str, detail: EventDetail) -> None:
        """Take an event."""
        self.events.append((kind, detail))
        self._news.set()

    async def finished(self, count: int, timeout: float = 20) -> None:
        """Wait until `count` files were told as sent or failed, and explained."""
        async with asyncio.timeout(timeout):
            while len(self.events) < count:
                self._news.clear()
                await self._news.wait()
            while self.service.pending:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.005)

    async def finished_named(self, name: str, timeout: float = 20) -> None:
        """Wait until the file `name` was told as sent or failed."""
        async with asyncio.timeout(timeout):
            while name not in [detail["file"] for _, detail in self.events]:
                self._news.clear()
                await self._news.wait()

    def sent(self) -> dict[str, bytes]:
        """Return what lies in sent/."""
        return _content(self.dirs.sent)

    def failed(self) -> dict[str, bytes]:
        """Return what lies in failed/."""
        return _content(self.dirs.failed)

    def left(self) -> list[str]:
        """Return the names of the files that lie in the directory itself."""
        return sorted(p.name for p in self.dirs.root.iterdir() if not p.is_dir())


def _content(directory: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in directory.iterdir()}


@asynccontextmanager
async def running_media(
    place: Path,
    uploader: Uploader,
    recipients: tuple[int, ...] = (1,),
    clock: Clock | None = None,
    max_bytes: int = CLOUD_MAX_BYTES,
) -> AsyncIterator[RunningMedia]:
    """Run a service on `place/bot-0` with its journal in `place/state`."""
    dirs = MediaDirs.of(place, 0)
    dirs.make()
    running: list[RunningMedia] = []
    service = MediaService(
        dirs,
        recipients,
        uploader,
        place / "state" / "media-bot-0.json",
        clock or SystemClock(),
        lambda kind, detail: running[0].told(kind, detail),
        lambda job: running[0].failures.append(job),
        max_bytes,
    )
    running.append(RunningMedia(service, dirs))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(service.run())
        try:
            yield running[0]
        finally:
            task.cancel()
