"""Streams of sealed entries: one for each of the workers that share a bot."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from redis import ResponseError
from redis.asyncio import Redis

from coderbot.cluster.away import ClusterError, told_when_away
from coderbot.cluster.seal import SealBrokenError, Sealer
from coderbot.errors import CoderBotError

MAX_BACKLOG = 10_000
"""Entries that may wait in one stream; no more are written until some are done."""
BLOCK_S = 1.5
"""How long a read waits for an entry; less than a call may take (`ANSWER_S`)."""
_GROUP = "workers"
_PAGE = 256
"""Entries that are claimed with one command."""

_BEGIN = """
local clock = redis.call('TIME')
local fence = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
fence = math.max(fence, tonumber(redis.call('GET', KEYS[1]) or 0) + 1)
for i = 2, #KEYS do
  local info = redis.pcall('XINFO', 'STREAM', KEYS[i])
  for j = 1, info.err and 0 or #info, 2 do
    if info[j] == 'last-generated-id' then
      fence = math.max(fence, tonumber(string.match(info[j + 1], '^%d+')) + 1)
    end
  end
end
redis.call('SET', KEYS[1], string.format('%.0f', fence))
return string.format('%.0f', fence)
"""
"""Returns a fence above all that were given: by the time of the server, so that it
grows even when Redis was emptied, though a clock may have gone back."""

_WRITE = """
for i = 1, #KEYS do
  if redis.call('XLEN', KEYS[i]) >= tonumber(ARGV[1]) then return 0 end
end
for i = 2, #ARGV, 3 do
  local added = redis.pcall('XADD', KEYS[tonumber(ARGV[i])], ARGV[i + 1], 'e', ARGV[i + 2])
  if type(added) == 'table' and added.err then return -1 end
