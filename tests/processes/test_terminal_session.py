"""What a program in a terminal sees, shows, and is told."""

import asyncio
import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from coderbot.clock import SystemClock
from coderbot.worker.terminal.errors import (
    ControlCharacterError,
    TerminalBusyError,
    TerminalClosedError,
    TerminalStartError,
)
from coderbot.worker.terminal.keys import UnknownKeyError
from coderbot.worker.terminal.screen import Style
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec
from tests.processes.terminals import python, runs, shell, shown, shows, terminal, until


async def test_a_shell_shows_a_prompt_and_runs_what_is_typed() -> None:
    async with shell() as session:
        await session.type_text("echo sum-$((6 * 7))")

        await shows(session, "sum-42")


async def test_colours_of_a_program_reach_the_screen() -> None:
    async with shell() as session:
        await session.type_text(r"printf '\e[1;38;2;1;2;3mBOLD\e[0m\n'")
        await until(session, lambda: "\nBOLD" in shown(session))

        runs = [run for line in session.screen().lines for run in line]
        assert any(
            run.text == "BOLD" and run.style == Style(fg=(1, 2, 3), bold=True)
            for run in runs
        )


async def test_ls_uses_colours(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    async with terminal("ls", "--color=auto", cwd=tmp_path) as session:
        await session.wait_closed()

        styled = {run.text: run.style for run in session.screen().lines[0]}
        assert styled["folder"].fg is not None


async def test_control_c_interrupts_although_this_process_ignores_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        async with shell() as session:
            await session.type_text("stty -a; echo begun; sleep 100")
            await shows(session, "\nbegun")
            assert re.search(r"(?<!-)\bisig\b", shown(session))
            assert re.search(r"(?<!-)\biutf8\b", shown(session))
            # Until then bash itself takes the signal, and may lose it.
            await runs(session, "sleep")
            await session.press("ctrl+c")
            await session.type_text("echo status-$?")

            await shows(session, "status-130")
    finally:
        signal.signal(signal.SIGINT, before)


async def test_a_program_inherits_neither_ignored_nor_blocked_signals() -> None:
    ignored = {signal.SIGHUP, signal.SIGINT, signal.SIGPIPE}
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ignored}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
    try:
        async with terminal("grep", "Sig[BI]", "/proc/self/status") as session:
            await session.wait_closed()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)

    masks = re.findall(r"Sig(?:Blk|Ign):\s+(\w+)", shown(session))
    # The C library keeps the signals 32 and 33 for itself: nobody can reset them.
    reserved = 1 << 31 | 1 << 32
    assert [int(mask, 16) & ~reserved for mask in masks] == [0, 0]


async def test_a_program_inherits_no_descriptors(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("wb") as leaked:
        os.set_inheritable(leaked.fileno(), True)
        async with terminal(
            *python("import os; print(os.listdir('/proc/self/fd'))")
        ) as s:
            await s.wait_closed()

    # The fourth is the one that lists the directory.
    assert "['0', '1', '2', '3']" in shown(s)


async def test_the_environment_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_TOKEN", "TELEGRAM_BOT_TOKENS", "TTS_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, f"leak-of-{name}")
    monkeypatch.setenv("ALLOWED_USER_IDS", "4711")
    async with terminal("env", rows=100, columns=200) as session:
        await session.wait_closed()

    text = shown(session)
    assert "TERM=xterm-256color" in text
    assert "COLORTERM=truecolor" in text
    assert re.search(r"LANG=\S+UTF-8", text)
    assert not re.search(r"leak-of|4711", text)


async def test_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with terminal("pwd", columns=200) as at_home:
        await at_home.wait_closed()
    async with terminal("pwd", cwd=tmp_path / "missing", columns=200) as elsewhere:
        await elsewhere.wait_closed()
    monkeypatch.setenv("HOME", "/nowhere")
    async with terminal("pwd") as homeless:
        await homeless.wait_closed()

    assert at_home.screen().line_text(0) == str(tmp_path)
    assert elsewhere.screen().line_text(0) == str(tmp_path)
    assert homeless.screen().line_text(0) == "/"


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (r"\x1b[6n", r"\\x1b\[\d+;\d+R"),
        (r"\x1b[c", r"\\x1b\[\?62;22c"),
        (r"\x1b]11;?\x1b\\", r"\\x1b\]11;rgb:0d0d/1111/1717\\x1b"),
        (r"\x1b[?2004$p", r"\\x1b\[\?2004;2\$y"),
        (r"\x1b[18t", r"\\x1b\[8;24;80t"),
    ],
)
async def test_questions_of_a_program_are_answered(query: str, answer: str) -> None:
    ask = f"""
import os, sys, tty
tty.setraw(0)
os.write(1, b"{query}")
print(repr(os.read(0, 100)), end="\\r\\n")
"""
    async with terminal(*python(ask)) as session:
        assert await session.wait_closed() == "exit 0"

    assert re.search(answer, shown(session))


