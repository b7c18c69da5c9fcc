"""What the details of a bot are made of, over the control socket."""

from pathlib import Path

import pytest

from coderbot.control.client import ControlClient
from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.supervisor.errors import MediaError, UnknownBotError
from tests.fakes.children import TOKEN
from tests.processes.test_control_socket import served

SHOWS = """
ready()
asked = b""
while data := channel.recv(1000):
    asked += data
    while b"\\n" in asked:
        line, asked = asked.split(b"\\n", 1)
        ask = json.loads(line)
        if ask["type"] == "show_terminals":
            secret = os.environ["BOT_TOKEN"]
            send(type="terminals", id=ask["id"], screens=[dict(
                user=7, title="vim", columns=80, rows=24, text=f"$ echo {secret}")])
"""
SILENT = "ready(); wait()"


@pytest.mark.parametrize("attached", [False, True])
async def test_screens_are_told_without_secrets(tmp_path: Path, attached: bool) -> None:
    async with served(tmp_path, SHOWS) as (fleet, path):
        await fleet.running()
        async with ControlClient.connect(path) as client:
            port: SupervisorPort = client if attached else fleet.supervisor
            (screen,) = await port.terminals("bot-0")
    assert (screen.user, screen.title, screen.rows) == (7, "vim", 24)
    assert screen.text.startswith("$ echo ")
    assert TOKEN not in screen.text


async def test_a_worker_that_shows_nothing_is_told(tmp_path: Path) -> None:
    async with served(tmp_path, SILENT) as (fleet, path):
        await fleet.running()
        async with ControlClient.connect(path) as client:
            with pytest.raises(CoderBotError, match="does not answer"):
                await client.terminals("bot-0")
            with pytest.raises(UnknownBotError):
                await client.terminals("bot-9")


async def test_settings_are_told_by_fingerprint(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as (fleet, path),
        ControlClient.connect(path) as client,
    ):
        facts = await client.facts("bot-0")
        assert facts == await fleet.supervisor.facts("bot-0")
        assert facts.fingerprint == fleet.supervisor.fingerprints()["bot-0"]
        assert TOKEN not in repr(facts)
        names = {setting.name for setting in facts.settings}
        assert {"BOT_TOKEN", "ALLOWED_USER_IDS", "MEDIA_TMP_LOCATION"} <= names


async def test_folders_are_looked_at_and_cleaned_one_by_one(tmp_path: Path) -> None:
    root = tmp_path / "media" / "bot-0"
    for name in ("sent", "received", "failed"):
        (root / name).mkdir(parents=True)
        (root / name / f"{name}.txt").write_bytes(b"12345")
    (root / "waiting.txt").write_bytes(b"1")
    async with (
        served(tmp_path, media=tmp_path / "media") as (_, path),
        ControlClient.connect(path) as client,
    ):
        folders = {each.name: each for each in await client.media("bot-0")}
        assert {name: each.files for name, each in folders.items()} == {
            "waiting": 1,
            "sent": 1,
            "received": 1,
            "failed": 1,
        }
        assert folders["sent"].latest[0].name == "sent.txt"
        assert (await client.clean_media("bot-0", ["sent"])).files == 1
        assert (root / "received" / "received.txt").exists()
        with pytest.raises(MediaError):
            await client.clean_media("bot-0", ["../.."])


async def test_without_settings_there_is_nothing_to_reload(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as (_, path),
        ControlClient.connect(path) as client,
    ):
        with pytest.raises(CoderBotError, match="no settings to read anew"):
            await client.reload(dry_run=True)
