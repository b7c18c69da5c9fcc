"""The control bot in a real headless fleet, used by its admin over the sandbox."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest

from coderbot.controlbot.commands import COMMANDS
from coderbot.redact import Secret
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.conftest import World
from tests.e2e.fleet import USER, Fleet, clean_environment, gone, running_fleet
from tests.fakes.processes import command_of
from tests.fakes.sandbox import make_token

ADMIN, STRANGER = 2002, 666
MORE_ADMINS = (2003, 2004, 2005)
CONTROL = 3
"""Place of the control bot's token among those of the world."""
NEW = 2
"""Place of the token that no bot has yet."""

pytestmark = pytest.mark.timeout(120)


@dataclass(frozen=True)
class Room:
    """A fleet of two bots with a control bot, and its admin."""

    world: World
    fleet: Fleet
    admin: SandboxUser

    async def ask(self, text: str, pattern: str, timeout: float = 20) -> Message:
        """Send a command; return the first answer that matches."""
        await self.admin.say(text)
        return await self.hears(pattern, timeout)

    async def asks(self, told: Iterable[tuple[str, str]]) -> None:
        """Send commands, each when the one before has its answer."""
        for text, pattern in told:
            await self.ask(text, pattern)

    def of(self, admin: int) -> "Room":
        """Return the same for another admin."""
        return replace(self, admin=self.world.user(CONTROL, admin))

    async def hears(
        self, pattern: str, timeout: float = 20, after: int | None = None
    ) -> Message:
        """Return the first message since the last action that matches."""
        expression = re.compile(pattern, re.DOTALL)
        return await self.admin.wait_for(
            lambda message: bool(expression.search(message.text)), timeout, after
        )

    def control_pid(self) -> int:
        """Return the process of the control bot."""
        (pid,) = (
            child.pid
            for child in psutil.Process(self.fleet.process.pid).children()
            if "coderbot.controlbot" in command_of(child)
        )
        return pid


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    tokens = tuple(make_token(number).reveal() for number in range(4))
    users = tuple(
        UserSpec(*u)
        for u in (
            *((USER, "Anna"), (ADMIN, "Ada"), (STRANGER, "X")),
            *((user, f"Ada {user}") for user in MORE_ADMINS),
        )
    )
    async with running_sandbox(
        tokens=[Secret(token) for token in tokens], users=users, port=0
    ) as sandbox:
        yield World(tmp_path, tokens, sandbox.url, sandbox.client())


@asynccontextmanager
async def room_of(world: World, bots: int = 2, **more: str) -> AsyncIterator[Room]:
    """Run the fleet; nothing of it is left at the end."""
    world.env(
        bots=bots,
        CONTROL_BOT_TOKEN=world.tokens[CONTROL],
        **{
            "CONTROL_BOT_ADMIN_IDS": str(ADMIN),
            "WORKER_RESTART_DELAY_SECONDS": "0.5",
            **more,
        },
    )
    async with running_fleet(world.directory) as fleet:
        await fleet.line(r"\[control\] READY: @\w+ is the control bot")
        room = Room(world, fleet, world.user(CONTROL, ADMIN))
        # The menu comes right after the connection with the supervisor.
        await world.client.wait_calls(bot_id(world, CONTROL), "setMyCommands")
        tree = fleet.tree()
        yield room
        if fleet.process.returncode is None:
            tree = fleet.tree()
            assert await fleet.interrupt() == 0
        await gone(tree)
        secrets = [token for token in world.tokens if token in fleet.output]
        assert not secrets, "a token is in the log"


def bot_id(world: World, index: int) -> int:
    return int(world.tokens[index].partition(":")[0])


async def test_looking(world: World) -> None:
    async with room_of(world) as room:
        await room.ask("/start", "control bot of a fleet")
        await room.ask("/controlstart", "control bot of a fleet")
        page = await room.ask("/help", "Steer")
        assert all(command.form in page.text for command in COMMANDS)
        listed = await room.ask("/listbots", "bot-0")
        assert re.search(
            r"bot-0 \(@\w+\) running\n.* bot-1 \(@\w+\) running", listed.text
        )
        health = await room.ask("/health", "bot-1")
        assert health.text.count("well, last poll") == 2
        up = await room.ask("/uptime", "supervisor")
        assert len(up.text.splitlines()) == 4
        await room.ask("/crashes", "No crashes are known")
        logs = await room.ask("/logs bot-0", "run 1 started")
        assert [entity["type"] for entity in logs.entities] == ["pre"]
        name = listed.text.split("@")[1].split(")")[0]
        await room.ask(f"/logs @{name.upper()} 1 info", r"^\d\d:\d\d:\d\d ")
        await room.ask("/logs control", "READY")
        bots = await world.client.bots()
        (control,) = (b for b in bots if b["id"] == bot_id(world, CONTROL))
        await room.ask(f"/listbots@{control['username']}", "bot-0")
        # All its stacks, as often as it takes.
        for count in range(1, 5):
            os.kill(room.fleet.workers()["bot-0"], signal.SIGUSR1)
            await room.fleet.line(r"bot-0\] .*most recent call first", count)
        await room.admin.say("/logs bot-0 500")
        sent = await room.admin.wait_for(lambda message: message.kind == "document")
        assert sent.file is not None
        assert sent.file["name"] == "bot-0-log.txt"
        lines = (await sent.download()).decode().splitlines()
        assert len(lines) > 50
        assert "run 1 started" in lines[0]
        assert f"the newest {len(lines)} lines" in sent.text