_PASTE_READER = """
import os, tty
tty.setraw(0)
os.write(1, b"{mode}ready\\r\\n")
text = b""
while not text.endswith(b"\\r"):
    part = os.read(0, 1000)
    text += part
    os.write(1, repr(part).encode() + b"\\r\\n")
"""


async def test_text_is_pasted_into_programs_that_ask_for_it() -> None:
    async with terminal(*python(_PASTE_READER.format(mode=r"\x1b[?2004h"))) as session:
        await shows(session, "ready")
        with pytest.raises(ControlCharacterError):
            await session.type_text("one\ntwo\x1b[201~")
        await session.type_text("one\ntwo")
        await session.wait_closed()

    assert r"b'\x1b[200~one\rtwo\x1b[201~'" in shown(session)
    assert r"b'\r'" in shown(session)


async def test_text_is_typed_into_programs_that_do_not_ask() -> None:
    async with terminal(*python(_PASTE_READER.format(mode=""))) as session:
        await shows(session, "ready")
        await session.type_text("one", enter=False)
        await shows(session, "b'one'")
        await session.type_text("two")
        await session.wait_closed()

    # Enter comes as a read of its own: otherwise agents take it for a paste.
    assert shown(session).split("\n")[1:4] == ["b'one'", "b'two'", r"b'\r' "]


async def test_texts_and_keys_keep_their_order() -> None:
    # Without echo: what is typed next may come before what the program answers.
    async with terminal("sh", "-c", "stty -echo; echo ready; exec cat") as session:
        await shows(session, "ready")
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(session.type_text(f"line-{number}"))
            group.create_task(session.press("ctrl+d"))
        await session.wait_closed()

    rows = [row for row in session.screen().text().split("\n") if row]
    assert rows == ["ready", *(f"line-{n}" for n in range(10))]


async def test_keys_follow_the_mode_of_the_program() -> None:
    async with terminal(*python(_PASTE_READER.format(mode=r"\x1b[?1h"))) as session:
        await shows(session, "ready")
        await session.press("up")
        await shows(session, r"b'\x1bOA'")
        with pytest.raises(UnknownKeyError):
            await session.press("nonsense")
        await session.press("enter")
        await session.wait_closed()


async def test_resizing_tells_the_program() -> None:
    async with shell() as session:
        session.resize(60, 10)
        await session.type_text("stty size")
        await shows(session, "10 60")

        assert (session.screen().columns, session.screen().rows) == (60, 10)


async def test_an_editor_can_be_used(tmp_path: Path) -> None:
    editor = shutil.which("vim")
    if editor is None:
        pytest.skip("vim is not installed")
    command = (editor, "-u", "NONE", "-i", "NONE", "-n", "note.txt")
    async with terminal(*command, cwd=tmp_path) as session:
        await shows(session, "~")
        assert session.screen().alternate
        await session.press("i")
        await session.type_text("hello from afar", enter=False)
        await shows(session, "hello from afar")
        await session.press("esc")
        await session.type_text(":wq")

        assert await session.wait_closed() == "exit 0"
    assert (tmp_path / "note.txt").read_text() == "hello from afar\n"


async def test_a_pager_can_be_used(tmp_path: Path) -> None:
    pager = shutil.which("less")
    if pager is None:
        pytest.skip("less is not installed")
    file = tmp_path / "long.txt"
    file.write_text("".join(f"row {number}\n" for number in range(1000)))
    async with terminal(pager, str(file)) as session:
        await shows(session, "row 5")
        await session.press("G")
        await shows(session, "row 999")
        await session.press("home")
        await session.press("q")

        assert await session.wait_closed() == "exit 0"


