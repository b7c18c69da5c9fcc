# ruff: noqa: F811 - a fixture is used by its name
"""Assistants in chat: a real worker starts small programs that play them."""

from pathlib import Path

from coderbot.sandbox.server import Sandbox
from tests.fakes.assistants import make_program
from tests.fakes.sandbox import ANNA, BEN, make_bot_id, sandbox  # noqa: F401
from tests.processes.assistants import BUILT_IN, NONE, close, shown, told, worker_with
from tests.processes.chat import bot_username, is_screen, ready_worker

BOT = make_bot_id(1)


async def test_every_assistant_starts_as_the_program_of_the_terminal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path, **NONE) as (worker, anna):
        home = str(tmp_path / "home")
        name_of_bot = await bot_username(sandbox)
        for name, program in BUILT_IN.items():
            await anna.say(f"/{name}@{name_of_bot}")
            await shown(anna, f"NAME {program} ARGV []", f"CWD {home}")
            # No shell is in between.
            (child,) = worker.children()
            assert child.cmdline()[1:] == [str(tmp_path / "bin" / program)]
            await close(anna)


async def test_arguments_of_settings_and_of_the_message(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "home" / "my project").mkdir(parents=True)
    settings = {"CLAUDE_ARGUMENTS": "--fast 'a b'", "ANTHROPIC_API_KEY": "key-of-mine"}
    async with worker_with(sandbox, tmp_path, **settings) as (_, anna):
        await anna.say("/claude '~/my project' --model opus $HOME;id")
        argv = "['--fast', 'a b', '--model', 'opus', '$HOME;id']"
        await shown(anna, argv, f"CWD {tmp_path}/home/my project", "KEY key-of-mine")
        await anna.say("hello there")
        await shown(anna, "HEARD hello there")
        await close(anna)
        # Only the assistant that is for it gets the key.
        await anna.say("/copilot")
        await shown(anna, "'--deny-tool', 'shell(sudo)'", "KEY None")


NONSENSE = {
    "/claude ~/nowhere": ("There is no directory", "/projects"),
    "/claude --model 'opus": ("cannot be read", "quot"),
    "/addcoder": ("/addcoder NAME [COMMAND…]", "Example: "),
    "/addcoder xterm bash": ("/xterm exists already",),
    "/addcoder bad-name x": ("2 to 32 letters",),
    "/addcoder mine 'open": ("Not added", "quot"),
    "/removecoder": ("/removecoder NAME",),
    "/removecoder nobody": ("no assistant nobody",),
    "/projects": ("no directories",),
    "/nobody": ("no command /nobody",),
}


async def test_what_makes_no_sense_starts_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path) as (worker, anna):
        for words, answer in NONSENSE.items():
            await anna.say(words)
            await told(anna, *answer)
        assert worker.children() == []


async def test_a_missing_program_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path, PATH="/usr/bin:/bin") as (worker, anna):
        await anna.say("/claude")
        await told(anna, "claude is not in PATH (/usr/bin:/bin)", "npm install")
        assert worker.children() == []
        await anna.say("/coders")
        await told(anna, "/claude - Claude Code (claude is not in PATH)")


async def test_a_program_that_ends_at_once_shows_its_last_words(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path) as (_, anna):
        make_program(tmp_path, "claude", "#!/bin/sh\necho no licence found; exit 7\n")
        await anna.say("/claude")
        await told(anna, "claude ended: exit 7", "/claude starts it again")
        await told(anna, "no licence found")
        screens = [m for m in await anna.messages() if "no licence" in m.text]
        assert len(screens) == 1
        # What is typed next meets no shell.
        await anna.say("rm -rf /")
        await told(anna, "No terminal is open")