async def test_steering_by_commands(world: World) -> None:
    async with room_of(world, WORKER_START_DELAY_SECONDS="0") as room:
        before = room.fleet.workers()
        name = (await room.ask("/listbots", "bot-1")).text.split("(@")[2].split(")")[0]
        await room.ask("/stop_bot bot-0", r"bot-0 .*stopped\.")
        assert set(room.fleet.workers()) == {"bot-1"}
        await room.ask(f"/restart_bot {name}", r"bot-1 .*restarted\.")
        await room.ask("/start_bot bot-0", r"bot-0 .*started\.")
        after = room.fleet.workers()
        assert not set(before.values()) & set(after.values())
        await room.ask("/kill_bot bot-1", r"bot-1 .*killed\.")
        assert set(room.fleet.workers()) == {"bot-0"}
        await room.ask("/startall", r"1 bot was started\.")
        await room.ask("/stopall", r"2 bots were stopped\.")
        assert room.fleet.workers() == {}
        await room.ask("/restartall", r"0 bots were restarted\.")
        await room.ask("/startall", r"2 bots were started\.")
        await room.ask("/restartall", r"2 bots were restarted\.")
        assert set(room.fleet.workers()) == {"bot-0", "bot-1"}


async def test_wrong_arguments_and_late_or_foreign_words(world: World) -> None:
    told = [
        *((f"/{each.name}", re.escape(each.form)) for each in COMMANDS if each.needed),
        *(
            (f"/{each.name} a b c d e", re.escape(f"{each.form} - "))
            for each in COMMANDS
        ),
        *(
            (f"/{name} bot-7", r"There is no bot 'bot-7'\.\nBots: bot-0")
            for name in ("start_bot", "kill_bot", "removebot", "logs", "crashes")
        ),
        ("/stop_bot all", "There is no bot"),
        ("/logs bot-0 0", "N is a number from 1"),
        ("/logs bot-0 loud", "LEVEL one of debug, info"),
        ("/nonsense", "no command /nonsense"),
        ("/nonsense@another_bot", "understands commands"),
        ("hello", "understands commands"),
        ("/cancel", "Nothing is waited for"),
    ]
    admins = (ADMIN, *MORE_ADMINS)
    async with room_of(world, CONTROL_BOT_ADMIN_IDS=",".join(map(str, admins))) as room:
        # In one chat it answers once a second.
        async with asyncio.TaskGroup() as group:
            for place, admin in enumerate(admins):
                share = told[place :: len(admins)]
                group.create_task(room.of(admin).asks(share))
        await room.admin.say("/stopall", forwarded_from="Somebody")
        await room.hears("Forwarded")
        assert set(room.fleet.workers()) == {"bot-0", "bot-1"}


async def test_the_live_message(world: World) -> None:
    async with room_of(world) as room:
        board = await room.ask("/status", "2 of 2 bots running")
        assert board.buttons[:4] == ("bot-0", "Stop", "Restart", "Logs")
        stop = board.keyboard[1][1]["callback_data"]
        toast = await room.admin.answer(await room.admin.press_data(board.id, stop))
        assert toast["text"] == "Stopping bot-1 …"
        await room.hears(r"bot-1 .*stopped\.")
        edited = await room.hears("1 of 2 bots running")
        assert edited.id == board.id
        assert edited.keyboard[1][1]["text"] == "Start"
        await room.admin.answer(await room.admin.press(edited, "Logs"))
        await room.hears("run 1 started")
        await room.admin.answer(await room.admin.press(edited, "bot-1"))
        details = await room.hears("last exit: exit 0")
        await room.admin.press(details, "Start")
        await room.hears(r"bot-1 .*started\.")
        await room.hears("2 of 2 bots running")
        await room.admin.press(edited, "Refresh")
        # The edit that was asked for just now may come as late as the answer.
        await room.admin.say("/status")
        fresh = await room.admin.wait_for(
            lambda message: message.id != board.id and "running" in message.text
        )
        assert board.id not in {message.id for message in await room.admin.messages()}
        late = await room.admin.press_data(fresh.id, stop)
        assert "out of date" in (await room.admin.answer(late))["text"]
        assert set(room.fleet.workers()) == {"bot-0", "bot-1"}


