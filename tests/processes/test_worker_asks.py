# ruff: noqa: F811 - a fixture is used by its name
"""What programs ask becomes buttons, and what they want to be noticed alerts."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coderbot import wire
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.worker import running_worker, worker_environment

BOT = make_bot_id(1)

pytestmark = pytest.mark.timeout(60)

CURSOR_MENU = """
import sys, termios, tty
items, at = ["red", "green", "blue"], 0
old = termios.tcgetattr(0)
tty.setcbreak(0)
attributes = termios.tcgetattr(0)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(0, termios.TCSANOW, attributes)
def draw():
    sys.stdout.write("\\x1b[2J\\x1b[H\\x1b[?25l? Pick a colour (use arrow keys)\\r\\n")
    for number, item in enumerate(items):
        sys.stdout.write(("\\u276f " if number == at else "  ") + item + "\\r\\n")
    sys.stdout.flush()
draw()
while True:
    key = sys.stdin.buffer.raw.read(8)
    if key == b"\\r" or key == b"\\n":
        break
    at = max(0, min(2, at + {b"\\x1b[A": -1, b"\\x1b[B": 1}.get(key, 0)))
    draw()
termios.tcsetattr(0, termios.TCSANOW, old)
print("\\x1b[2J\\x1b[H\\x1b[?25hpicked " + items[at].upper())
"""
SINGLE_KEY = """
import sys, termios, tty
old = termios.tcgetattr(0)
tty.setcbreak(0)
for number in (1, 2):
    sys.stdout.write(f"Keep part {number}? [y/n] ")
    sys.stdout.flush()
    print("got", repr(sys.stdin.read(1)), number)