async def test_assistants_stand_beside_each_other(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with worker_with(sandbox, tmp_path) as (worker, anna):
        await anna.say("/claude")
        screen = await shown(anna, "NAME claude")
        assert "⇧Tab" in screen.buttons
        await anna.say("/claude")
        await told(anna, "claude is open already", "/use claude")
        await anna.say("/codex")
        await shown(anna, "NAME codex")
        assert len(worker.children()) == 2
        await anna.say("to codex")
        assert "NAME codex" in (await shown(anna, "HEARD to codex")).text
        await anna.say("/use claude")
        await shown(anna, "NAME claude")


async def test_own_assistants_work_at_once_and_after_a_restart(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    make_program(tmp_path, "my-agent")
    users = {"ALLOWED_USER_IDS": f"{ANNA},{BEN}"}
    async with worker_with(sandbox, tmp_path, **users) as (worker, anna):
        await anna.say(
            f"/addcoder@{await bot_username(sandbox)} agent my-agent --x 'a b'"
        )
        await told(anna, "Added. /agent starts it.")
        await anna.say("/agent more")
        await shown(anna, "NAME my-agent ARGV ['--x', 'a b', 'more']")
        await anna.say("/addcoder absent")
        await told(anna, "Added. /absent starts it. Its program is not in PATH yet.")
        ben = sandbox.client().user(BEN, bot_id=BOT)
        await ben.say("/agent")
        await told(ben, "no command /agent")
        assert await worker.stop() == 0
    async with worker_with(sandbox, tmp_path, **users) as (_, anna):
        await anna.say("/help")
        await told(anna, "Your own", "/agent")
        await anna.say("/agent")
        await shown(anna, "NAME my-agent")
        await anna.say("/coders")
        await told(anna, "/agent - my-agent --x 'a b' (your own)")
        await anna.say("/removecoder agent")
        await told(anna, "Removed: agent")
        await close(anna)
        await anna.say("/agent")
        await told(anna, "no command /agent")


async def test_the_owners_catalogue(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text('[helper]\ncommand = "claude --as-helper"\n')
    async with worker_with(sandbox, tmp_path, CODERBOT_ASSISTANTS=str(path)) as (
        _,
        anna,
    ):
        await anna.say("/helper")
        await shown(anna, "NAME claude ARGV ['--as-helper']")
        await close(anna)
        path.write_text("[helper\n")
        await anna.say("/coders")
        await told(anna, str(path), "line 1")
        await anna.say("/claude")
        await shown(anna, "NAME claude ARGV []")


async def test_a_project_is_picked(sandbox: Sandbox, tmp_path: Path) -> None:
    root = tmp_path / "projects"
    for number in range(10):
        (root / f"project-{number}").mkdir(parents=True)
    (root / "escape").symlink_to("/etc")
    async with worker_with(sandbox, tmp_path, PROJECTS_ROOT=str(root)) as (_, anna):
        await anna.say("/projects")
        first = await anna.wait_for(lambda m: bool(m.buttons))
        assert first.buttons == (*(f"📁 project-{n}" for n in range(8)), "▶")
        await anna.press(first, "▶")
        second = await anna.wait_for(lambda m: m.id == first.id and m.edits > 0)
        assert second.buttons == ("📁 project-8", "📁 project-9", "◀")
        await anna.press(second, "📁 project-9")
        picked = await anna.wait_for(lambda m: "⌨️ shell" in m.buttons)
        assert "✳️ claude" in picked.buttons
        await anna.press(picked, "✳️ claude")
        await shown(anna, "NAME claude", f"CWD {root}/project-9")
        await close(anna)
        await anna.press(picked, "⌨️ shell")
        await anna.wait_for(is_screen)
        await anna.say("pwd")
        await shown(anna, f"{root}/project-9")
        # A project that has become a link out of the root is none any more.
        await close(anna)
        (root / "project-9").rmdir()
        (root / "project-9").symlink_to("/etc")
        pressed = await anna.press(picked, "✳️ claude")
        assert "not there any more" in (await anna.answer(pressed))["text"]


async def test_a_stranger_starts_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    async with worker_with(sandbox, tmp_path) as (worker, anna):
        ben = sandbox.client().user(BEN, bot_id=BOT)
        for words in ("/claude", "/addcoder mine id", "/projects", "/coders"):
            await ben.say(words)
        await told(ben, "may not use this bot")
        await anna.say("/coders")
        await told(anna, "/claude")
        assert worker.children() == []
        assert len([m for m in await ben.messages() if m.from_bot]) == 1


async def test_own_assistants_stand_in_the_menu_of_their_user(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    client = sandbox.client()

    async def menu_of(user_id: int) -> set[str]:
        chat = await client.get(f"/sandbox/chats/{BOT}/{user_id}/messages")
        return {each["command"] for each in chat["commands"]}

    async with worker_with(sandbox, tmp_path) as (_, anna):
        await client.wait_calls(BOT, "setMyCommands", code=200)
        await anna.say("/addcoder agent claude")
        await client.wait_calls(BOT, "setMyCommands", at_least=2, code=200)
        assert {"agent", "claude", "xterm"} <= await menu_of(ANNA)
        assert "agent" not in await menu_of(BEN)
        await anna.say("/removecoder agent")
        await client.wait_calls(BOT, "deleteMyCommands", code=200)
        assert "agent" not in await menu_of(ANNA)