end
return 1
"""
"""Adds all entries, or none when a stream is full."""

_DONE = """
redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
redis.call('XDEL', KEYS[1], unpack(ARGV, 2))
"""
"""Removes entries, as done and at all: a stream is as long as what waits in it."""

_log = logging.getLogger(__name__)


class SupersededError(CoderBotError):
    """Raised for a writer when another one has begun after it."""

    def __init__(self) -> None:
        super().__init__("Another receiver writes to the streams of this bot")


class Entry(NamedTuple):
    """What lies in a stream."""

    id: str
    body: bytes


class StreamWriter:
    """Writes to the streams of a bot; of several writers only the latest can.

    The id of an entry is the fence of its writer and a growing number, and each is
    sealed for its stream and id: nobody else can make one, and none can be put
    anywhere a second time.

    Args:
        redis: The client.
        sealer: With the key of the cluster.
        fence: Key of the last fence.
        streams: Keys of the streams.
    """

    def __init__(
        self, redis: Redis, sealer: Sealer, fence: str, streams: Sequence[str]
    ) -> None:
        self._sealer = sealer
        self._fence_key = fence
        self._streams = list(streams)
        self._fence = ""
        self._number = 0
        self._begin = redis.register_script(_BEGIN)
        self._write = redis.register_script(_WRITE)

    async def begin(self) -> None:
        """Let no earlier writer write any more.

        Raises:
            ClusterError: When Redis does not answer.
        """
        with told_when_away():
            fence = await self._begin(keys=[self._fence_key, *self._streams])
        self._fence = bytes(fence).decode()

    async def write(self, entries: Sequence[tuple[int, bytes]]) -> bool:
        """Write entries; returns False, and writes none, when a stream is full.

        Args:
            entries: Numbers of streams, and what to write there.

        Raises:
            ClusterError: When Redis does not answer; some may have been written.
            SupersededError: When another writer has begun.
        """
        used = sorted({slot for slot, _ in entries})
        place = {slot: number for number, slot in enumerate(used, 1)}
        arguments: list[str | int | bytes] = [MAX_BACKLOG]
        for slot, body in entries:
            self._number += 1
            number = f"{self._fence}-{self._number}"
            sealed = self._sealer.seal(f"{self._streams[slot]} {number}", body)
            arguments += [place[slot], number, sealed]
        keys = [self._streams[slot] for slot in used]
        with told_when_away():
            done = await self._write(keys=keys, args=arguments)
        if done < 0:
            raise SupersededError
        return bool(done)


class StreamReader:
    """Reads one stream, as the one worker that it is for.

    What was read stays in Redis until it is done; a successor gets what its
    predecessor has left.

    Args:
        redis: The client.
        sealer: With the key of the cluster.
        stream: Key of the stream.
        name: Of this reader; no other has it.
    """

    def __init__(self, redis: Redis, sealer: Sealer, stream: str, name: str) -> None:
        self._redis = redis
        self._sealer = sealer
        self._stream = stream
        self._name = name
        self._highest = (0, 0)
        """Of all that was returned; what was read and lies above it never came."""
        self._may_miss = False
        """Whether an answer may have been lost on its way."""
        self._done = redis.register_script(_DONE)

    async def waits(self) -> bool:
        """Tell whether anything lies in the stream.

        Raises:
            ClusterError: When Redis does not answer.
        """
        with told_when_away():
            return bool(await self._redis.xlen(self._stream))

    async def take_over(self) -> list[Entry]:
        """Return what was read by predecessors and is not done, the oldest first.

        Raises:
            ClusterError: When Redis does not answer.
        """
        found: list[_Raw] = []
        start = b"0-0"
        with told_when_away():
            await self._make_group()
            while True:
                page = await self._redis.xautoclaim(
                    self._stream, _GROUP, self._name, 0, start, count=_PAGE
                )
                start, claimed = page[0], page[1]
                found += _raws(claimed)
                if start == b"0-0":
                    break
            await self._forget_others()
        return await self._opened(found)

    async def read(self, count: int) -> list[Entry]:
        """Return the next entries, `count` at most; none when none comes.

        Raises:
            ClusterError: When Redis does not answer.
        """
        found: list[_Raw] = []
        if self._may_miss:
            fence, number = self._highest
            found = await self._read(f"{fence}-{number}", count)
            self._may_miss = bool(found)
        return await self._opened(found or await self._read(">", count))

    async def done(self, ids: Sequence[str]) -> None:
        """Remove entries.

        Raises:
            ClusterError: When Redis does not answer; they may have been removed.
        """
        with told_when_away():
            await self._done(keys=[self._stream], args=[_GROUP, *ids])

    async def _read(self, after: str, count: int) -> list["_Raw"]:
        """Return what comes next; or of what was read before, what lies above `after`."""
        missed, self._may_miss = self._may_miss, True
        with told_when_away():
            try:
                answer = await self._redis.xreadgroup(
                    _GROUP,
                    self._name,
                    {self._stream: after},
                    count=count,
                    block=int(BLOCK_S * 1_000),
                )
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                # Redis was emptied.
                await self._make_group()
                answer = None
        self._may_miss = missed
        return list(_raws(answer))

    async def _make_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._stream, _GROUP, "0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _forget_others(self) -> None:
        """Take predecessors from the group; all that they had is ours by now."""
        for each in await self._redis.xinfo_consumers(self._stream, _GROUP):
            name = bytes(each["name"]).decode(errors="replace")
            if name != self._name and not each["pending"]:
                await self._redis.xgroup_delconsumer(self._stream, _GROUP, each["name"])

    async def _opened(self, found: Sequence["_Raw"]) -> list[Entry]:
        """Return what is true of what was found; the rest is told and removed."""
        good, bad = [], []
        for raw in found:
            try:
                good.append(self._open(raw))
            except SealBrokenError as error:
                _log.error("%s; it is ignored", error)
                bad.append(raw.id)
        if bad:
            # What is good has been read, and does not come a second time.
            with suppress(ClusterError):
                await self.done(bad)
        return good

    def _open(self, raw: "_Raw") -> Entry:
        """Return an entry.

        Raises:
            SealBrokenError: When it was forged, or was here before.
        """
        place = f"{self._stream} {raw.id}"
        body = self._sealer.open(place, raw.sealed)
        number = _number(raw.id)
        if number <= self._highest:
            raise SealBrokenError(f"What lies at {place} was there before")
        self._highest = number
        return Entry(raw.id, body)


class _Raw(NamedTuple):
    id: str
    sealed: bytes


def _raws(answer: object) -> Iterator[_Raw]:
    """Yield the entries in an answer; how they are wrapped differs by protocol."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if not isinstance(answer, list | tuple):
        return
    if len(answer) == 2 and isinstance(answer[0], bytes):
        number, fields = answer
        if isinstance(fields, dict):
            yield _Raw(number.decode(), fields.get(b"e", b""))
            return
    for each in answer:
        yield from _raws(each)


def _number(entry: str) -> tuple[int, int]:
    fence, _, number = entry.partition("-")
    return int(fence), int(number)
