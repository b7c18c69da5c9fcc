"""How several hosts share the bots; nothing of it matters to one alone."""

from dataclasses import dataclass
from functools import partial

from coderbot.config import parsers
from coderbot.config.variable import setting
from coderbot.redact import Secret

_cluster = partial(setting, "Several hosts")


@dataclass(frozen=True, kw_only=True)
class ClusterSettings:
    """The section Several hosts."""

    cluster_redis_url: Secret | None = _cluster(
        "CLUSTER_REDIS_URL",
        None,
        parsers.redis_url,
        "Redis or Valkey that the hosts share: redis://, rediss:// (TLS) or unix://; "
        "empty for one host alone.",
        unit="address",
        secret=True,
    )
    cluster_key: Secret | None = _cluster(
        "CLUSTER_KEY",
        None,
        parsers.cluster_key,
        "Key that all hosts share; what they leave in Redis is sealed with it. Make "
        "one with: coderbot cluster key",
        unit="43 characters or more",
        secret=True,
    )
    cluster_prefix: str = _cluster(
        "CLUSTER_PREFIX",
        "coderbot",
        parsers.cluster_name,
        "What the names of this cluster's keys in Redis begin with.",
        unit="name",
    )
    cluster_host: str = _cluster(
        "CLUSTER_HOST",
        "",
        parsers.cluster_name,
        "Name of this host among the others; default: its host name.",
        unit="name",
    )
    cluster_weight: float = _cluster(
        "CLUSTER_WEIGHT",
        1.0,
        parsers.number(0, 1_000),
        "Share of the bots that this host takes, beside the weights of others; 0 is none.",
        unit="ratio",
    )
    cluster_labels: tuple[str, ...] = _cluster(
        "CLUSTER_LABELS",
        (),
        parsers.cluster_labels,
        "What this host has, for CLUSTER_PIN.",
        unit="comma list of names",
    )
    cluster_pin: tuple[tuple[str, str], ...] = _cluster(
        "CLUSTER_PIN",
        (),
        parsers.cluster_pins,
        "Bots that may only run on hosts with a label, such as bot-3:gpu.",
        unit="comma list of bot:label",
    )
    bot_replicas: tuple[tuple[str, int], ...] = _cluster(
        "BOT_REPLICAS",
        (),
        parsers.replicas,
        "Workers that share the chats of one bot, such as bot-0:4.",
        unit="comma list of bot:count",
    )

    def replicas_of(self, bot: str) -> int:
        """Return how many workers share a bot; 0 when it has one of its own."""
        return dict(self.bot_replicas).get(bot, 0)
