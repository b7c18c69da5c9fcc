"""Hosts of a cluster as far as Redis sees them, each with a clock of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from coderbot.cluster.connection import Cluster
from coderbot.cluster.keys import Keys
from coderbot.cluster.membership import Membership, Timing, Wish
from coderbot.cluster.seal import Sealer
from coderbot.cluster.ticker import Ticker
from coderbot.redact import Secret
from tests.fakes.clock import FakeClock
from tests.fakes.redis import RedisServer

KEY = "Zq3vN8xw2LkYtR7uB5mC1aPdE9sHfJ0gKQoWiXzV6nM"
"""Shared by the hosts of tests."""


def cluster(url: str, host: str, key: str = KEY) -> Cluster:
    return Cluster(Secret(url), Keys("coderbot"), Sealer(Secret(key)), host)


class Peer(Membership):
    """A host that beats when a test says so."""

    clock: FakeClock

    async def beats(
        self, *takes: str, wish: Wish | None = None, after_s: float = 0.0
    ) -> None:
        """Let time pass, keep all that it has, and take more."""
        while after_s > 4:
            # It listens meanwhile.
            await self.beats(after_s=4)
            after_s -= 4
        await self.clock.advance(after_s)
        holds = {key: lease.marks for key, lease in self.held().items()}
        await self.tick(wish or Wish(holds=holds, takes=takes))


MakePeer = Callable[..., Peer]


@asynccontextmanager
async def peers(server: RedisServer) -> AsyncIterator[MakePeer]:
    """Return what makes hosts; they share one clock unless they are given another."""
    shared = FakeClock()
    async with AsyncExitStack() as stack:

        def make(
            host: str, *, key: str = KEY, clock: FakeClock = shared, **options: object
        ) -> Peer:
            mine = cluster(server.url, host, key)
            client = mine.connect()
            stack.push_async_callback(client.aclose)
            ticker = Ticker(client, mine.keys)
            peer = Peer(mine, ticker, clock, Timing(), **options)  # type: ignore[arg-type]
            peer.clock = clock
            return peer

        yield make
