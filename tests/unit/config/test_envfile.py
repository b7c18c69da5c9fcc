"""One token more or less in a `.env`, and every other byte as it was."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coderbot.config.envfile import (
    EnvFileError,
    read_text,
    replace_text,
    tokens_of,
    values_of,
    with_token,
    without_token,
)
from tests.fakes.sandbox import make_token

A, B, C = (make_token(number) for number in range(3))
a, b, c = (token.reveal() for token in (A, B, C))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"TELEGRAM_BOT_TOKENS={c}\n"),
        ("X=1", f"X=1\nTELEGRAM_BOT_TOKENS={c}\n"),
        ("X=1\r\n", f"X=1\r\nTELEGRAM_BOT_TOKENS={c}\r\n"),
        ("TELEGRAM_BOT_TOKENS=\nX=1\n", f"TELEGRAM_BOT_TOKENS={c}\nX=1\n"),
        ('TELEGRAM_BOT_TOKENS=""\n', f'TELEGRAM_BOT_TOKENS="{c}"\n'),
        ("TELEGRAM_BOT_TOKENS= # none\n", f"TELEGRAM_BOT_TOKENS={c} # none\n"),
        (f"TELEGRAM_BOT_TOKENS={a}\n", f"TELEGRAM_BOT_TOKENS={a},{c}\n"),
        (f"TELEGRAM_BOT_TOKEN={a}", f"TELEGRAM_BOT_TOKEN={a},{c}"),
        (
            f"# bots\r\nexport TELEGRAM_BOT_TOKENS = '{a}, {b}' # two\r\n\r\nY='é'\r\n",
            f"# bots\r\nexport TELEGRAM_BOT_TOKENS = '{a}, {b},{c}' # two\r\n\r\nY='é'\r\n",
        ),
        (
            f'TELEGRAM_BOT_TOKENS="{a},\n  {b}"\nX="1\n2"\n',
            f'TELEGRAM_BOT_TOKENS="{a},\n  {b},{c}"\nX="1\n2"\n',
        ),
        (
            f"TELEGRAM_BOT_TOKENS={b}\nTELEGRAM_BOT_TOKENS={a}\n# TELEGRAM_BOT_TOKENS={a}\n",
            f"TELEGRAM_BOT_TOKENS={b}\nTELEGRAM_BOT_TOKENS={a},{c}\n"
            f"# TELEGRAM_BOT_TOKENS={a}\n",
        ),
        (f"\ufeffTELEGRAM_BOT_TOKENS={a}\n", f"\ufeffTELEGRAM_BOT_TOKENS={a},{c}\n"),
    ],
)
def test_a_token_is_added(before: str, after: str) -> None:
    assert with_token(before, C) == after
    assert tokens_of(values_of(after))[-1] == C


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"TELEGRAM_BOT_TOKENS={b}\n", "TELEGRAM_BOT_TOKENS=\n"),
        (
            f"TELEGRAM_BOT_TOKENS={a},{b},{c} # x\n",
            f"TELEGRAM_BOT_TOKENS={a},{c} # x\n",
        ),
        (f"TELEGRAM_BOT_TOKENS='{b} , {c}'\n", f"TELEGRAM_BOT_TOKENS='{c}'\n"),
        (f"TELEGRAM_BOT_TOKENS={a}, {b}\nX=1", f"TELEGRAM_BOT_TOKENS={a}\nX=1"),
        (
            f'Z={b}\nTELEGRAM_BOT_TOKEN="{b},{c}"\n',
            f'Z={b}\nTELEGRAM_BOT_TOKEN="{c}"\n',
        ),
    ],
)
def test_a_token_is_removed(before: str, after: str) -> None:
    assert without_token(before, B) == after


@given(st.text(max_size=200), st.booleans())
@example(rest="'", quoted=True)
@example(rest="\r\n'", quoted=True)
def test_whatever_else_is_in_the_file_stays(rest: str, quoted: bool) -> None:
    value = f"'{a},{b}'" if quoted else f"{a},{b}"
    content = f"{rest}\nTELEGRAM_BOT_TOKENS={value}\n"
    try:
        changed = with_token(content, C)
    except EnvFileError:
        return
    without = dict(values_of(content))
    mine = dict(values_of(changed))
    known = without.pop("TELEGRAM_BOT_TOKENS", None)
    assert known != mine.pop("TELEGRAM_BOT_TOKENS")
    assert mine == without
    # An open quote before it may swallow the variable, which then gets a new line.
    end = "\r\n" if "\r\n" in content else "\n"
    left = "" if known is not None else f"TELEGRAM_BOT_TOKENS={end}"
    assert without_token(changed, C) == content + left


def test_the_same_bot_twice_is_refused() -> None:
    other = type(A)(a[:-6] + "zzzzzz")
    for token in (A, other):
        with pytest.raises(EnvFileError, match="already, as bot-1") as error:
            with_token(f"TELEGRAM_BOT_TOKENS={b},{a}\n", token)
        assert a not in str(error.value)


def test_a_broken_list_is_refused_without_telling_it() -> None:
    with pytest.raises(EnvFileError) as error:
        with_token("TELEGRAM_BOT_TOKENS=secret-but-wrong\n", C)
    assert "secret-but-wrong" not in str(error.value)


def test_mode_and_link_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.env"
    real.write_bytes(b"X=1\r\n")
    real.chmod(0o640)
    link = tmp_path / ".env"
    link.symlink_to(real)
    replace_text(link, "X=1\r\n", "X=2\r\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"X=2\r\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == [".env", "real.env"]  # noqa: PTH208


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    replace_text(path, read_text(path), "X=1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_change_by_somebody_else_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("X=theirs\n")
    with pytest.raises(EnvFileError, match="changed meanwhile"):
        replace_text(path, "X=1\n", "X=2\n")
    assert path.read_text() == "X=theirs\n"
    assert [each.name for each in tmp_path.iterdir()] == [".env"]
