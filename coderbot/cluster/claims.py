"""What only one of several processes may do, and only once."""

import hashlib
import secrets
from collections.abc import Sequence

from redis.asyncio import Redis

from coderbot.cluster.away import told_when_away

KEPT_S = 48 * 3_600
"""How long a claim is known, in seconds; Telegram keeps an update for 24 hours."""

_TAKE = """
local taken = {}
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'EX', ARGV[2]) then
    taken[i] = 1
  else
    taken[i] = redis.call('GET', key) == ARGV[1] and 1 or 0
  end
end
return taken
"""
"""Takes what is free; what this process has taken before stays its own.

So a call whose answer was lost can be made again.
"""


class Claims:
    """Who comes first has it, until `KEPT_S` after that.

    Args:
        redis: The client.
        prefix: What the keys begin with.
    """

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._prefix = prefix
        self._who = secrets.token_hex(8)
        self._take = redis.register_script(_TAKE)

    async def take(self, names: Sequence[str]) -> list[bool]:
        """Claim each of `names`; returns which of them are ours.

        Raises:
            ClusterError: When Redis does not answer; some may have been taken.
        """
        keys = [self._key(name) for name in names]
        with told_when_away():
            taken = await self._take(keys=keys, args=[self._who, KEPT_S])
        return [bool(each) for each in taken]

    def _key(self, name: str) -> str:
        digest = hashlib.blake2b(name.encode(), digest_size=12).hexdigest()
        return f"{self._prefix}:{digest}"
