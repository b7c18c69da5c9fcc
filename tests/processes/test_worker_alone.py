# ruff: noqa: F811 - a fixture is used by its name
"""A worker without a supervisor, as Kubernetes and Nomad run it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from coderbot.sandbox.server import Sandbox
from tests.fakes.redis import needs_redis, redis_server
from tests.fakes.sandbox import make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.shared import cluster_environment
from tests.fakes.worker import LIMIT_S, RunningWorker, running_worker
from tests.fakes.worker import worker_environment as environment_of

pytestmark = pytest.mark.timeout(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def probe(port: int, path: str) -> tuple[int, str]:
    """Ask as a kubelet does: at an address, by no name that the worker knows."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"GET {path} HTTP/1.1\r\nHost: 10.1.2.3:{port}\r\n\r\n"
        writer.write(head.encode())
        async with asyncio.timeout(5):
            answer = (await reader.read()).decode()
    finally:
        writer.close()
    return int(answer.split()[1]), answer.partition("\r\n\r\n")[2].strip()


def settings_of(url: str, directory: Path, port: int, **more: str) -> dict[str, str]:
    """Return an environment with the list of all tokens, as engines hand it out."""
    settings = environment_of(url, make_token(1), directory, AIRPLANE_MODE="true")
    del settings["BOT_TOKEN"]
    tokens = ",".join(make_token(number).reveal() for number in (1, 2, 3))
    listed = {"TELEGRAM_BOT_TOKENS": tokens, "BOT_INDEX": "1"}
    return settings | listed | {"WORKER_HEALTH_PORT": str(port)} | more


async def is_stopping(worker: RunningWorker, port: int) -> None:
    """Wait until the worker says that it is not ready, or has closed its door."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            try:
                if (await probe(port, "/readyz"))[0] == 503:
                    return
            except (OSError, IndexError):
                return


async def test_it_is_the_bot_with_its_number_and_answers_probes(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    port = free_port()
    settings = settings_of(sandbox.url, tmp_path, port)
    async with running_worker(settings, tmp_path, supervised=False) as alone:
        await alone.line("is bot-1")
        assert await sandbox.client().calls(make_bot_id(2), "getMe") == 1
        assert await probe(port, "/healthz") == (200, "ok")
        assert await probe(port, "/readyz") == (200, "ready")
        assert (await probe(port, "/metrics"))[0] == 404
        # Root reads what shells of the same user may not even open.
        block = Path(f"/proc/{alone.pid}/environ").read_bytes()
        for number in (1, 2, 3):
            assert make_token(number).reveal().encode() not in block
        alone.signal(signal.SIGTERM)
        await is_stopping(alone, port)
        assert await alone.ended() == 0


@needs_redis
@pytest.mark.parametrize("replica", [{}, {"BOT_REPLICA": "0"}])
async def test_the_parts_of_a_bot_with_replicas_answer_probes(
    replica: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    port = free_port()
    with redis_server(tmp_path) as server:
        more = cluster_environment(server, "a") | {"BOT_REPLICAS": "bot-1:2"}
        settings = settings_of(sandbox.url, tmp_path, port, **more, **replica)
        async with running_worker(settings, tmp_path, supervised=False) as alone:
            await alone.line("READY")
            assert await probe(port, "/healthz") == (200, "ok")
            assert await probe(port, "/readyz") == (200, "ready")
            assert await alone.stop() == 0


async def test_it_lives_while_telegram_is_away_and_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    settings = settings_of(f"http://127.0.0.1:{free_port()}", tmp_path, port)
    async with running_worker(settings, tmp_path, supervised=False) as alone:
        await alone.line("Telegram: offline")
        assert await probe(port, "/healthz") == (200, "ok")
        assert await probe(port, "/readyz") == (503, "not ready: offline")
        assert await alone.stop() == 0


async def test_a_stopped_loop_does_not_answer(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    settings = settings_of(sandbox.url, tmp_path, port)
    async with running_worker(settings, tmp_path, supervised=False) as alone:
        await alone.line("READY")
        alone.signal(signal.SIGSTOP)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await probe(port, "/healthz")
        alone.signal(signal.SIGCONT)
        assert await probe(port, "/healthz") == (200, "ok")
        assert await alone.stop() == 0


async def test_a_number_without_a_token_ends_it_with_words(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = settings_of(sandbox.url, tmp_path, free_port(), BOT_INDEX="3")
    async with running_worker(settings, tmp_path, supervised=False) as alone:
        assert await alone.ended() == 78
        assert "BOT_INDEX=3: TELEGRAM_BOT_TOKENS holds 3 tokens" in alone.text
        assert make_token(1).reveal() not in alone.text


async def test_under_a_supervisor_nothing_listens(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    port = free_port()
    settings = environment_of(
        sandbox.url, make_token(1), tmp_path, WORKER_HEALTH_PORT=str(port)
    )
    async with running_worker(settings, tmp_path) as worker:
        await worker.line("READY")
        with pytest.raises(ConnectionRefusedError):
            await probe(port, "/healthz")


JAIL = """
set -e
mount --make-rprivate /
mount --bind "$1" /mnt
mount --bind /tmp /tmp
mount -o remount,bind,ro /
cd /mnt
exec setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs \
    "$2" -m coderbot.worker
"""
"""What the manifests ask for: no root, a root file system that cannot be written."""


def may_make_jails() -> bool:
    if os.getuid() != 0 or not sys.platform.startswith("linux"):
        return False
    code = ["unshare", "--mount", "sh", "-c", "mount --make-rprivate /"]
    return subprocess.run(code, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(
    not may_make_jails(), reason="needs root and mount namespaces of its own"
)
async def test_it_needs_no_root_and_writes_to_its_volume_alone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    port, volume = free_port(), tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, 1000, 1000)
    places = {
        "MEDIA_TMP_LOCATION": "/mnt/media",
        "CODERBOT_STATE_DIR": "/mnt/.coderbot",
    }
    settings = settings_of(sandbox.url, tmp_path, port, HOME="/mnt", **places)
    jail = ("unshare", "--mount", "sh", "-c", JAIL, "sh", str(volume), sys.executable)
    program = ("-c", f"import os; os.execvp('unshare', {jail!r})")
    async with running_worker(settings, tmp_path, False, program) as alone:
        await alone.line("READY")
        assert psutil.Process(alone.pid).uids().effective == 1000
        assert await probe(port, "/readyz") == (200, "ready")
        anna = sandbox.client().user(1001, bot_id=make_bot_id(2))
        await anna.say("/xterm")
        await anna.wait_for(lambda message: message.kind in ("photo", "text"))
        await anna.say("touch /usr/no; touch $HOME/here; echo done=$?")
        await anna.wait_for(lambda message: "done=0" in message.text)
        assert not Path("/usr/no").exists()
        assert (volume / "here").exists()
        assert (volume / "media/bot-1/received").is_dir()
        assert await alone.stop() == 0