termios.tcsetattr(0, termios.TCSANOW, old)
"""


@asynccontextmanager
async def open_terminal(
    sandbox: Sandbox, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[SandboxUser, Message]]:
    settings = worker_environment(
        sandbox.url, make_token(1), tmp_path, **({"AIRPLANE_MODE": "true"} | more)
    )
    async with running_worker(settings, tmp_path) as worker:
        await worker.frame(wire.Ready)
        anna = sandbox.client().user(ANNA, bot_id=BOT)
        await anna.say("/xterm")
        yield anna, await anna.wait_for(lambda m: bool(m.buttons))


def program(tmp_path: Path, text: str) -> str:
    path = tmp_path / "home" / "program.py"
    path.write_text(text)
    return f"python3 {path}"


async def shown(anna: SandboxUser, words: str) -> Message:
    return await anna.wait_for(lambda m: bool(m.buttons) and words in m.text)


async def with_button(anna: SandboxUser, label: str) -> Message:
    return await anna.wait_for(lambda m: label in m.buttons)


async def test_a_numbered_menu(sandbox: Sandbox, tmp_path: Path) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        script = tmp_path / "home" / "menu.sh"
        script.write_text(
            "select x in apple banana; do echo got-$x-$REPLY; break; done"
        )
        await anna.say(f"bash {script}")
        screen = await with_button(anna, "2. banana")
        await anna.press(screen, "2. banana")
        after = await shown(anna, "got-banana-2")
        assert "2. banana" not in after.buttons


async def test_yes_or_no(sandbox: Sandbox, tmp_path: Path) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say("read -p 'Go on? [y/N] ' x; echo got-$x")
        screen = await with_button(anna, "Yes")
        await anna.press(screen, "Yes")
        await shown(anna, "got-y")


async def test_single_keys_get_no_enter(sandbox: Sandbox, tmp_path: Path) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say(program(tmp_path, SINGLE_KEY))
        screen = await shown(anna, "Keep part 1?")
        await anna.press(screen, "Yes")
        screen = await shown(anna, "got 'y' 1")
        await anna.press(screen, "No")
        await shown(anna, "got 'n' 2")


async def test_a_menu_with_a_cursor(sandbox: Sandbox, tmp_path: Path) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say(program(tmp_path, CURSOR_MENU))
        screen = await with_button(anna, "blue")
        await anna.press(screen, "blue")
        await shown(anna, "picked BLUE")


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
async def test_a_pager(sandbox: Sandbox, tmp_path: Path) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say("seq 1000 | less; echo left-$((1 + 1))")
        screen = await with_button(anna, "Quit")
        await anna.press(screen, "⬇ Next page")
        screen = await shown(anna, "\n90\n")
        await anna.press(screen, "Quit")
        await shown(anna, "left-2")


async def test_a_button_of_a_past_question_is_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        ask = "read -p 'Go on? [y/N] ' x; echo got-$x"
        await anna.say(f"{ask}; {ask}")
        first = await with_button(anna, "Yes")
        await anna.say("maybe")
        second = await anna.wait_for(
            lambda m: "got-maybe" in m.text and "Yes" in m.buttons
        )
        # The same question once more: but this button was made for the first.
        pressed = await anna.press(first, "Yes")
        assert "past" in (await anna.answer(pressed))["text"]
        await anna.wait_for(lambda m: "got-maybe" in m.text and m.id > second.id)
        await anna.press(second, "No")
        after = await shown(anna, "got-n")
        assert "got-y" not in after.text


async def test_a_password_is_deleted_from_the_chat(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say("read -s -p 'Password: ' x; echo; echo length-${#x}")
        await shown(anna, "Password:")
        secret = await anna.say("hunter22")
        await anna.wait_event(
            lambda e: e["type"] == "delete" and secret.id in _deleted(e)
        )
        await shown(anna, "length-8")
        await anna.say("read -s -p 'PIN: ' x; echo; echo digits-${#x}")
        await shown(anna, "PIN:")
        pin = await anna.say("/keys 471147")
        await anna.wait_event(lambda e: e["type"] == "delete" and pin.id in _deleted(e))
        await anna.say("/enter")
        await shown(anna, "digits-6")
        assert all("471147" not in m.text for m in await anna.messages())
        assert all("hunter22" not in m.text for m in await anna.messages())
        for path in (tmp_path / "state").rglob("*"):
            assert path.is_dir() or b"hunter22" not in path.read_bytes()


def _deleted(event: dict[str, object]) -> list[object]:
    ids = event.get("message_ids")
    return list(ids) if isinstance(ids, list) else [event.get("message_id")]


async def test_a_notification_is_a_message_that_rings(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, screen):
        await anna.say("/notify off")
        await anna.wait_for(lambda m: "nothing" in m.text)
        await anna.say(r"printf '\033]9;unheard\007'; echo first-$((1 + 1))")
        await shown(anna, "first-2")
        # Once more is shown, what came before has been decided on.
        await anna.say("echo second-$((1 + 2))")
        await shown(anna, "second-3")
        await anna.say("/notify waiting")
        await anna.wait_for(lambda m: "(waiting)" in m.text)
        await anna.say(r"printf '\033]777;notify;Agent;needs you\033\\'")
        alert = await anna.wait_for(lambda m: "Agent: needs you" in m.text)
        assert alert.id > screen.id
        messages = [m for m in await anna.messages() if m.from_bot]
        assert [m.text for m in messages if not m.silent] == [alert.text]


async def test_a_long_command_tells_its_time_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say(r"sleep 10.2; printf '\a'")
        alert = await anna.wait_for(lambda m: not m.silent, timeout=20)
        assert re.search(r"sleep has ended after 1\d s", alert.text)
        await anna.say("echo end-$((1 + 1))")
        await shown(anna, "end-2")
        loud = [m for m in await anna.messages() if m.from_bot and not m.silent]
        assert [m.id for m in loud] == [alert.id]


async def test_a_pinned_screen_can_be_paused(sandbox: Sandbox, tmp_path: Path) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say("/live on")
        await anna.wait_for(lambda m: "all the time" in m.text)
        await anna.say("while sleep 0.3; do echo n-$((n++)); done")
        # Longer than a screen is followed without this.
        screen = await shown(anna, "n-9\n")
        await anna.press(screen, "⏸ Pause")
        paused = await with_button(anna, "▶️ Resume")
        await anna.say("/nosuch")
        await anna.wait_for(lambda m: "no command" in m.text)
        await anna.press(paused, "▶️ Resume")
        await anna.wait_for(lambda m: "⏸ Pause" in m.buttons and m.text != paused.text)


async def test_an_alert_has_the_buttons_while_its_question_stands(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with open_terminal(sandbox, tmp_path) as (anna, _):
        await anna.say(
            r"printf '\033]9;look here\007'; read -p 'Go on? [y/N] ' x; echo got-$x"
        )
        alert = await anna.wait_for(lambda m: not m.silent)
        assert "look here" in alert.text
        assert "Go on? [y/N]" in alert.text
        await anna.press(alert, "Yes")
        await shown(anna, "got-y")
        await anna.wait_for(lambda m: m.id == alert.id and not m.buttons)
