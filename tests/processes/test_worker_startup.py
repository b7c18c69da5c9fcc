# ruff: noqa: F811 - a fixture is used by its name
"""Startup prompts and macros in chat, with small programs that play assistants."""

from pathlib import Path

from coderbot.sandbox.server import Sandbox
from tests.fakes.assistants import ASKS, STARTS_SLOWLY, make_program, path_with
from tests.fakes.sandbox import BEN, make_bot_id, sandbox  # noqa: F401
from tests.processes.assistants import close, shown, told, worker_with
from tests.processes.chat import bot_username, open_terminal

BOT = make_bot_id(1)


async def test_a_startup_prompt_is_kept_and_typed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path) as (worker, anna):
        make_program(tmp_path, "claude", STARTS_SLOWLY)
        await anna.say("/startup")
        await told(anna, "/startup TEXT")
        await anna.say("/claude")
        await shown(anna)
        await anna.say(f"/startup@{await bot_username(sandbox)} look around [m0]")
        await told(anna, "typed when claude starts")
        await anna.say("/startup")
        await told(anna, "look around [m0]")
        assert await worker.stop() == 0
    async with worker_with(sandbox, tmp_path) as (_, anna):
        make_program(tmp_path, "claude", STARTS_SLOWLY)
        await anna.say("/claude")
        screen = await shown(anna, "HEARD look around [m0]")
        # Typed once, and not before the program stood still.
        assert screen.text.index("READY") < screen.text.index("look around")
        await anna.say("/startup delete")
        await told(anna, "Nothing is typed any more")
        await anna.say("/startup")
        await told(anna, "Nothing is typed when claude has started")


async def test_a_startup_prompt_of_an_assistant_that_is_not_open(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path) as (_, anna):
        await anna.say("/startup codex hello codex")
        await told(anna, "typed when codex starts")
        await anna.say("/codex")
        await shown(anna, "HEARD hello codex")


async def test_a_question_is_answered_before_the_prompt(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path) as (_, anna):
        make_program(tmp_path, "copilot", ASKS)
        await anna.say("/startup copilot what is next?")
        await told(anna, "typed when copilot starts")
        await anna.say("/copilot")
        await shown(anna, "1. Yes, proceed")
        # Something else goes on while the question stands.
        await anna.say("/coders")
        await told(anna, "/copilot")
        await anna.say("2")
        await shown(anna, "ANSWER 2 READY", "HEARD what is next?")


async def test_no_shell_gets_the_prompt(sandbox: Sandbox, tmp_path: Path) -> None:
    async with worker_with(sandbox, tmp_path) as (_, anna):
        for name in ("claude", "codex"):
            await anna.say(f"/startup {name} touch typed")
            await told(anna, f"typed when {name} starts")
        make_program(tmp_path, "claude", "#!/bin/sh\nexec bash --norc --noprofile\n")
        await anna.say("/claude")
        await told(anna, "The startup prompt of claude was not typed")
        await anna.say("echo end-$((1 + 2))")
        await shown(anna, "end-3")
        make_program(tmp_path, "codex", "#!/bin/sh\necho no licence\nexit 3\n")
        await anna.say("/codex")
        await told(anna, "codex ended: exit 3")
        assert not (tmp_path / "home" / "typed").exists()


async def test_close_cancels_the_prompt(sandbox: Sandbox, tmp_path: Path) -> None:
    async with worker_with(sandbox, tmp_path) as (worker, anna):
        make_program(tmp_path, "claude", STARTS_SLOWLY)
        await anna.say("/startup claude echo typed")
        await anna.say("/claude")
        await shown(anna)
        await close(anna)
        await open_terminal(anna)
        await anna.say("echo end-$((1 + 2))")
        assert "typed" not in (await shown(anna, "end-3")).text
        assert not [m for m in await anna.messages() if "not typed" in m.text]
        assert "failed" not in worker.text


async def test_macros_of_settings_and_own_ones(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {"PATH": path_with(tmp_path), "M0": "echo zero", "M1": "$& [m0] \\1"}
    async with worker_with(sandbox, tmp_path, **settings) as (worker, anna):
        await anna.say(f"/macro@{await bot_username(sandbox)} tests run [m0] $&")
        await told(anna, "[tests] in a message")
        await anna.say("/macro M3 three")
        await told(anna, "[m3]")
        await anna.say("/macros")
        listed = await anna.wait_for(lambda m: bool(m.buttons))
        assert listed.buttons == ("[m0]", "[m1]", "[tests]", "[m3]")
        assert "[tests] run [m0] $&" in listed.text
        await anna.press(listed, "[tests]")
        await told(anna, "No terminal is open")
        await anna.say("/claude")
        await shown(anna, "NAME claude")
        await anna.press(listed, "[tests]")
        await shown(anna, "HEARD run [m0] $&")
        await anna.say("first [m0], then [m1], [Tests]; [m3] [m9]")
        await shown(
            anna, "HEARD first echo zero, then $& [m0] \\1, run [m0] $&; three [m9]"
        )
        assert await worker.stop() == 0
    async with worker_with(sandbox, tmp_path, **settings) as (_, anna):
        await anna.say("/macro tests")
        await told(anna, "run [m0] $&")
        await anna.say("/macro tests delete")
        await told(anna, "[tests] is deleted")
        await anna.say("/macro m0 mine")
        await told(anna, "[m0]")
        await anna.say("/macro m0 delete")
        await told(anna, "stands for the text of the settings again: echo zero")
        for words in ("/macro", "/macro media x", "/macro 9x y", "/macro a.b c"):
            await anna.say(words)
            await told(anna, "/macro NAME [TEXT|delete]")
        await anna.say("/macro nothing")
        await told(anna, "no macro [nothing]")
        ben = sandbox.client().user(BEN, bot_id=BOT)
        await ben.say("/macro m0 theirs")
        await told(ben, "may not use this bot")
