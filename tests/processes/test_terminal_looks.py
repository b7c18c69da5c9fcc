"""What a terminal knows of its program besides the screen, and its colours."""

import os
from pathlib import Path

from coderbot.clock import SystemClock
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.terminal.directory import directory_of
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec
from coderbot.worker.terminal.theme import THEMES
from tests.processes.terminals import python, shell, shows, terminal, until


async def test_programs_are_told_what_this_terminal_can() -> None:
    names = "TERM", "COLORTERM"
    source = f"import os, sys; print(*map(os.environ.get, {names}))"
    source += "; print(sys.stdout.encoding.lower())"
    async with terminal(*python(source)) as session:
        await session.wait_closed()

        text = session.screen().text()
        assert text == "xterm-256color truecolor\nutf-8"


async def test_the_title_is_that_of_the_program() -> None:
    async with shell() as session:
        assert session.title == ""

        await session.type_text(r"printf '\e]2;at work\a'")

        await until(session, lambda: session.title == "at work")


async def test_the_directory_is_where_the_shell_is(tmp_path: Path) -> None:
    async with shell() as session:
        await session.type_text(f"cd {tmp_path}; echo done-$((6 * 7))")
        await shows(session, "done-42")

        assert session.directory == tmp_path


async def test_the_directory_is_where_the_foreground_job_is(tmp_path: Path) -> None:
    source = "import os; os.chdir(os.environ['AT']); print('there'); input()"
    script = tmp_path / "job.py"
    script.write_text(source)
    place = tmp_path / "work"
    place.mkdir()
    async with shell() as session:
        await session.type_text(f"AT={place} python3 -u {script}")
        await shows(session, "\nthere")

        assert session.directory == place


async def test_a_program_may_tell_its_directory(tmp_path: Path) -> None:
    place = tmp_path / "a b"
    place.mkdir()
    async with shell() as session:
        where = str(place).replace(" ", "%%20")
        await session.type_text(rf"printf '\e]7;file://%s{where}\e\\' $(uname -n)")

        await until(session, lambda: session.directory == place)


async def test_a_closed_terminal_is_nowhere() -> None:
    async with terminal(*python("")) as session:
        await session.wait_closed()

        assert session.directory is None


def test_only_directories_of_this_host_count(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert directory_of(f"file://{os.uname().nodename}{tmp_path}", "me") is None
    assert directory_of(f"file://me{tmp_path}", "me") == tmp_path
    assert directory_of(f"file://localhost{tmp_path}", "me") == tmp_path
    assert directory_of(f"file://{tmp_path}", "me") == tmp_path
    for address in ("", "/tmp", "http://me/tmp", "file://me/%00", "file://[", "file:x"):
        assert directory_of(address, "me") is None
    assert directory_of(f"file://{file}", "me") is None
    assert directory_of(f"file://{tmp_path}/gone", "me") is None


async def test_another_theme_shows_and_is_told() -> None:
    async with shell() as session:
        before = session.screen()

        session.set_theme(THEMES["light"])

        screen = session.screen()
        assert screen != before
        assert screen.background == THEMES["light"].background
        query = r"printf '\e]11;?\a'; read -rsd $'\a' reply; echo \"${reply:5}\""
        await session.type_text(query.replace('\\"', '"'))
        await shows(session, "rgb:ffff/ffff/ffff")


async def test_a_secret_never_leaves_the_terminal() -> None:
    token = "ghp_" + "aB3" * 12
    mask = SecretMask()
    spec = TerminalSpec(python(f"print('key', '{token}')"), 20, 5, mask=mask.screen)
    session = await TerminalSession.open(spec, SystemClock())
    try:
        await session.wait_closed()

        shown = session.screen().text().replace("\n", "")
        assert shown == "key " + "•" * len(token)
    finally:
        await session.close()
