"""Paths, names, levels, locks and secret variables."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.errors import ExitCode, LockError
from coderbot.lockfile import hold_lock
from coderbot.loglevel import Level, mark, split_mark
from coderbot.paths import MediaDirs, StateDir, safe_name, with_home
from coderbot.secretenv import take_secret


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/olute.txt", "olute.txt"),
        ("-rf", "rf"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        (". ..", "file"),
        (" - .x. ", "x."),
        ("", "file"),
        ("a\0b\nc\x1b[31m.txt", "abc[31m.txt"),
        ("gpj.\u202egnp.exe", "gpj.gnp.exe"),
        ('we?ird*"name".md', "we_ird__name_.md"),
        ("e\u0301.txt", "\u00e9.txt"),
    ],
)
def test_names_from_outside_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_a_safe_name_is_one_plain_component(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert "/" not in safe
    assert "\0" not in safe
    assert safe[0] not in ".-"
    assert len(safe.encode()) <= 255


def test_a_home_that_nobody_has_stays_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert with_home("~/a") == Path("/home/anna/a")
    assert with_home("~root") != Path("~root")
    assert with_home("~no such user/a") == Path("~no such user/a")
    assert with_home("~\0/a") == Path("~\0/a")
    assert with_home("~\ud800") == Path("~\ud800")
    assert with_home("a/~") == Path("a/~")


def test_a_long_name_keeps_its_extension() -> None:
    safe = safe_name("語" * 300 + ".jpeg")
    assert safe.endswith(".jpeg")
    assert len(safe.encode()) <= 205


def test_media_directories_are_private(tmp_path: Path) -> None:
    dirs = MediaDirs.of(tmp_path, 3)
    dirs.make()
    for path in (dirs.root, dirs.sent, dirs.received, dirs.failed):
        assert path.stat().st_mode & 0o777 == 0o700
    assert dirs.root.name == "bot-3"


def test_the_state_directory_is_closed_to_others(tmp_path: Path) -> None:
    state = StateDir(tmp_path / "state")
    state.root.mkdir(mode=0o755)
    state.make()
    assert state.root.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("level", list(Level))
def test_a_marked_line_gives_its_level_back(level: Level) -> None:
    assert split_mark(mark(level, "text")) == (level, "text")


def test_unmarked_lines_stay_as_they_are() -> None:
    assert split_mark("<9>x") == (None, "<9>x")
    assert split_mark("plain") == (None, "plain")


def test_a_lock_is_refused_to_another_process_and_names_its_holder(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys; from pathlib import Path\n"
        "from coderbot.errors import LockError; from coderbot.lockfile import hold_lock\n"
        "try:\n"
        "    with hold_lock(Path(sys.argv[1]), 'The place'): print('held')\n"
        "except LockError as error: print(error)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    with hold_lock(path, "The place"):
        refused = subprocess.run(command, capture_output=True, text=True, check=True)
        assert f"in use by process {os.getpid()}" in refused.stdout
        assert LockError.exit_code is ExitCode.STATE_DIR_LOCKED
    freed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert freed.stdout == "held\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_a_taken_secret_is_gone_from_the_process(tmp_path: Path) -> None:
    program = (
        "from coderbot.secretenv import take_secret; import os\n"
        "secret = take_secret('SOME_TOKEN')\n"
        "block = open('/proc/self/environ', 'rb').read()\n"
        "print(secret.reveal() == 'very' + '-secret', b'very-secret' in block,\n"
        "      b'STAYS=1' in block, 'SOME_TOKEN' in os.environ)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SOME_TOKEN": "very-secret", "STAYS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["True", "False", "True", "False"]


def test_an_unset_secret_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_TOKEN", raising=False)
    assert take_secret("SOME_TOKEN") is None
