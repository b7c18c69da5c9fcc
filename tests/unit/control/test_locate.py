"""Where the control socket is looked for."""

from pathlib import Path

import pytest

from coderbot.config.load import load_settings
from coderbot.control.locate import find_state_dir
from tests.fakes.sandbox import make_token


@pytest.mark.parametrize(
    ("content", "variable"),
    [
        ("", None),
        ("CODERBOT_STATE_DIR=/tmp/a b\n", None),
        ("export CODERBOT_STATE_DIR='/tmp/quoted' # why\n", None),
        ("CODERBOT_STATE_DIR=\n", None),
        ("CODERBOT_STATE_DIR=/tmp/file\n", "/tmp/variable"),
        ("CODERBOT_STATE_DIR=relative\n", None),
    ],
)
def test_it_is_where_the_supervisor_has_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    variable: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    token = make_token(0).reveal()
    start = f"TELEGRAM_BOT_TOKENS={token}\nALLOWED_USER_IDS=1\n"
    (tmp_path / ".env").write_text(start + content)
    monkeypatch.delenv("CODERBOT_STATE_DIR", raising=False)
    if variable is not None:
        monkeypatch.setenv("CODERBOT_STATE_DIR", variable)
    assert find_state_dir() == load_settings().state_dir
    assert find_state_dir(env_file=tmp_path / ".env") == load_settings().state_dir


def test_the_command_line_wins(tmp_path: Path) -> None:
    assert find_state_dir(tmp_path / "x") == tmp_path / "x"