async def test_a_frame_is_shown_when_it_is_complete() -> None:
    draw = r"""
import os, sys
def say(text): os.write(1, text.encode())
say("\x1b[H\x1b[2Jfirst")
sys.stdin.readline()
say("\x1b[?2026h\x1b[H\x1b[2Jhalf")
sys.stdin.readline()
say(" whole\x1b[?2026l")
sys.stdin.readline()
"""
    async with terminal(*python(draw)) as session:
        await shows(session, "first")
        await session.write(b"\n")
        await until(session, lambda: session._watch._frame_at is not None)
        assert "first" in shown(session)
        assert "half" not in shown(session)
        await session.write(b"\n")

        assert "half" in await shows(session, "whole")


async def test_bells_and_title_are_told_apart() -> None:
    async with terminal("printf", r"\a\033]2;working\a\a") as session:
        await session.wait_closed()

        assert session.signals.bells == 2
        assert session.screen().title == "working"


async def test_settled_waits_for_quiet_but_not_for_ever() -> None:
    loop = asyncio.get_running_loop()
    async with terminal("cat") as quiet:
        start = loop.time()
        await quiet.settled(0.05, 5)
        assert 0.04 < loop.time() - start < 2
    async with terminal("sh", "-c", "while :; do echo x; sleep 0.02; done") as busy:
        start = loop.time()
        await busy.settled(0.2, 0.5)
        assert 0.49 < loop.time() - start < 2


async def test_equal_screens_are_the_same_object() -> None:
    async with shell() as session:
        await session.settled()

        assert session.screen() is session.screen()


@pytest.mark.parametrize(
    ("command", "how"),
    [("exit 0", "exit 0"), ("exit 3", "exit 3"), ("kill -9 $$", "SIGKILL")],
)
async def test_the_end_of_a_program_is_told(command: str, how: str) -> None:
    async with terminal("/bin/sh", "-c", f"echo last words; {command}") as session:
        assert await session.wait_closed() == how
        assert not session.is_open
        assert session.screen().line_text(0) == "last words"
        with pytest.raises(TerminalClosedError):
            await session.type_text("too late")
        with pytest.raises(TerminalClosedError):
            await session.press("enter")

    # What it showed last is there for good.
    assert session.screen().line_text(0) == "last words"
    assert await session.wait_closed() == how


async def test_everything_a_fast_program_wrote_is_read() -> None:
    async with terminal("seq", "1", "20000") as session:
        await session.wait_closed()

        assert "20000" in shown(session)


@pytest.mark.parametrize("program", ["/does/not/exist", "/etc/passwd", "bad\x00name"])
async def test_a_program_that_cannot_be_started(program: str) -> None:
    with pytest.raises(TerminalStartError):
        await TerminalSession.open(TerminalSpec((program,)), SystemClock())


async def test_a_program_that_does_not_read_is_owed_a_bounded_amount() -> None:
    async with terminal(
        *python("import tty, time; tty.setraw(0); print('deaf'); time.sleep(99)")
    ) as session:
        await shows(session, "deaf")
        with pytest.raises(TerminalBusyError):  # noqa: PT012 - it is full some time
            for _ in range(40):
                await session.write(b"x" * 65_536)


async def test_a_lot_of_input_arrives_whole() -> None:
    count = r"""
import os, tty
tty.setraw(0)
print("ready", end="\r\n")
left = 500_000
total = 0
while left:
    data = os.read(0, 65536)
    total += sum(data)
    left -= len(data)
print("total", total, end="\r\n")
"""
    data = bytes(range(1, 251)) * 2000
    async with terminal(*python(count)) as session:
        await shows(session, "ready")
        await session.write(data[:250_000])
        await session.write(data[250_000:])

        await shows(session, f"total {sum(data)}")


async def test_a_flood_does_not_starve_the_loop() -> None:
    async with terminal("yes", "flood " * 20) as session:
        await shows(session, "flood")
        lags = []
        loop = asyncio.get_running_loop()
        for _ in range(50):
            start = loop.time()
            await asyncio.sleep(0.01)
            lags.append(loop.time() - start - 0.01)
            session.screen()
        start = loop.time()
        await session.close()

    # Nine of ten: the machine itself may be busy for a moment.
    assert sorted(lags)[-5] < 0.1
    assert loop.time() - start < 5
