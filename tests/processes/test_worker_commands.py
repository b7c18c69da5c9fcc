# ruff: noqa: F811 - a fixture is used by its name
"""Every command of the original, by its full name, without a terminal, by strangers."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from coderbot.botprocess.telegram.command import Call
from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.commands import BY_NAME, COMMANDS
from coderbot.worker.telegram.dispatch import obey
from coderbot.worker.telegram.request import Request
from tests.fakes.sandbox import BEN, make_bot_id, sandbox  # noqa: F401
from tests.processes.assistants import told
from tests.processes.chat import bot_username, open_terminal, ready_worker, run

BOT = make_bot_id(1)
ORIGINAL = [
    "start",
    "help",
    "copilot",
    "opencode",
    "gemini",
    "xterm",
    "close",
    "keys",
    "ctrl",
    "tab",
    "enter",
    "space",
    "delete",
    "esc",
    "ctrlc",
    "ctrlx",
    "arrowup",
    "arrowdown",
    "1",
    "2",
    "3",
    "4",
    "5",
    "screen",
    "airplane",
    "audiomode",
    "startup",
    "addcoder",
    "removecoder",
    "macros",
    "md",
    "killbot",
]
BYTES = {
    "tab": "^I",
    "space": " ",
    "delete": "^?",
    "esc": "^[",
    "ctrlx": "^X",
    "arrowup": "^[[A",
    "arrowdown": "^[[B",
    **{digit: digit for digit in "12345"},
    "keys xyz": "xyz",
    "ctrl a": "^A",
    "ctrl ?": "^?",
    "enter": "^M",
}
"""What each types, as `cat -vt` shows it."""


NEEDY = [each for each in ORIGINAL if BY_NAME[each].needs_terminal]


async def until(anna: SandboxUser, holds: Callable[[list[str]], bool]) -> None:
    """Wait until something holds of all that the bot has said."""
    async with asyncio.timeout(40):
        while not holds([m.text for m in await anna.messages() if m.from_bot]):
            await anna.wait_for(timeout=40)


@pytest.mark.parametrize("name", ORIGINAL)
def test_it_exists(name: str) -> None:
    assert name in BY_NAME


@pytest.mark.parametrize("name", NEEDY)
async def test_it_says_when_it_needs_a_terminal(name: str) -> None:
    said: list[str] = []
    desk = SimpleNamespace(find=lambda *_: None, of=lambda _: ())
    outbox = SimpleNamespace(post=lambda _chat, text, *_, **__: said.append(text))
    services: Any = SimpleNamespace(desk=desk, outbox=outbox)
    request = Request(services, 1, 1, None, None, Call(name, "", ""), BY_NAME[name])
    await obey(BY_NAME[name], request)
    assert said == [texts.NO_TERMINAL]


async def test_keys_by_their_full_names(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        bot = await bot_username(sandbox)
        await open_terminal(anna)
        await run(anna, "stty raw -echo; echo ready; cat -vt", "ready")
        for words in BYTES:
            name, _, argument = words.partition(" ")
            await anna.say(f"/{name}@{bot} {argument}".rstrip())
        await told(anna, "".join(BYTES.values()))
        # What is meant for another bot is none of ours.
        await anna.say("/tab@another_bot")
        await anna.say("/ctrlc@" + bot)
        await told(anna, "^C")


async def test_without_a_terminal_and_with_bad_arguments(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        bot = await bot_username(sandbox)
        # A chat takes one answer a second; the others go the same way (below).
        needy = NEEDY[::4]
        for name in needy:
            await anna.say(f"/{name}@{bot}")
        await until(anna, lambda said: said.count(texts.NO_TERMINAL) == len(needy))
        for words in ("airplane maybe", "audiomode loud", "addcoder", "removecoder"):
            name = words.partition(" ")[0]
            await anna.say(f"/{words}")
            await told(anna, BY_NAME[name].form, BY_NAME[name].help)
        await open_terminal(anna)
        for words in ("keys", "ctrl", "ctrl ab", "ctrl 7"):
            name = words.partition(" ")[0]
            await anna.say(f"/{words}")
            await told(anna, BY_NAME[name].form, "Example: ")


async def test_a_stranger_gets_one_answer_to_all_of_them(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        for command in COMMANDS:
            await ben.say(f"/{command.name} x")
        await anna.say("/start")
        await told(anna, "This is bot-0")
        assert len([m for m in await ben.messages() if m.from_bot]) == 1
        assert worker.children() == []
