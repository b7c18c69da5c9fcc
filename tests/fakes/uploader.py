"""An uploader that answers by a script and remembers what it was given."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coderbot.worker.media.kinds import MediaKind
from coderbot.worker.media.upload import Parcel


@dataclass(frozen=True)
class Upload:
    """One upload that succeeded."""

    chat: int
    name: str
    kind: MediaKind
    content: bytes
    caption: str


class FakeUploader:
    """Stands for Telegram; each upload first plays the next answer, if any.

    An answer is an error to raise, an event to wait for, or a function to call.
    """

    def __init__(self) -> None:
        self.done: list[Upload] = []
        self.tries: list[tuple[int, str]] = []
        self.albums: list[tuple[str, ...]] = []
        """Names of each call, in order."""
        self.pauses: dict[int, float] = {}
        self.running = 0
        self.most_running = 0
        self._script: dict[
            tuple[int | None, str | None],
            deque[Exception | asyncio.Event | Callable[[], object] | None],
        ] = defaultdict(deque)
        self._news = asyncio.Event()

    def plan(
        self,
        *answers: "Exception | asyncio.Event | Callable[[], object] | None",
        chat: int | None = None,
        name: str | None = None,
    ) -> None:
        """Set the answers of the next uploads to `chat` of the file `name`."""
        self._script[chat, name].extend(answers)

    def pause_s(self, chat_id: int) -> float:
        """Return what `pauses` says of the chat."""
        return self.pauses.get(chat_id, 0.0)

    async def upload(self, chat_id: int, parcels: Sequence[Parcel]) -> None:
        """Play one upload; an album plays the answers of all its files first."""
        self.albums.append(tuple(each.name for each in parcels))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for each in parcels:
                self.tries.append((chat_id, each.name))
                self._news.set()
                await self._play(chat_id, each.name)
            for each in parcels:
                content = (each.root / each.name).read_bytes()
                self.done.append(
                    Upload(chat_id, each.name, each.kind, content, each.caption)
                )
            self._news.set()
        finally:
            self.running -= 1

    async def until(self, condition: Callable[[], bool], timeout: float = 20) -> None:
        """Wait until `condition` holds; it is looked at with every upload."""
        async with asyncio.timeout(timeout):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def names(self, chat: int | None = None) -> list[str]:
        """Return the names of the files that arrived, in order."""
        return [one.name for one in self.done if chat in (None, one.chat)]

    async def _play(self, chat: int, name: str) -> None:
        for key in ((chat, name), (chat, None), (None, name), (None, None)):
            if self._script[key]:
                answer = self._script[key].popleft()
                break
        else:
            return
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, asyncio.Event):
            await answer.wait()
        elif answer is not None:
            answer()
