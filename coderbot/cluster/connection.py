"""The connection with the Redis that the hosts share."""

import socket
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from coderbot.cluster.cancelling import keep_cancellations
from coderbot.cluster.keys import Keys
from coderbot.cluster.seal import Sealer
from coderbot.config.settings import Settings
from coderbot.redact import Secret

ANSWER_S = 3.0
"""How long a call may take, in seconds; five times that is the life of a lease."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What one process knows of the cluster that it belongs to."""

    url: Secret
    keys: Keys
    sealer: Sealer
    host: str
    """Name of this host among the others."""

    def connect(self, answer_s: float = ANSWER_S) -> Redis:
        """Return a client; nothing is sent before the first call.

        Calls raise `redis.RedisError` in time, and are not repeated: who renews a
        lease must know when an attempt was made.

        Args:
            answer_s: How long a call may take, in seconds.
        """
        client = Redis.from_url(
            self.url.reveal(),
            socket_timeout=answer_s,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),
            client_name=f"coderbot@{self.host}",
        )
        keep_cancellations(client.connection_pool)
        return client


def cluster_of(settings: Settings) -> Cluster | None:
    """Return the cluster that the settings name; None for a host alone."""
    url, key = settings.cluster_redis_url, settings.cluster_key
    if url is None or key is None:
        return None
    host = settings.cluster_host or socket.gethostname()
    return Cluster(url, Keys(settings.cluster_prefix), Sealer(key), host)
