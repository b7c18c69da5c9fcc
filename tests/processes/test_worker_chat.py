# ruff: noqa: F811 - a fixture is used by its name
"""What users see of a worker: terminals, screens, buttons, refusals, files."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from coderbot import wire
from coderbot.sandbox.server import Sandbox
from coderbot.worker.telegram.commands import COMMANDS
from tests.fakes.sandbox import ANNA, BEN, make_bot_id, make_token, sandbox  # noqa: F401
from tests.processes.chat import (
    bot_username,
    is_screen,
    open_terminal,
    ready_worker,
    run,
)

BOT = make_bot_id(1)

pytestmark = pytest.mark.timeout(60)


async def test_text_is_typed_and_the_same_message_shows_what_follows(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        first = await open_terminal(anna)
        assert first.entities[0]["type"] == "pre" if first.text.strip("(") else True
        screen = await run(anna, "echo $((6 * 7))", "\n42")
        assert screen.id == first.id
        assert screen.edits > 0
        # What comes later is shown too.
        later = await run(anna, "sleep 0.7; echo $((6 * 8))", "\n48")
        assert later.id == first.id
        await anna.say("/screen")
        new = await anna.wait_for(lambda m: is_screen(m) and m.id != first.id)
        assert "48" in new.text


async def test_pictures(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = {"AIRPLANE_MODE": "false", "SCREEN_REFRESH_MAX_COUNT": "1"}
    async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
        first = await open_terminal(anna)
        assert first.kind == "photo"
        assert first.buttons[:5] == ("🔄 Refresh", "▾ More", "1", "2", "3")
        before = await first.download()
        await anna.say("seq 1 60")
        edited = await anna.wait_for(lambda m: m.id == first.id and m.edits > 0)
        after = await edited.download()
        assert before != after
        with Image.open(BytesIO(after)) as picture:
            assert picture.format == "PNG"
            assert picture.width > 500
        await anna.say("/screen")
        assert (await anna.wait_for(lambda m: m.kind == "photo")).id > first.id


async def test_equal_screens_are_not_sent_twice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        await run(anna, "clear; echo done", "done")
        refused = await sandbox.client().calls(BOT, "editMessageText", code=400)
        assert refused == 0


async def test_keys_and_macros(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = {"M0": "echo macro-$((20 + 3))"}
    async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
        await open_terminal(anna)
        await run(anna, "[m0]", "macro-23")
        folder = str(tmp_path / "media" / "bot-0" / f"to-{ANNA}")
        await run(anna, "echo [media]", folder)
        await run(anna, "echo outbox: $CODERBOT_OUTBOX", f"outbox: {folder}")
        await anna.say("/keys echo typed-$((1 + 1))")
        await anna.wait_for(lambda m: "typed-$((1 + 1))" in m.text)
        await anna.say("/enter")
        await anna.wait_for(lambda m: "typed-2" in m.text)
        await run(anna, "cat", "cat")
        await anna.say("/ctrlc")
        await anna.wait_for(lambda m: "^C" in m.text)
        await run(anna, "echo still-$((3 + 4))", "still-7")
        await anna.say("/ctrl d")
        await anna.wait_for(lambda m: "Terminal main ended: exit 0" in m.text)


async def test_control_c_interrupts_a_shell_that_is_not_reading(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        await run(anna, "echo begin; sleep 1000; echo never", "begin")
        await anna.say("/ctrlc@" + (await bot_username(sandbox)))
        await run(anna, "echo alive-$((2 + 3))", "alive-5")


async def test_buttons(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        screen = await open_terminal(anna)
        await run(anna, "read -n 1 answer; echo got-$answer", "read")
        pressed = await anna.press(screen, "2")
        assert (await anna.answer(pressed))["text"] == "2"
        await anna.wait_for(lambda m: "got-2" in m.text)
        pressed = await anna.press(screen, "🔄 Refresh")
        assert (await anna.answer(pressed))["text"]
        await anna.say("/close")
        await anna.wait_for(lambda m: "Terminal closed" in m.text)
        pressed = await anna.press(screen, "2")
        assert "closed" in (await anna.answer(pressed))["text"]


async def test_without_a_terminal_the_way_to_one_is_told(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        for words in ("ls", "/screen", "/close", "/enter", "/keys x", "/ctrlc"):
            await anna.say(words)
            await anna.wait_for(lambda m: "/xterm" in m.text)
        await open_terminal(anna)
        await anna.say("/xterm")
        await anna.wait_for(lambda m: "open already" in m.text)


async def test_help_and_what_is_not_understood(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await anna.say("/help")
        reference = await anna.wait_for()
        for command in COMMANDS:
            assert command.help in reference.text
        await anna.say("/nosuch thing")
        await anna.wait_for(lambda m: "no command /nosuch" in m.text)


async def test_forwarded_text_is_typed_only_on_demand(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        await anna.say("touch forwarded", forwarded_from="Mallory")
        question = await anna.wait_for(lambda m: "not typed" in m.text)
        mine = await anna.say("echo one-$((1 + 1))")
        await anna.wait_for(lambda m: "one-2" in m.text)
        await anna.edit(mine.id, "touch edited")
        await run(anna, "ls -a; echo end-$((2 + 2))", "end-4")
        home = tmp_path / "home"
        assert not {path.name for path in home.iterdir()} & {"forwarded", "edited"}
        await anna.press(question, "Type it")
        await run(anna, "echo more-$((2 + 3))", "more-5")
        assert (home / "forwarded").exists()
        # A command for the bot is text as well, when somebody else has written it.
        await anna.say("/killbot", forwarded_from="Mallory")
        question = await anna.wait_for(lambda m: "Type it" in m.buttons)
        await anna.press(question, "Type it")
        await anna.wait_for(lambda m: is_screen(m) and "/killbot" in m.text)


async def test_stranger_is_refused_once_a_minute(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        for words in ("/start", "/xterm", "ls", "/killbot"):
            await ben.say(words)
        refusal = await ben.wait_for(after=0)
        assert str(BEN) in refusal.text
        event = await worker.frame(wire.Event, lambda e: e.kind == "unauthorized")
        assert event.detail == {"user_id": BEN, "username": "ben"}
        # Anna's answer comes after all that Ben could have got.
        await anna.say("/start")
        await anna.wait_for()
        answers = [m for m in await ben.messages() if m.from_bot]
        assert len(answers) == 1
        events = [f for f in worker.frames if isinstance(f, wire.Event)]
        assert [event.kind for event in events] == ["unauthorized"]
        assert "<4>" in next(line for line in worker.output if "Refused" in line)
        assert "/killbot" not in worker.text


async def test_button_of_a_stranger_does_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        screen = await open_terminal(anna)
        data = screen.button("2")["callback_data"]
        ben = sandbox.client().user(BEN, bot_id=BOT)
        await ben.say("hello")
        refusal = await ben.wait_for()
        pressed = await ben.press_data(refusal.id, data)
        assert not (await ben.answer(pressed)).get("text")
        shown = await run(anna, "echo end-$((1 + 2))", "end-3")
        assert "2echo" not in shown.text


async def test_two_users_do_not_meet(sandbox: Sandbox, tmp_path: Path) -> None:
    users = {"ALLOWED_USER_IDS": f"{ANNA},{BEN}"}
    async with ready_worker(sandbox, tmp_path, **users) as (worker, anna):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        annas = await open_terminal(anna)
        bens = await open_terminal(ben)
        assert len(worker.children()) == 2
        await run(anna, "echo secret-$((40 + 2))", "secret-42")
        # Even a forged press of Anna's button in Ben's chat presses nothing.
        await run(anna, "read -n 1 answer; echo got-$answer", "read")
        data = annas.button("2")["callback_data"]
        pressed = await ben.press_data(bens.id, data)
        assert "closed" in (await ben.answer(pressed))["text"]
        await run(ben, "echo mine-$((1 + 1))", "mine-2")
        assert not any("secret" in m.text for m in await ben.messages())
        await anna.press(annas, "3")
        await anna.wait_for(lambda m: "got-3" in m.text)
        await ben.say("/close")
        await ben.wait_for(lambda m: "Terminal closed" in m.text)
        await run(anna, "echo still-$((1 + 3))", "still-4")


async def test_group_is_ignored(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        client = sandbox.client()
        await client.add_group(-100, "Team")
        in_group = client.user(ANNA, bot_id=BOT, chat_id=-100)
        await in_group.say("/xterm")
        await anna.say("/start")
        await anna.wait_for()
        assert not [m for m in await in_group.messages() if m.from_bot]
        assert worker.children() == []


async def test_auto_kill_locks_this_worker(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path, AUTO_KILL="true") as (worker, anna):
        await open_terminal(anna)
        children = worker.children()
        ben = sandbox.client().user(BEN, bot_id=BOT)
        await ben.say("hello")
        await anna.wait_for(lambda m: "AUTO_KILL" in m.text)
        await worker.frame(wire.Event, lambda e: e.kind == "locked_down")
        assert await worker.ended() == 77
        assert not any(child.is_running() for child in children)
    # The stranger's message is confirmed: a restart does not meet it again.
    async with ready_worker(sandbox, tmp_path, AUTO_KILL="true") as (worker, anna):
        await anna.say("/start")
        await anna.wait_for(lambda m: "terminal" in m.text)
        assert await worker.stop() == 0


async def test_killbot_asks_and_stops(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await anna.say("/killbot")
        question = await anna.wait_for(lambda m: bool(m.buttons))
        await anna.press(question, "No, let it run")
        await anna.wait_for(lambda m: m.id == question.id and not m.buttons)
        await anna.say("/killbot")
        question = await anna.wait_for(lambda m: bool(m.buttons))
        await anna.press(question, "Stop bot-0")
        assert await worker.ended() == 0
        assert "stops now" in (await anna.message(question.id)).text


async def test_program_that_ends_by_itself_is_told(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await open_terminal(anna)
        await anna.say("exit 3")
        await anna.wait_for(lambda m: "Terminal main ended: exit 3" in m.text)
        closed = await worker.frame(wire.Event, lambda e: e.kind == "terminal_closed")
        assert closed.detail == {"user_id": ANNA, "name": "main", "how": "exit 3"}
        await open_terminal(anna)


async def test_notices_go_away(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await anna.say("/xterm")
        notice = await anna.wait_for(lambda m: "Opening" in m.text)
        gone = await anna.wait_event(
            lambda event: event["type"] == "delete", after=notice.cursor
        )
        assert gone


async def test_flood_control_is_obeyed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        client = sandbox.client()
        await client.fault("429", bot_id=BOT, method="editMessageText", retry_after=1)
        await run(anna, "echo late-$((1 + 1))", "late-2")
        assert await client.calls(BOT, "editMessageText", code=429) == 1


async def test_network_errors_are_survived(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        client = sandbox.client()
        await client.fault("reset", bot_id=BOT, method="sendMessage")
        await client.fault("502", bot_id=BOT, method="getUpdates", count=2)
        await anna.say("/start")
        await anna.wait_for(lambda m: "terminal" in m.text)
        await worker.frame(wire.Status, lambda status: status.state == "offline")
        assert make_token(1).reveal() not in worker.text


async def test_file_for_the_users_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        root = tmp_path / "media" / "bot-0"
        (root / "report.txt").write_text("all is well")
        sent = await anna.wait_for(lambda m: m.kind == "document", after=0)
        assert await sent.download() == b"all is well"
        await worker.frame(wire.Event, lambda e: e.kind == "media_sent")
        assert (root / "sent" / "report.txt").exists()


async def test_what_was_done_is_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await open_terminal(anna)
        await run(anna, "echo $((6 * 7))", "\n42")
        (tmp_path / "media" / "bot-0" / "report.txt").write_text("all is well")
        await worker.frame(wire.Event, lambda e: e.kind == "media_sent")
        assert await worker.stop() == 0
        client = sandbox.client()
        posts = ("sendMessage", "sendDocument")
        expected = {
            "updates": 2,
            "messages": sum([await client.calls(BOT, each) for each in posts]),
            "edits": await client.calls(BOT, "editMessageText"),
            "media_bytes": len("all is well"),
        }
        # The last heartbeat, which is sent at the very end.
        (*_, last) = [
            each for each in worker.frames if isinstance(each, wire.Heartbeat)
        ]
        assert {name: getattr(last.counters, name) for name in expected} == expected
        assert (expected["messages"] >= 3, expected["edits"] >= 1) == (True, True)
