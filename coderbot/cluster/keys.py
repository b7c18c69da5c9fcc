"""The names of keys in Redis (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Makes the names of one cluster's keys.

    All of them carry the prefix as a hash tag, so that scripts may touch several
    at once on a Redis Cluster too (Redis, "Cluster specification", hash tags).
    """

    prefix: str

    def of(self, *parts: str | int) -> str:
        """Return the name for what `parts` lead to: `{coderbot}:lease:bot-0`."""
        return ":".join((f"{{{self.prefix}}}", *map(str, parts)))
