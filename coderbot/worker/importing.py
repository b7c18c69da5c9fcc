"""Takes over what the original has kept: `python -m coderbot.worker.importing`.

Run by `coderbot init --import`, which may not know how workers keep preferences.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from coderbot.clock import SystemClock
from coderbot.errors import CoderBotError
from coderbot.lockfile import hold_lock
from coderbot.paths import StateDir, bot_name
from coderbot.worker.original import Kept, read_kept
from coderbot.worker.preferences.filestore import FilePreferences, preferences_file
from coderbot.worker.preferences.store import PreferenceStore
from coderbot.worker.telegram.commands import RESERVED_NAMES

_MAX_FILES = 10_000
_MAX_BYTES = 1 << 20


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("state_dir", type=click.Path(path_type=Path))
@click.option("--bots", type=int, required=True, help="How many there are.")
@click.option("--user", "users", type=int, multiple=True, help="Who may use them.")
def main(directory: Path, state_dir: Path, bots: int, users: tuple[int, ...]) -> None:
    """Add to the preferences in STATE_DIR what the original has kept in DIRECTORY."""
    state = StateDir(state_dir)
    state.make()
    try:
        # A worker that runs would write its own preferences over it.
        with hold_lock(state.lock, "The state directory"):
            asyncio.run(take_over(directory, state_dir, bots, users))
    except CoderBotError as error:
        click.echo(f"coderbot: {error}", err=True)
        sys.exit(error.exit_code)


async def take_over(
    directory: Path, state_dir: Path, bots: int, users: Sequence[int]
) -> None:
    """Add what the original has kept; what was chosen here already stays.

    Args:
        directory: Where the original ran.
        state_dir: Of the fleet.
        bots: How many there are.
        users: Who may use them; the original's startup prompts were everybody's.
    """
    kept = read_kept(
        _files(directory / "startip"),
        _files(directory / "customcoders"),
        RESERVED_NAMES,
    )
    for index in range(bots):
        path = preferences_file(state_dir, bot_name(index))
        preferences = FilePreferences(path, SystemClock())
        preferences.load()
        for user_id in dict.fromkeys((*users, *kept.coders)):
            _add(preferences, user_id, kept, index)
        await preferences.flush()
    _report(kept, bots)


def _add(preferences: PreferenceStore, user_id: int, kept: Kept, index: int) -> None:
    before = preferences.of(user_id)
    preferences.change(
        user_id,
        coders=kept.coders.get(user_id, {}) | before.coders,
        startup=kept.prompts.get(index, {}) | before.startup,
    )


def _report(kept: Kept, bots: int) -> None:
    for index, prompts in sorted(kept.prompts.items()):
        names = ", ".join(sorted(prompts))
        lost = "" if 0 <= index < bots else " (there is no such bot; left out)"
        click.echo(f"startup prompts of {bot_name(index)}: {names}{lost}")
    for user_id, coders in sorted(kept.coders.items()):
        names = ", ".join(f"/{name}" for name in sorted(coders))
        click.echo(f"assistants of user {user_id}: {names}")
    for reason in kept.skipped:
        click.echo(f"left out: {reason}")


def _files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the JSON files in a directory, if there is one."""
    paths = sorted(directory.glob("*.json")) if directory.is_dir() else []
    for path in paths[:_MAX_FILES]:
        if path.is_file() and path.stat().st_size <= _MAX_BYTES:
            yield path.name, path.read_bytes()


if __name__ == "__main__":
    main()
