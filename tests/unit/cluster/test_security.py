"""Redis as it should be set up: a user with few rights, TLS, and nothing to read."""

import asyncio
import datetime
import ipaddress
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis.exceptions import NoPermissionError

from coderbot.clock import SystemClock
from coderbot.cluster.away import ClusterError
from coderbot.cluster.mailbox import MAILBOX_ANSWER_S, Mailbox, Post
from coderbot.cluster.membership import Membership, Timing, Wish
from coderbot.cluster.ticker import Ticker
from coderbot.cluster.wake import listen_for_wakes
from tests.fakes.cluster import KEY, cluster
from tests.fakes.redis import RedisServer, needs_redis, redis_server

pytestmark = needs_redis

_DOCS = Path(__file__).parents[3] / "docs" / "cluster.md"
_TIMING = Timing(life_s=0.3, tick_s=0.1)


def _rule(password: str) -> list[str]:
    """Return the ACL rule that the documentation gives."""
    found = re.search(r"```acl\nuser (.*)\n```", _DOCS.read_text("utf-8"))
    assert found is not None
    return found[1].replace("PASSWORD", password).split()


def _command(server: RedisServer, *words: str) -> None:
    client: Any = server.client()
    client.execute_command(*words)


async def _lives(url: str) -> None:
    """Do all that a host does: join, wait, take, be woken, ask and answer, leave."""
    here, woken = cluster(url, "here"), asyncio.Event()
    async with (
        here.connect(MAILBOX_ANSWER_S) as client,
        asyncio.TaskGroup() as group,
    ):
        wakes = group.create_task(
            listen_for_wakes(client, here.keys, "here", woken.set, SystemClock())
        )
        ticker = Ticker(client, here.keys)
        member = Membership(here, ticker, SystemClock(), _TIMING)
        await member.join()
        async with asyncio.timeout(20):
            while not member.held():
                await member.tick(Wish(takes=["key"]))
                await asyncio.sleep(0.05)
            while not woken.is_set():
                await client.publish(here.keys.of("wake"), "here")
                await asyncio.sleep(0.05)
        mailbox = Mailbox(client, here, member.session, SystemClock())

        async def serve(body: bytes, post: Post) -> None:
            await post(body[::-1])

        async with mailbox.opened(serve):
            assert await mailbox.ask(member.session, b"abc", 10) == [b"cba"]
        await member.tick(Wish(leaves=True))
        wakes.cancel()


async def test_a_user_with_few_rights_is_enough(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        _command(server, "ACL", "SETUSER", *_rule("secret-of-redis"))
        _command(server, "ACL", "SETUSER", "default", "off")
        await _lives(f"unix://coderbot:secret-of-redis@{server.socket}")
        async with cluster(
            f"unix://coderbot:secret-of-redis@{server.socket}", "here"
        ).connect() as connected:
            client: Any = connected
            for forbidden in (
                ("FLUSHALL",),
                ("CONFIG", "GET", "*"),
                ("KEYS", "*"),
                ("GET", "{other}:key"),
                ("PUBLISH", "{other}:wake", "here"),
            ):
                with pytest.raises(NoPermissionError):
                    await client.execute_command(*forbidden)


async def test_a_wrong_password_is_told_without_it(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        _command(server, "ACL", "SETUSER", *_rule("right"))
        here = cluster(f"unix://coderbot:hunter22@{server.socket}", "here")
        async with here.connect() as client:
            member = Membership(here, Ticker(client, here.keys), SystemClock(), _TIMING)
            with pytest.raises(
                ClusterError, match="invalid username-password"
            ) as caught:
                await member.tick(Wish())
        assert "hunter22" not in str(caught.value)


async def test_with_tls_only_the_right_server_is_talked_to(tmp_path: Path) -> None:
    authority, stranger = tmp_path / "ca.pem", tmp_path / "stranger.pem"
    _make_certificates(tmp_path, authority)
    _make_certificates(tmp_path / "other", stranger)
    port = _free_port()
    server = RedisServer(
        tmp_path,
        arguments=(
            *("--tls-port", str(port), "--tls-auth-clients", "no"),
            *("--tls-cert-file", str(tmp_path / "server.pem")),
            *("--tls-key-file", str(tmp_path / "server.key")),
            *("--tls-ca-cert-file", str(authority)),
        ),
    )
    server.start()
    try:
        await _lives(f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}")
        for url in (
            f"rediss://127.0.0.1:{port}",
            f"rediss://127.0.0.1:{port}?ssl_ca_certs={stranger}",
            # The certificate is of the address alone.
            f"rediss://localhost:{port}?ssl_ca_certs={authority}",
        ):
            there = cluster(url, "here")
            async with there.connect() as client:
                with pytest.raises(ClusterError, match="certificate verify failed"):
                    await Ticker(client, there.keys).beat_of("here")
    finally:
        server.stop()


async def test_nothing_in_redis_says_more_than_who_runs_what(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        here = cluster(server.url, "here")
        async with here.connect() as client:
            member = Membership(
                here,
                Ticker(client, here.keys),
                SystemClock(),
                _TIMING,
                labels=("label-of-host",),
            )
            member.report = lambda: b"what-users-do"
            await member.tick(Wish(units=("bot-7",), takes=["key"]))
        raw = server.client()
        dump = b"".join(repr(raw.hgetall(key)).encode() for key in raw.keys("*"))
    for secret in (b"label-of-host", b"what-users-do", b"bot-7", KEY.encode()):
        assert secret not in dump


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_certificates(directory: Path, authority: Path) -> None:
    """Make an authority, and a server's certificate for 127.0.0.1."""
    directory.mkdir(exist_ok=True)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")]
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis of a test")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    ca = _signed(ca_name, ca_name, ca_key, ca_key, x509.BasicConstraints(True, None))
    own = _signed(name, ca_name, key, ca_key, x509.SubjectAlternativeName([address]))
    authority.write_bytes(ca)
    (directory / "server.pem").write_bytes(own)
    (directory / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _signed(
    name: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> bytes:
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(extension, critical=True)
        .sign(signer, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)