async def test_a_stranger(world: World) -> None:
    async with room_of(world) as room:
        board = await room.ask("/status", "bots running")
        stranger = world.user(CONTROL, STRANGER)
        await stranger.say("/stopall")
        answer = await stranger.wait_for()
        assert "666" in answer.text
        await room.fleet.line(r"\[control\] Refused user 666")
        await room.hears("user 666", after=board.cursor)
        await stranger.say("/shutdown")
        forged = board.keyboard[0][1]["callback_data"]
        pressed = await stranger.press_data(answer.id, forged)
        assert not (await stranger.answer(pressed))["text"]
        # One answer a minute, and none of it has had an effect.
        said = [m for m in await stranger.messages() if m.from_bot]
        assert [m.id for m in said] == [answer.id]
        assert set(room.fleet.workers()) == {"bot-0", "bot-1"}
        at_a_worker = world.user(0, STRANGER)
        await at_a_worker.say("hello")
        await room.hears("bot-0 .*who may not use it.*user 666", after=board.cursor)


async def send_what_is_no_token(room: Room) -> None:
    """Send texts that add nothing, and are not kept when they look like tokens."""
    await room.ask("/addbot not-a-secret", "What you sent is malformed")
    unknown = "7999999:AAGbXcQpZrTsUvWxYz0123456789abcdefg"
    await room.ask(f"/addbot {unknown}", "refuses this token")
    await room.ask(f"/addbot {room.world.tokens[CONTROL]}", "CONTROL_BOT_TOKEN")
    await room.ask(f"see {unknown}", "had a token in it and was deleted")
    await room.admin.say(f"Use it: {unknown}", forwarded_from="BotFather")
    await room.hears("Forwarded texts are not obeyed")
    await room.ask("/addbot", "Send me the token")
    await room.ask("/cancel", "Nothing is waited for")
    await room.ask("7999999", "understands commands")
    said = [message.text for message in await room.admin.messages()]
    assert not any("AAGb" in text for text in said)


async def test_bots_are_added_and_removed(world: World) -> None:
    token, env = world.tokens[NEW], world.directory / ".env"
    async with room_of(world) as room:
        before = env.read_text()
        await send_what_is_no_token(room)
        assert env.read_text() == before
        await room.ask("/addbot", "Send me the token")
        sent = await room.admin.say(token)
        added = await room.hears("was added as bot-2")
        assert token not in added.text
        chat = await room.admin.messages()
        assert sent.id not in {message.id for message in chat}
        assert not any(token in message.text for message in chat)
        assert env.read_text() == before.replace(
            world.tokens[1], f"{world.tokens[1]},{token}"
        )
        assert env.stat().st_mode & 0o777 == 0o600
        await room.fleet.line("bot-2 is ready")
        await room.ask(f"/addbot {token}", "there already, as bot-2")
        question = await room.ask("/removebot bot-1", "Remove bot-1")
        await room.admin.press(question, "No, leave it")
        await room.hears("Nothing was changed")
        question = await room.ask("/removebot bot-1", "Remove bot-1")
        await room.admin.press(question, "Remove bot-1")
        await room.hears(r"bot-1 .*was removed\.")
        again = await room.admin.press_data(
            question.id, question.keyboard[0][0]["callback_data"]
        )
        assert "out of date" in (await room.admin.answer(again))["text"]
        assert set(room.fleet.workers()) == {"bot-0", "bot-2"}
        assert world.tokens[1] not in env.read_text()
        # The others keep their ids: what is called bot-2 is bot-2.
        question = await room.ask("/removebot bot-2", "Remove bot-2")
        await room.admin.press(question, "Remove bot-2")
        await room.hears(r"bot-2 .*was removed\.")
        assert set(room.fleet.workers()) == {"bot-0"}
        question = await room.ask("/removebot bot-0", "Remove bot-0")
        await room.admin.press(question, "Remove bot-0")
        await room.hears("the last bot")
        assert set(room.fleet.workers()) == {"bot-0"}


