# ruff: noqa: F811 - a fixture is used by its name
"""Several terminals of a user: names, topics, limits, idle ends, menus."""

import signal
from pathlib import Path

import pytest

from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import Sandbox
from coderbot.worker.telegram.command import Menu
from coderbot.worker.telegram.commands import menu_of
from tests.fakes.sandbox import ANNA, BEN, make_bot_id, sandbox  # noqa: F401
from tests.processes.chat import (
    is_screen,
    open_terminal,
    ready_worker,
    run,
    say,
)

BOT = make_bot_id(1)
TOPIC = 7

pytestmark = pytest.mark.timeout(60)


async def open_named(anna: SandboxUser, name: str) -> Message:
    await anna.say(f"/new {name}")
    return await anna.wait_for(is_screen)


async def test_several_terminals_by_name(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        first = await open_terminal(anna)
        second = await open_named(anna, "Build")
        assert "🔄 Refresh build" in second.buttons
        assert second.id != first.id
        await run(anna, "echo in-$((1 + 1))", "in-2")
        assert "in-2" not in (await anna.message(first.id)).text
        # The keys under a screen press those of its own terminal.
        await anna.say("/use main")
        await anna.wait_for(is_screen)
        await run(anna, "read -n 1 key; echo got-$key", "read")
        await anna.press(second, "3")
        await anna.wait_for(lambda m: m.id == second.id and "3" in m.text)
        await anna.say("/3")
        await anna.wait_for(lambda m: "got-3" in m.text)

        listed = await say(anna, "/list", "▶ main")
        assert "• build" in listed.text
        pressed = await anna.press(listed, "build")
        assert "build" in (await anna.answer(pressed))["text"]
        await anna.say("/delete")
        await run(anna, "echo back-$((2 + 2))", "back-4")
        closed = await say(anna, "/close", "Terminal closed: build")
        assert closed.buttons == ("main",)
        # Nothing is typed into another terminal than the one that was meant.
        lost = await say(anna, "echo lost-$((1 + 1))", "in use here")
        await anna.press(lost, "main")
        screen = await anna.wait_for(is_screen)
        assert "lost-2" not in screen.text
        await run(anna, "echo main-$((3 + 3))", "main-6")
        assert len(worker.children()) == 1
        # Closing another one than that in use offers nothing.
        await open_named(anna, "third")
        closed = await say(anna, "/close main", "Terminal closed: main")
        assert closed.buttons == ()


async def test_names_that_make_no_sense(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await say(anna, "/new ../x", "up to 20 letters")
        await say(anna, "/use main", "no terminal of the name main")
        await say(anna, "/list", "/xterm opens one")
        await open_terminal(anna)
        await say(anna, "/new main", "a terminal 'main' already")
        await say(anna, "/close other", "no terminal of the name other")
        await open_named(anna, "")
        await say(anna, "/list", "▶ 2")


async def test_topics_have_terminals_of_their_own(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        await run(anna, "cd /tmp; echo at-$((1 + 1))", "at-2")
        await anna.say("pwd", thread_id=TOPIC)
        answer = await anna.wait_for(lambda m: "in use here" in m.text)
        assert answer.thread_id == TOPIC
        await anna.say("/xterm", thread_id=TOPIC)
        screen = await anna.wait_for(is_screen)
        assert screen.thread_id == TOPIC
        await anna.say("echo topic-$((2 + 3))", thread_id=TOPIC)
        await anna.wait_for(lambda m: m.id == screen.id and "topic-5" in m.text)
        await run(anna, "echo general-$((2 + 2))", "general-4")
        # Used in a topic, a terminal is shown there.
        await anna.say("/use main", thread_id=TOPIC)
        moved = await anna.wait_for(is_screen)
        assert moved.thread_id == TOPIC
        assert "general-4" in moved.text
        await say(anna, "pwd", "in use here")


async def test_limits_are_told(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = {
        "XTERM_MAX_SESSIONS": "3",
        "XTERM_MAX_SESSIONS_PER_USER": "2",
        "ALLOWED_USER_IDS": f"{ANNA},{BEN}",
    }
    async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        await open_terminal(anna)
        await open_named(anna, "second")
        await say(anna, "/new third", "You have 2 terminals open")
        await open_terminal(ben)
        await say(ben, "/new more", "All users of this bot together have 3")


async def test_an_idle_terminal_is_announced_kept_and_closed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {"XTERM_SESSION_TIMEOUT": "4000"}
    async with ready_worker(sandbox, tmp_path, **settings) as (worker, anna):
        await open_terminal(anna)
        notice = await anna.wait_for(lambda m: "is closed in 2 seconds" in m.text)
        assert notice.buttons == ("Keep it open",)
        pressed = await anna.press(notice, "Keep it open")
        assert (await anna.answer(pressed))["text"] == "It stays open."
        await anna.wait_for(lambda m: m.id == notice.id and not m.buttons)
        # It lives on beyond the time that was told, and is announced again.
        await anna.wait_for(lambda m: "is closed in 2" in m.text and m.id > notice.id)
        assert worker.children()
        await anna.wait_for(lambda m: "nothing was typed for 4 seconds" in m.text)
        assert not worker.children()


async def test_menus_follow_the_terminals_of_each_user(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    client = sandbox.client()

    async def shown(user_id: int) -> list[str]:
        chat = await client.get(f"/sandbox/chats/{BOT}/{user_id}/messages")
        return [each["command"] for each in chat["commands"]]

    idle, in_use = (
        [name for name, _ in menu_of(menu)] for menu in (Menu.IDLE, Menu.OPEN)
    )
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await client.wait_calls(BOT, "setMyCommands", code=200)
        assert await shown(ANNA) == await shown(BEN) == idle
        await open_terminal(anna)
        await client.wait_calls(BOT, "setMyCommands", at_least=2, code=200)
        await open_named(anna, "second")
        assert await shown(ANNA) == in_use
        assert await shown(BEN) == idle
        await say(anna, "/close", "Terminal closed")
        assert await shown(ANNA) == in_use
        await anna.say("/use main")
        await anna.wait_for(is_screen)
        await say(anna, "/close", "Terminal closed")
        await client.wait_calls(BOT, "deleteMyCommands", code=200)
        assert await shown(ANNA) == idle
        await open_terminal(anna)
        await client.wait_calls(BOT, "setMyCommands", at_least=3, code=200)
        await run(anna, "sleep 0.3; echo so-$((1 + 1))", "so-2")
        worker.signal(signal.SIGKILL)
        await worker.ended()
    # What a killed worker has left is taken away, and nothing else is written.
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await client.wait_calls(BOT, "deleteMyCommands", at_least=2, code=200)
        assert await shown(ANNA) == idle
        assert await client.calls(BOT, "setMyCommands") == 3
        # One that stops takes its own away.
        await open_terminal(anna)
        await client.wait_calls(BOT, "setMyCommands", at_least=4, code=200)
        assert await shown(ANNA) == in_use
        assert await worker.stop() == 0
        assert await shown(ANNA) == idle


async def test_control_characters_are_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        await say(anna, "echo a\x1b[A", "U+001B")
        await say(anna, "/keys a\x03", "U+0003")
        screen = await run(anna, "echo end-$((1 + 2))", "end-3")
        assert "echo a" not in screen.text


async def test_control_c_passes_a_program_that_does_not_read(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    users = {"ALLOWED_USER_IDS": f"{ANNA},{BEN}"}
    async with ready_worker(sandbox, tmp_path, **users) as (_, anna):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        screen = await open_terminal(anna)
        await open_terminal(ben)
        await run(anna, "sleep 1000", "sleep")
        block = "\n".join(["x" * 100] * 38)
        for _ in range(40):
            await anna.say(block)
        await run(ben, "echo free-$((1 + 1))", "free-2")
        await anna.press(screen, "Ctrl-C")
        await run(anna, "clear; echo alive-$((2 + 3))", "alive-5")


async def test_an_unknown_command_is_typed_on_demand(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        unknown = await say(anna, "/deploy now", "no command /deploy")
        await anna.press(unknown, "Type it")
        await anna.wait_for(lambda m: "/deploy: No such file" in m.text)
