"""Where the control socket of a supervisor lies, without loading all settings."""

import os
from pathlib import Path

from coderbot.paths import StateDir, with_home

_VARIABLE = "CODERBOT_STATE_DIR"
_DEFAULT = ".coderbot"


def control_path(state_dir: Path | None = None, env_file: Path | None = None) -> Path:
    """Return the path of the control socket.

    Args:
        state_dir: The state directory, when it is named on the command line.
        env_file: The `.env` of the fleet; None for the one in this directory.
    """
    return StateDir(find_state_dir(state_dir, env_file)).control


def find_state_dir(state_dir: Path | None = None, env_file: Path | None = None) -> Path:
    """Return the state directory: named, by variable, in the `.env` or beside it."""
    if state_dir is not None:
        return with_home(state_dir).absolute()
    source = env_file if env_file is not None else Path(".env")
    named = os.environ.get(_VARIABLE)
    if named is None:
        named = _from_file(source)
    if named.strip():
        return with_home(named.strip()).absolute()
    beside = source.absolute().parent if source.is_file() else Path.cwd()
    return beside / _DEFAULT


def _from_file(source: Path) -> str:
    try:
        content = source.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
    if _VARIABLE not in content:
        return ""
    # Imported late: few files need it, and every command waits for it.
    import io

    from dotenv import dotenv_values

    values = dotenv_values(stream=io.StringIO(content), interpolate=False)
    return values.get(_VARIABLE) or ""