async def test_reload_after_a_look(world: World) -> None:
    env = world.directory / ".env"
    async with room_of(world, BOT_TOKEN_MONITOR_INTERVAL="0") as room:
        await room.ask("/reload", "have not changed")
        text = env.read_text().replace(f",{world.tokens[1]}", "")
        env.write_text(text)
        question = await room.ask("/reload", r"- bot-1 is removed.*Take them up\?")
        assert set(room.fleet.workers()) == {"bot-0", "bot-1"}
        control = room.control_pid()
        await room.admin.press(question, "Take them up")
        await room.hears("^- bot-1 is removed$")
        assert set(room.fleet.workers()) == {"bot-0"}
        assert room.control_pid() == control
        # One more admin: this bot alone starts anew, and knows them then.
        workers = room.fleet.workers()
        env.write_text(text + f"CONTROL_BOT_ADMIN_IDS={ADMIN},{USER}\n")
        question = await room.ask("/reload", "~ control is restarted")
        await room.admin.press(question, "Take them up")
        await room.hears("This bot starts anew")
        await room.fleet.line(r"\[control\] READY", 2)
        # It waited for the answer of the one that waited for its end.
        assert "most recent call first" not in room.fleet.output
        anna = world.user(CONTROL, USER)
        await anna.say("/listbots")
        await anna.wait_for(lambda message: "bot-0" in message.text)
        assert room.fleet.workers() == workers
        env.write_text(text + "XTERM_TERMINAL_ROWS=many\n")
        await room.ask("/reload", "XTERM_TERMINAL_ROWS=many")


async def test_alerts(world: World) -> None:
    async with room_of(world) as room:
        start = (await room.ask("/listbots", "bot-0")).cursor
        os.kill(room.fleet.workers()["bot-0"], signal.SIGKILL)
        alert = await room.hears("bot-0 .*crashed: SIGKILL", after=start)
        assert re.search(r"killed from outside\nCrash [0-9a-f]{6}$", alert.text)
        assert not alert.silent
        await room.ask("/crashes", r"UTC bot-0 [0-9a-f]{6}: SIGKILL")
        await room.fleet.line("bot-0 is ready", 2)
        await room.admin.say("/uptime")
        await world.client.revoke_bot(bot_id(world, 1))
        failed = await room.hears("bot-1 .*failed: .*token")
        assert not failed.silent
        await room.ask("/health", "❗ bot-1 .*failed")
        # Its user does not want to hear of it.
        await world.user(0).block()
        (world.media(0) / "a.txt").write_text("hello")
        await room.hears("bot-0 .*not sent: a.txt: ")
        # Somebody else polls with the token of bot-0.
        await world.client.fault("409", bot_id=bot_id(world, 0), method="getUpdates")
        await world.user(0).say("wake up")
        await room.hears("bot-0 .*conflict: another process polls")


async def test_quiet_hours(world: World) -> None:
    # The whole day but for a minute that has just gone by.
    async with room_of(world, CONTROL_BOT_QUIET_HOURS=_all_day()) as room:
        start = (await room.ask("/listbots", "bot-0")).cursor
        os.kill(room.fleet.workers()["bot-0"], signal.SIGKILL)
        assert (await room.hears("bot-0 .*crashed", after=start)).silent
        await world.client.revoke_bot(bot_id(world, 1))
        assert not (await room.hears("bot-1 .*failed", after=start)).silent


def _all_day() -> str:
    now = datetime.now().astimezone()
    start, end = now - timedelta(minutes=1), now - timedelta(minutes=2)
    return f"{start:%H:%M}-{end:%H:%M}"


async def test_the_process_crashes_alone_and_shows_no_token(world: World) -> None:
    async with room_of(world) as room:
        for process in room.fleet.tree():
            shown = command_of(process)
            assert not any(token in shown for token in world.tokens)
        prefix = re.compile(r"Z \[(Parent|control|Worker bot-\d|bot-\d)\] ")
        assert all(prefix.search(line) for line in room.fleet.lines)
        # Its menu is for the chats with its admins alone.
        bots = {bot["id"]: bot for bot in await world.client.bots()}
        assert bots[bot_id(world, CONTROL)]["commands"] == []
        before, pid = room.fleet.workers(), room.control_pid()
        os.kill(pid, signal.SIGKILL)
        await room.fleet.line(r"\[control\] READY", 2)
        assert room.control_pid() != pid
        assert room.fleet.workers() == before
        await room.ask("/status", "2 of 2 bots running")
        status = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "coderbot", "status"),
            cwd=world.directory,
            env=clean_environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await status.communicate()
        assert re.search(
            rf"Control bot: running, @\w+, pid {room.control_pid()}", out.decode()
        )


async def test_shutdown_after_a_question(world: World) -> None:
    async with room_of(world) as room:
        tree = room.fleet.tree()
        question = await room.ask("/shutdown", "Stop all 2 bots")
        await room.admin.press(question, "No, leave it")
        await room.hears("Nothing was changed")
        question = await room.ask("/shutdown", "Stop all 2 bots")
        await room.admin.press(question, "Stop everything")
        async with asyncio.timeout(20):
            assert await room.fleet.process.wait() == 0
        await gone(tree)


async def test_it_ends_with_its_supervisor(world: World) -> None:
    async with room_of(world) as room:
        tree = room.fleet.tree()
        assert room.control_pid() in {process.pid for process in tree}
        os.kill(room.fleet.process.pid, signal.SIGKILL)
        await room.fleet.process.wait()
        await gone(tree)
