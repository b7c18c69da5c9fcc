"""`coderbot --headless` on the sandbox, used as its users would."""

import asyncio
import os
import re
import signal
import stat
import sys
import time
from pathlib import Path

import psutil

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import (
    Fleet,
    clean_environment,
    gone,
    running_fleet,
    shown_environment,
)
from tests.e2e.pictures import png, png_size
from tests.fakes.processes import command_of

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"


def shows(text: str) -> "re.Pattern[str]":
    """Return a pattern that finds a whole line of a text screen."""
    return re.compile(rf"^{re.escape(text)}\s*$", re.MULTILINE)


async def test_three_bots_become_ready_and_end_with_ctrl_c(world: World) -> None:
    world.env(bots=3)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        assert sorted(fleet.workers()) == ["bot-0", "bot-1", "bot-2"]
        for index in range(3):
            await world.user(index).say("/xterm")
            await world.user(index).wait_for(lambda m: m.kind == "photo")
        tree = fleet.tree()
        assert len(tree) >= 7, "the parent, three workers, three shells"
        assert await fleet.interrupt() == ExitCode.OK
        await gone(tree)
    assert "Traceback" not in fleet.output


async def test_every_line_has_a_time_and_a_prefix(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await fleet.interrupt()
    shape = re.compile(
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[(Parent|Worker bot-0|bot-0)\] "
    )
    assert len(fleet.lines) > 5
    assert [line for line in fleet.lines if not shape.match(line)] == []


async def test_a_shell_in_chat_shows_what_was_typed(world: World) -> None:
    world.env(bots=1, AIRPLANE_MODE="true")
    anna = world.user()
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await anna.say("/xterm")
        await anna.wait_for(lambda m: "$" in m.text or "#" in m.text)
        await anna.say("echo sum=$((40+2))")
        await anna.wait_for(lambda m: bool(shows("sum=42").search(m.text)))
        await anna.say("/keys printf '%s' typed-only")
        waiting = await anna.wait_for(lambda m: "printf '%s' typed-only" in m.text)
        assert not shows("typed-only").search(waiting.text)
        await anna.say("/enter")
        await anna.wait_for(lambda m: bool(re.search(r"^typed-only", m.text, re.M)))
        await anna.say("sleep 1000")
        await anna.wait_for(lambda m: "sleep 1000" in m.text)
        await anna.say("/ctrlc")
        await anna.wait_for(lambda m: "^C" in m.text)
        shells = [p for p in fleet.tree() if p.name() in ("bash", "sleep")]
        assert shells
        await anna.say("/close")
        await anna.wait_for(lambda m: "closed" in m.text.lower())
        # Its user is told at once, and need not wait for its end.
        await gone(shells)
        await fleet.interrupt()


async def test_the_screen_is_a_picture_with_keys_below(world: World) -> None:
    world.env(bots=1, XTERM_TERMINAL_ROWS="50", XTERM_TERMINAL_COLS="100")
    anna = world.user()
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await anna.say("/xterm")
        first = await anna.wait_for(lambda m: m.kind == "photo")
        assert {"1", "2", "3"} <= set(first.buttons)
        width, height = png_size(await first.download())
        assert 600 <= width <= 1600
        assert width < height * 1.6
        await anna.say("ls --color /; printf '\\e[41mRED\\e[0m\\n'")
        changed = await anna.wait_for(lambda m: m.kind == "photo" and m.edits > 0)
        assert await changed.download() != await first.download()
        refresh = next(name for name in changed.buttons if "Refresh" in name)
        assert (await anna.answer(await anna.press(changed, refresh))) is not None
        await anna.say("/screen")
        again = await anna.wait_for(lambda m: m.kind == "photo" and m.id > first.id)
        assert png_size(await again.download()) == (width, height)
        await fleet.interrupt()


async def test_a_dropped_picture_arrives_and_is_moved_to_sent(world: World) -> None:
    world.env(bots=2)
    anna = world.user(1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        picture = png()
        (world.media(1) / "drawing.png").write_bytes(picture)
        arrived = await anna.wait_for(lambda m: m.kind == "photo", after=0)
        assert "drawing.png" in arrived.text
        assert await arrived.download() == picture
        await fleet.line(r"\[bot-1\].*drawing\.png")
        sent = world.media(1) / "sent" / "drawing.png"
        await asyncio.to_thread(_wait_for_file, sent)
        assert not (world.media(1) / "drawing.png").exists()
        assert await world.user(0).messages() == []
        await fleet.interrupt()


async def test_a_file_from_chat_is_saved_and_its_path_named(world: World) -> None:
    world.env(bots=1)
    anna = world.user()
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await anna.upload("document", "../../evil name.txt", b"content")
        reply = await anna.wait_for(lambda m: "received" in m.text)
        (saved,) = (world.media(0) / "received").iterdir()
        assert str(saved) in reply.text
        assert saved.read_bytes() == b"content"
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        assert "evil name" in saved.name
        await fleet.interrupt()


async def test_a_killed_worker_is_replaced_after_five_seconds(world: World) -> None:
    world.env(bots=3)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()
        await world.user(0).say("/xterm")
        await world.user(0).wait_for(lambda m: m.kind == "photo")
        shells = psutil.Process(before["bot-0"]).children(recursive=True)
        assert shells
        killed_at = time.monotonic()
        os.kill(before["bot-0"], signal.SIGKILL)
        await fleet.line(r"\[Parent\] .*bot-0.*SIGKILL")
        await gone(shells)
        await fleet.line(r"\[Parent\] .*bot-0 is ready", count=2)
        took = time.monotonic() - killed_at
        assert 5 <= took < 12
        after = fleet.workers()
        assert after["bot-0"] != before["bot-0"]
        assert {b: p for b, p in after.items() if b != "bot-0"} == {
            b: p for b, p in before.items() if b != "bot-0"
        }
        assert "restart 1" in fleet.output
        await world.user(0).say("/help")
        await world.user(0).wait_for(lambda m: "/xterm" in m.text)
        await fleet.interrupt()


async def test_a_stranger_is_refused_and_told_so_once(world: World) -> None:
    world.env(bots=1)
    stranger = world.user(user_id=666)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        for text in ("/start", "rm -rf /", "/xterm"):
            await stranger.say(text)
        await world.user().say("/help")
        await world.user().wait_for(lambda m: "/xterm" in m.text)
        answers = [m for m in await stranger.messages() if m.from_bot]
        assert len(answers) == 1
        assert "666" in answers[0].text
        await fleet.line(r"666")
        assert [p for p in fleet.tree() if p.name() == "bash"] == []
        await fleet.interrupt()


async def test_killbot_stops_this_bot_only_and_for_good(world: World) -> None:
    world.env(bots=2, WORKER_RESTART_DELAY_SECONDS="0.2")
    anna = world.user(0)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        other = fleet.workers()["bot-1"]
        await anna.say("/killbot")
        question = await anna.wait_for(lambda m: bool(m.buttons))
        await anna.press(question, question.buttons[0])
        await fleet.line(r"\[Parent\].*bot-0.*(stopped|exit 0)")
        # The other one goes on, and the one that was asked to stop stays away.
        await world.user(1).say("/help")
        await world.user(1).wait_for(lambda m: "/xterm" in m.text)
        assert fleet.workers() == {"bot-1": other}
        await fleet.interrupt()


async def test_killing_the_parent_ends_workers_and_shells(world: World) -> None:
    world.env(bots=2)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await world.user(0).say("/xterm")
        await world.user(0).wait_for(lambda m: m.kind == "photo")
        tree = fleet.tree()
        fleet.process.kill()
        await gone(tree)


async def test_a_second_supervisor_is_refused(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        async with running_fleet(world.directory) as second:
            await second.line(rf"in use by process {fleet.process.pid}")
            assert await second.process.wait() == ExitCode.STATE_DIR_LOCKED
        assert fleet.workers()
        await fleet.interrupt()


async def test_bad_settings_start_nothing(world: World) -> None:
    world.env(bots=1, XTERM_FONT_SIZE="huge", ALLOWED_USER_IDS="")
    async with running_fleet(world.directory) as fleet:
        assert await fleet.process.wait() == ExitCode.CONFIG
        await fleet.line("ALLOWED_USER_IDS is empty")
        await fleet.line("XTERM_FONT_SIZE=huge")
    assert not (world.directory / "media").exists()
    assert "[Parent]" not in fleet.output


async def test_a_revoked_token_fails_its_bot_and_no_other(world: World) -> None:
    world.env(bots=2)
    await world.client.revoke_bot(world.user(0).bot_id)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(r"\[Parent\] .*1 of 2 workers ready.*bot-0")
        await fleet.line(r"\[Parent\].*bot-0.*failed")
        assert list(fleet.workers()) == ["bot-1"]
        await fleet.interrupt()


async def test_the_second_signal_kills_at_once(world: World) -> None:
    world.env(bots=1, WORKER_STOP_TIMEOUT_SECONDS="50")
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        tree = fleet.tree()
        # A stopped process cannot end gracefully.
        os.kill(fleet.workers()["bot-0"], signal.SIGSTOP)
        fleet.process.terminate()
        await fleet.line("SIGTERM: stopping")
        fleet.process.terminate()
        async with asyncio.timeout(10):
            assert await fleet.process.wait() == ExitCode.OK
        await gone(tree)


async def test_verbose_logging_off_keeps_worker_lines_from_stdout(
    world: World,
) -> None:
    world.env(bots=1, VERBOSE_LOGGING="false")
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await fleet.interrupt()
    assert "[Worker bot-0]" not in fleet.output
    assert "[Parent]" in fleet.output


async def test_no_token_leaks_anywhere(world: World) -> None:
    world.env(bots=2, AIRPLANE_MODE="true", TTS_API_KEY="sk-spoken-secret-123")
    anna = world.user()
    secrets = [*world.tokens, "sk-spoken-secret-123"]
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        await anna.say("/xterm")
        await anna.wait_for(lambda m: "$" in m.text or "#" in m.text)
        # Faults make the client libraries talk.
        await world.client.fault("500", count=3)
        dump = world.directory / "env.txt"
        await anna.say(
            f"cat /proc/$$/environ /proc/$PPID/environ > {dump}; env >> {dump}"
        )
        await anna.say("echo done-$((1+1))")
        await anna.wait_for(lambda m: "done-2" in m.text)
        arguments = [command_of(process) for process in fleet.tree()]
        environments = _environments(fleet)
        await fleet.interrupt()
    chat = [message.text for message in await anna.messages()]
    haystack = "\n".join(
        [fleet.output, *arguments, *chat, *environments, *_files(world.directory)]
    )
    assert "PATH=" in dump.read_text(errors="replace")
    for secret in secrets:
        assert secret not in haystack
        assert secret.partition(":")[2] not in haystack or ":" not in secret


def _environments(fleet: Fleet) -> list[str]:
    """Return what /proc shows of each process's environment."""
    return [repr(shown_environment(process.pid)) for process in fleet.tree()]


def _files(directory: Path) -> list[str]:
    """Return the content of every file below, except the `.env` itself."""
    return [
        path.read_bytes().decode(errors="replace")
        for path in directory.rglob("*")
        if path.is_file() and path.name != ".env"
    ]


def _wait_for_file(path: Path, timeout: float = 10) -> None:
    """Wait until `path` exists: the move follows the upload that was seen."""
    deadline = time.monotonic() + timeout
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.01)


async def test_a_closed_stdout_does_not_end_the_fleet(world: World) -> None:
    env = world.env(bots=1)
    read_end, write_end = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "coderbot", "--headless", "--env-file", str(env)),
        cwd=world.directory,
        env=clean_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=write_end,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(write_end)
    os.close(read_end)
    try:
        anna = world.user()
        await world.client.wait_polling(anna.bot_id, timeout=30)
        await anna.say("/help")
        await anna.wait_for(lambda m: "/xterm" in m.text)
        tree = Fleet(process, world.directory).tree()
        process.terminate()
        async with asyncio.timeout(20):
            assert await process.wait() == ExitCode.OK
        await gone(tree)
    finally:
        if process.returncode is None:
            process.kill()


async def test_a_reader_that_stalls_holds_up_nothing(world: World) -> None:
    # Nobody reads stdout, so the pipe fills; the fleet must start and stop all the
    # same, and say afterwards what was not printed.
    world.env(bots=2)
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    filled = 0
    try:
        while True:
            filled += os.write(write_end, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(write_end, True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "coderbot", "--headless"),
        cwd=world.directory,
        env=clean_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=write_end,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(write_end)
    try:
        for index in range(2):
            bot_id = world.user(index).bot_id
            await world.client.wait_polling(bot_id, timeout=30)
        process.terminate()
        async with asyncio.timeout(20):
            assert await process.wait() == ExitCode.OK
    finally:
        if process.returncode is None:
            process.kill()
        os.close(read_end)
    assert filled > 0
