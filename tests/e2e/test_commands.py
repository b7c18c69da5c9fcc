"""The commands as real processes against a real headless fleet."""

import asyncio
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect
import psutil
import pytest

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import Fleet, clean_environment, running_fleet

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"


@dataclass(frozen=True)
class Answer:
    """What a command has done."""

    code: int
    out: str
    err: str


async def coderbot(directory: Path, *arguments: str, stdin: str = "") -> Answer:
    """Run `coderbot …` in a directory, to its end."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "coderbot", *arguments],
        cwd=directory,
        env=clean_environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=40,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@asynccontextmanager
async def fleet_of(world: World, bots: int) -> AsyncIterator[Fleet]:
    world.env(bots=bots)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        yield fleet
        await fleet.interrupt()


async def status(world: World) -> dict[str, dict[str, object]]:
    answer = await coderbot(world.directory, "status", "--json")
    assert answer.code == ExitCode.OK, answer.err
    return {bot["id"]: bot for bot in json.loads(answer.out)["bots"]}


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("status", "--json"),
        ("restart", "bot-0"),
        ("logs", "-f"),
        ("show", "bot-0"),
        ("clean-media", "all", "--yes"),
        ("wait", "--ready", "--timeout", "0.2"),
    ],
    ids=" ".join,
)
async def test_without_a_supervisor_every_command_exits_3(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    answer = await coderbot(tmp_path, *command)
    assert answer.code == 3
    assert "No supervisor is running" in answer.err
    assert answer.out == ""


async def test_the_supervisor_is_found_by_each_way_of_naming_it(world: World) -> None:
    elsewhere = world.directory / "elsewhere"
    elsewhere.mkdir()
    async with fleet_of(world, 1):
        env = str(world.directory / ".env")
        state = str(world.directory / ".coderbot")
        for where in (["--env-file", env], ["--state-dir", state]):
            answer = await coderbot(elsewhere, "status", *where)
            assert answer.code == 0, answer.err
        assert (await coderbot(elsewhere, "--env-file", env, "status")).code == 0
        assert (await coderbot(elsewhere, "status")).code == ExitCode.NOT_RUNNING


async def test_status_is_a_table_and_a_schema(world: World) -> None:
    async with fleet_of(world, 2) as fleet:
        workers = fleet.workers()
        table = await coderbot(world.directory, "status")
        assert table.code == 0
        assert "\x1b" not in table.out
        rows = table.out.splitlines()[3:]
        assert [row.split()[0] for row in rows] == ["bot-0", "bot-1"]
        assert [int(row.split()[3]) for row in rows] == list(workers.values())
        answer = await coderbot(world.directory, "status", "--json")
        found = json.loads(answer.out)
        assert found["schema"] == 1
        assert found["supervisor"]["pid"] == fleet.process.pid
        assert set(found["supervisor"]) == {"pid", "uptime_s", "version"}
        assert [bot["pid"] for bot in found["bots"]] == list(workers.values())
        assert set(found["bots"][0]) == {
            *("id", "username", "state", "reason", "status", "pid", "uptime_s"),
            *("restarts", "crashes_in_row", "next_start_in_s", "rss_bytes"),
            *("cpu_percent", "terminals", "last_exit", "poll_age_s", "outbox_queued"),
            *("counters", "host"),
        }


async def test_bots_are_steered_by_id_and_by_name(world: World) -> None:
    async with fleet_of(world, 2) as fleet:
        before = fleet.workers()
        names = await status(world)
        name = f"@{names['bot-1']['username']}"
        done = await coderbot(world.directory, "restart", name.upper())
        assert (done.code, done.out) == (0, "bot-1 restarted\n"), done.err
        after = fleet.workers()
        assert after["bot-0"] == before["bot-0"]
        assert after["bot-1"] != before["bot-1"]
        assert (await coderbot(world.directory, "stop", "all")).code == 0
        assert fleet.workers() == {}
        assert {bot["state"] for bot in (await status(world)).values()} == {"stopped"}
        late = await coderbot(world.directory, "wait", "--ready", "--timeout", "0.3")
        assert late.code == ExitCode.REFUSED
        assert "bot-0 is stopped" in late.err
        assert (await coderbot(world.directory, "start", "bot-0", "bot-1")).code == 0
        ready = await coderbot(world.directory, "wait", "--ready", "--timeout", "30")
        assert (ready.code, ready.out) == (0, "All 2 bots are ready\n")
        killed = fleet.workers()["bot-0"]
        assert (await coderbot(world.directory, "kill", "bot-0")).code == 0
        assert not psutil.pid_exists(killed)
        assert (await status(world))["bot-0"]["last_exit"] == "SIGKILL"


async def test_an_unknown_bot_is_wrong_usage_and_touches_nobody(world: World) -> None:
    async with fleet_of(world, 1) as fleet:
        before = fleet.workers()
        answer = await coderbot(world.directory, "restart", "bot-0", "@nobody")
        assert answer.code == ExitCode.USAGE
        assert "There is no bot '@nobody'" in answer.err
        assert "bot-0 (@" in answer.err
        assert fleet.workers() == before
        assert (await coderbot(world.directory, "restart")).code == ExitCode.USAGE
        bad = await coderbot(world.directory, "logs", "--grep", "(")
        assert bad.code == ExitCode.USAGE
        bad = await coderbot(world.directory, "logs", "--since", "yesterday")
        assert bad.code == ExitCode.USAGE


async def test_logs_are_filtered(world: World) -> None:
    async with fleet_of(world, 2):
        everything = await coderbot(world.directory, "logs", "-n", "10000")
        assert everything.code == 0
        assert "[Parent] All 2 workers ready" in everything.out
        one = await coderbot(world.directory, "logs", "bot-1", "-n", "3")
        assert 1 <= len(one.out.splitlines()) <= 3
        assert "bot-0" not in one.out
        found = await coderbot(world.directory, "logs", "--grep", r"All \d", "--json")
        (line,) = map(json.loads, found.out.splitlines())
        assert line["text"].startswith("All 2 workers ready")
        assert (line["bot"], line["level"]) == ("parent", "info")
        recent = await coderbot(
            world.directory, "logs", "--since", "10m", "-n", "10000"
        )
        assert recent.out.startswith(everything.out)
        errors = await coderbot(world.directory, "logs", "--level", "error")
        assert errors.out == ""
        shown = await coderbot(world.directory, "show", "bot-1")
        assert shown.out.startswith("bot-1\n")
        assert "Last lines:" in shown.out


async def test_logs_follow_a_restart_and_end_with_ctrl_c(world: World) -> None:
    async with fleet_of(world, 1):
        follower = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "coderbot", "logs", "bot-0", "-f", "-n", "0"),
            cwd=world.directory,
            env=clean_environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert follower.stdout is not None
        # Restarted until it is heard: only then does the follower surely listen.
        async with asyncio.timeout(40):
            heard = asyncio.Event()

            async def hear() -> str:
                assert follower.stdout is not None
                while line := (await follower.stdout.readline()).decode():
                    heard.set()
                    if re.search(r"run \d+ started", line):
                        return line
                raise AssertionError("the follower ended")

            async with asyncio.TaskGroup() as group:
                line = group.create_task(hear())
                while not heard.is_set():
                    done = await coderbot(world.directory, "restart", "bot-0")
                    assert done.code == 0
        assert "bot-0" in line.result()
        follower.send_signal(signal.SIGINT)
        _, errors = await asyncio.wait_for(follower.communicate(), 10)
        assert follower.returncode == ExitCode.OK
        assert errors == b""


async def test_a_follower_ends_with_the_fleet(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        follower = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "coderbot", "logs", "-f"),
            cwd=world.directory,
            env=clean_environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        assert follower.stdout is not None
        assert await follower.stdout.readline()
        assert await fleet.interrupt() == 0
        output, _ = await asyncio.wait_for(follower.communicate(), 10)
    assert follower.returncode == ExitCode.OK
    assert b"All workers stopped" in output


async def test_media_is_cleaned_after_a_question(world: World) -> None:
    async with fleet_of(world, 1):
        sent = world.media(0) / "sent"
        sent.mkdir(parents=True, exist_ok=True)
        file = sent / "old.txt"
        file.write_bytes(b"x" * 1500)
        dry = await coderbot(world.directory, "clean-media", "bot-0", "--dry-run")
        assert (dry.code, dry.out) == (0, "bot-0: 1 file, 1.5 kB would be deleted\n")
        no = await coderbot(world.directory, "clean-media", "all", stdin="n\n")
        assert no.code == ExitCode.REFUSED
        assert file.exists()
        yes = await coderbot(world.directory, "clean-media", "all", "--yes")
        assert yes.code == 0
        assert "bot-0: 1 file, 1.5 kB deleted" in yes.out
        assert not file.exists()


async def test_wait_ready_waits_for_the_supervisor_too(world: World) -> None:
    world.env(bots=1)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(
            coderbot(world.directory, "wait", "--ready", "--timeout", "30")
        )
        async with running_fleet(world.directory) as fleet:
            answer = await waiting
            assert (answer.code, answer.out) == (0, "All 1 bots are ready\n")
            await fleet.interrupt()


async def test_a_killed_supervisor_leaves_a_socket_that_does_no_harm(
    world: World,
) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        tree = fleet.tree()
        os.kill(fleet.process.pid, signal.SIGKILL)
        await asyncio.to_thread(psutil.wait_procs, tree, 10)
    assert (world.directory / ".coderbot" / "control.sock").is_socket()
    assert (await coderbot(world.directory, "status")).code == ExitCode.NOT_RUNNING
    async with fleet_of(world, 1):
        assert (await coderbot(world.directory, "status")).code == 0


async def test_status_is_cheap_enough_to_answer_at_once(world: World) -> None:
    async with fleet_of(world, 1):
        costs = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert (await coderbot(world.directory, "status")).code == 0
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            costs.append(
                after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            )
    # Of the processor: how long it takes by the clock depends on who else works.
    assert statistics.median(costs) < 0.25


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
async def test_completion_scripts_are_printed(tmp_path: Path, shell: str) -> None:
    answer = await coderbot(tmp_path, "completion", shell)
    assert answer.code == 0
    assert "_CODERBOT_COMPLETE" in answer.out


async def test_a_bot_is_added_and_removed_and_nothing_else_changes(
    world: World,
) -> None:
    env = world.env(bots=1, MACRO_0="'kept as it is'")
    env.write_text("# top\n" + env.read_text())
    before = env.read_text()
    token = world.tokens[1]
    added = await coderbot(world.directory, "add", stdin=f"{token}\n")
    assert added.code == 0, added.err
    assert "as bot-1" in added.out
    assert token not in added.out + added.err
    first = world.tokens[0]
    assert env.read_text() == before.replace(first, f"{first},{token}")
    assert env.stat().st_mode & 0o777 == 0o600
    twice = await coderbot(world.directory, "add", stdin=token)
    assert twice.code == ExitCode.REFUSED
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        name = f"@{(await status(world))['bot-1']['username']}"
        no = await coderbot(world.directory, "remove", name, stdin="n\n")
        assert no.code == ExitCode.REFUSED
        removed = await coderbot(world.directory, "remove", name, "--yes")
        assert removed.code == 0, removed.err
        assert env.read_text() == before
        await fleet.interrupt()


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", ExitCode.USAGE),
        ("not-a-token", ExitCode.USAGE),
        ("7999999:AAGbXcQpZrTsUvWxYz0123456789abcdefg", ExitCode.CONFIG),
    ],
)
async def test_a_token_that_is_none_changes_nothing(
    world: World, token: str, code: ExitCode
) -> None:
    env = world.env(bots=1)
    before = env.read_bytes()
    answer = await coderbot(world.directory, "add", stdin=token)
    assert answer.code == code, answer.err
    assert not token or token not in answer.out + answer.err
    assert env.read_bytes() == before


async def test_without_telegram_nothing_is_added(world: World) -> None:
    env = world.env(bots=1, TELEGRAM_API_ROOT="http://127.0.0.1:9")
    before = env.read_bytes()
    answer = await coderbot(world.directory, "add", stdin=world.tokens[1])
    assert answer.code == ExitCode.REFUSED
    assert "cannot be asked" in answer.err
    assert world.tokens[1] not in answer.err
    assert env.read_bytes() == before


async def test_reload_takes_up_what_the_file_says_now(world: World) -> None:
    env = world.env(bots=2, BOT_TOKEN_MONITOR_INTERVAL="0")
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()
        content = env.read_text().replace(world.tokens[0], world.tokens[2])
        env.write_text(content + "WORKER_RESTART_DELAY_SECONDS=7\n")
        dry = await coderbot(world.directory, "reload", "--dry-run")
        assert dry.code == 0, dry.err
        assert dry.out.splitlines()[:3] == [
            "Would change: +1 -1 ~0",
            "+ bot-2",
            "- bot-0",
        ]
        assert "WORKER_RESTART_DELAY_SECONDS takes effect now" in dry.out
        assert fleet.workers() == before
        done = await coderbot(world.directory, "reload")
        assert done.out.startswith("Changed: +1 -1 ~0\n"), done.err
        ready = await coderbot(world.directory, "wait", "--ready", "--timeout", "20")
        assert ready.code == 0, ready.err
        after = fleet.workers()
        assert sorted(after) == ["bot-1", "bot-2"]
        assert after["bot-1"] == before["bot-1"]
        env.write_text(content + "XTERM_TERMINAL_ROWS=many\n")
        bad = await coderbot(world.directory, "reload")
        assert bad.code == ExitCode.REFUSED
        assert "XTERM_TERMINAL_ROWS=many" in bad.err
        assert fleet.workers() == after
        await fleet.interrupt()


async def test_the_file_is_watched(world: World) -> None:
    env = world.env(bots=1, BOT_TOKEN_MONITOR_INTERVAL="100")
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()
        added = await coderbot(world.directory, "add", stdin=world.tokens[1])
        assert added.code == 0, added.err
        await fleet.line(r"New settings: \+1 -0 ~0")
        await fleet.line(r"bot-1 is ready")
        env.write_text(env.read_text() + "ALLOWED_USER_IDS=\n")
        await fleet.line(r"nothing is taken up")
        assert fleet.workers()["bot-0"] == before["bot-0"]
        assert len(fleet.workers()) == 2
        await fleet.interrupt()


async def test_the_prompt_for_a_token_shows_nothing_of_it(world: World) -> None:
    env = world.env(bots=1)
    token = world.tokens[1]

    def talk() -> tuple[int, str]:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "coderbot", "add"],
            cwd=str(world.directory),
            env=clean_environment(),
            timeout=20,
        )
        try:
            child.expect("Token from @BotFather")
            said = child.before + child.after
            child.waitnoecho()
            child.sendline(token)
            child.expect(pexpect.EOF)
            said += child.before
            child.wait()
            return int(child.exitstatus), said.decode()
        finally:
            child.close(force=True)

    code, said = await asyncio.to_thread(talk)
    assert code == 0, said
    assert "as bot-1" in said
    assert token not in said
    assert token in env.read_text()


async def test_a_reader_that_leaves_ends_the_command_quietly(world: World) -> None:
    async with fleet_of(world, 1):
        command = f"{sys.executable} -m coderbot logs -n 10000 | head -n 1"
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-o", "pipefail", "-c", command],
            cwd=world.directory,
            env=clean_environment(),
            capture_output=True,
            timeout=20,
        )
    assert done.returncode == 0
    assert done.stderr == b""
    assert len(done.stdout.splitlines()) == 1
