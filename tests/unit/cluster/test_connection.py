from pathlib import Path

import pytest
import redis

from coderbot.cluster.connection import Cluster, cluster_of
from coderbot.cluster.keys import Keys
from coderbot.cluster.seal import Sealer
from coderbot.config.load import load_settings
from coderbot.errors import ConfigError
from coderbot.redact import Secret
from tests.fakes.redis import needs_redis, redis_server

_KEY = "Zq3vN8xw2LkYtR7uB5mC1aPdE9sHfJ0gKQoWiXzV6nM"
_FLEET = "TELEGRAM_BOT_TOKENS=123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMcnqCoAh2s\nALLOWED_USER_IDS=1\n"


def _env(directory: Path, lines: str) -> Path:
    path = directory / ".env"
    path.write_text(_FLEET + lines)
    path.chmod(0o600)
    return path


def test_a_host_alone_has_no_cluster(tmp_path: Path) -> None:
    assert cluster_of(load_settings(_env(tmp_path, ""))) is None


@needs_redis
async def test_hosts_meet_in_redis(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        lines = f"CLUSTER_REDIS_URL={server.url}\nCLUSTER_KEY={_KEY}\nCLUSTER_HOST=here"
        cluster = cluster_of(load_settings(_env(tmp_path, lines)))
        assert cluster is not None
        assert cluster.host == "here"
        async with cluster.connect() as client:
            await client.set(cluster.keys.of("lease", "bot-0"), b"mine")
        assert server.client().get("{coderbot}:lease:bot-0") == b"mine"


async def test_an_absent_server_is_told_and_not_tried_again(tmp_path: Path) -> None:
    url = Secret(f"unix://{tmp_path}/nowhere")
    cluster = Cluster(url, Keys("coderbot"), Sealer(Secret(_KEY)), "here")
    async with cluster.connect() as client:
        with pytest.raises(redis.ConnectionError):
            await client.ping()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("CLUSTER_REDIS_URL=redis://r", "CLUSTER_REDIS_URL is set without CLUSTER_KEY"),
        ("CLUSTER_REDIS_URL=http://r", "CLUSTER_REDIS_URL: allowed: redis://"),
        ("CLUSTER_REDIS_URL=redis://:pw@", "CLUSTER_REDIS_URL: allowed: redis://"),
        (f"CLUSTER_KEY={'a' * 50}", "CLUSTER_KEY: is too weak"),
        ("CLUSTER_KEY=short", "coderbot cluster key"),
        ("BOT_REPLICAS=bot-0:2", "BOT_REPLICAS is set without CLUSTER_REDIS_URL"),
        ("BOT_REPLICAS=bot-0:0", "from 1 to 64"),
        ("BOT_REPLICAS=bot-0:2,bot-0:3", "each bot once"),
        ("CLUSTER_PIN=gpu", "allowed: bot:label"),
        ("CLUSTER_PIN=bot-3:", "allowed: bot:label"),
        ("CLUSTER_HOST=a b", "up to 63 letters"),
        ("CLUSTER_WEIGHT=-1", "allowed: a number"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, lines: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(_env(tmp_path, lines))
    assert told in str(caught.value)


def test_pins_and_labels_are_read(tmp_path: Path) -> None:
    lines = "CLUSTER_PIN=bot-3:gpu, bot-1:eu\nCLUSTER_LABELS= gpu,eu,gpu\n"
    settings = load_settings(_env(tmp_path, lines))
    assert settings.cluster_pin == (("bot-3", "gpu"), ("bot-1", "eu"))
    assert settings.cluster_labels == ("gpu", "eu")


def test_address_and_key_are_secrets(tmp_path: Path) -> None:
    lines = f"CLUSTER_REDIS_URL=redis://:hunter22@r\nCLUSTER_KEY={_KEY}"
    settings = load_settings(_env(tmp_path, lines))
    assert {Secret("redis://:hunter22@r"), Secret(_KEY)} <= set(settings.secrets)
    assert "hunter22" not in repr(settings)
