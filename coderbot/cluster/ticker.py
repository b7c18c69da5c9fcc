"""Brings a tick to Redis: one call, which does all or nothing."""

import re
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from coderbot.cluster.away import ClusterError, told_when_away
from coderbot.cluster.keys import Keys
from coderbot.cluster.lease import NO_MARKS, Lease, Mark, Marks, letters_of, read_lease
from coderbot.cluster.session import Beat, Session

_SCRIPT = Path(__file__).with_name("tick.lua").read_text("utf-8")
_ENTRY = re.compile(r"(\S+) ([0-9]{1,16}) (\S*)")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a host asks of Redis; the script reads the same names."""

    host: str
    run: str
    beat: int
    joins: bool
    """It takes the host's name, whoever had it before."""
    leaves: bool
    marker: str
    """The memory of Redis that the host knows; empty before the first tick."""
    version: int
    """Of the leases that it knows."""
    fresh: str
    """Marker for a Redis that has forgotten everything."""
    floor: int
    """The highest fence that it has seen."""
    settles: str
    """Marker that was there for the life of a lease, so that leases may be taken."""
    holds: list[tuple[str, int, str]]
    takes: list[tuple[str, str, str, int, str]]
    gives: list[tuple[str, str, str, str]]
    forgets: list[tuple[str, str]]
    """Hosts that are long dead, and what their entries begin with."""

    @staticmethod
    def hold(key: str, fence: int, marks: Marks) -> tuple[str, int, str]:
        """Return a lease that is kept."""
        return key, fence, letters_of(marks)

    @staticmethod
    def take(
        key: str, lease: Lease | None, beat: int
    ) -> tuple[str, str, str, int, str]:
        """Return a lease that is taken, as it was seen, with its holder's last beat.

        That it is kept where it is ends with its holder; that it is off does not.
        """
        if lease is None:
            return key, "", "", beat, letters_of(NO_MARKS)
        marks = lease.marks - {Mark.KEPT}
        return key, lease.record, lease.holder.run, beat, letters_of(marks)

    @staticmethod
    def give(key: str, to: Session | None, marks: Marks) -> tuple[str, str, str, str]:
        """Return a lease that is given away."""
        host, run = to or ("", "")
        return key, host, run, letters_of(marks)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What Redis says to that."""

    usurped: bool
    """Another run of a supervisor has taken the host's name."""
    marker: str = ""
    settled: bool = False
    version: int = 0
    members: list[str] = []
    """Names and entries by turns."""
    leases: list[str] | None = None
    """Keys and records by turns; None: as they were."""

    def entries(self) -> list[tuple[Beat, bytes]]:
        """Return the beats and sealed entries of all hosts."""
        found = []
        for host, entry in zip(self.members[::2], self.members[1::2], strict=True):
            match = _ENTRY.fullmatch(entry)
            if match is not None:
                beat = Beat(host, match[1], int(match[2]))
                found.append((beat, match[3].encode()))
        return found

    def lease_map(self) -> dict[str, Lease] | None:
        """Return all leases by key; None: as they were."""
        if self.leases is None:
            return None
        pairs = zip(self.leases[::2], self.leases[1::2], strict=True)
        read = ((key, read_lease(record)) for key, record in pairs)
        return {key: lease for key, lease in read if lease is not None}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Answer)


class Ticker:
    """Runs the script.

    Args:
        client: To Redis.
        keys: Of the cluster.
    """

    def __init__(self, client: Redis, keys: Keys) -> None:
        self._client = client
        self._script = client.register_script(_SCRIPT)
        self._keys = [keys.of(name) for name in ("state", "members", "leases")]
        self._channel = keys.of("wake")

    async def tick(self, ask: Ask, entry: bytes) -> Answer:
        """Return what Redis says.

        Raises:
            ClusterError: When it says nothing, or what cannot be read.
        """
        arguments: list[bytes | str] = [_encoder.encode(ask), entry, self._channel]
        try:
            with told_when_away():
                return _decoder.decode(await self._script(self._keys, arguments))
        except ClusterError:
            # Perhaps another server has its address by now.
            await self._client.connection_pool.disconnect(inuse_connections=False)
            raise
        except msgspec.MsgspecError as error:
            raise ClusterError(f"What Redis says cannot be read: {error}") from None

    async def beat_of(self, host: str) -> Beat | None:
        """Return the last beat of a host; None when it has none.

        Raises:
            ClusterError: When Redis says nothing.
        """
        with told_when_away():
            entry = await self._client.hget(self._keys[1], host)
        text = entry.decode("ascii", "replace") if isinstance(entry, bytes) else ""
        match = _ENTRY.fullmatch(text)
        return None if match is None else Beat(host, match[1], int(match[2]))
