"""Other keys than the usual ones: `keymap.toml`."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from coderbot.errors import CoderBotError, ExitCode
from coderbot.tui.keys import named, remappable

FILE = "keymap.toml"


class KeymapError(CoderBotError):
    """Raised when a keymap cannot be used; says where and why."""

    exit_code = ExitCode.CONFIG


def keymap_paths(state_dir: Path, home: Path) -> tuple[Path, ...]:
    """Return where a keymap may lie; what comes later wins.

    Args:
        state_dir: Of the supervisor.
        home: Of the user.
    """
    return home / ".config" / "coderbot" / FILE, state_dir / FILE


def load_keymap(paths: Sequence[Path]) -> dict[str, str]:
    """Return keys by the id of what they do, from the files that exist.

    A file holds a table `keys`; a value is a key, or a list of keys:

        [keys]
        "bot.restart" = "ctrl+r"
        "table.down" = ["j", "down"]

    Raises:
        KeymapError: When one of them is no such file.
    """
    found: dict[str, str] = {}
    for path in paths:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise KeymapError(f"{path} cannot be read: {error.strerror}") from error
        found |= parse_keymap(content, str(path))
    return found


def parse_keymap(content: bytes, where: str) -> dict[str, str]:
    """Return keys by the id of what they do.

    Args:
        content: Of the file.
        where: Its name, for errors.

    Raises:
        KeymapError: When it is no keymap.
    """
    try:
        table = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KeymapError(f"{where} is no TOML: {error}") from error
    keys = table.get("keys", {})
    odd = sorted(set(table) - {"keys"})
    if odd or not isinstance(keys, dict):
        raise KeymapError(f"{where}: only a table [keys] is known", _format(odd))
    return dict(_entries(keys, where))


def _entries(keys: Mapping[str, object], where: str) -> Iterator[tuple[str, str]]:
    known = {binding.id for binding in remappable() if binding.id}
    for name, value in keys.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else "`?` lists what there is."
            raise KeymapError(f"{where}: nothing is called {name!r}", hint)
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(key, str) and key for key in values):
            raise KeymapError(
                f"{where}: {name} must be a key or a list of keys",
                'For example "ctrl+r", or ["j", "down"].',
            )
        yield name, ",".join(map(named, values))


def _format(odd: Sequence[str]) -> str:
    return (
        f"Unknown: {', '.join(odd)}." if odd else 'Write "bot.restart" = "r" below it.'
    )
