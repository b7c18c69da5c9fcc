"""The catalogue of assistants on disk: what comes with the bot, and a file of its owner."""

import logging
import tomllib
from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from coderbot.worker.assistants.model import Assistant, CatalogueError, merged

_log = logging.getLogger(__name__)


class Catalogue:
    """Knows the assistants of this bot; a changed file is read again when needed.

    Args:
        path: The owner's own catalogue; need not be there.
        arguments: Arguments of assistants that come with the bot, by their names.
        reserved: Names that a new assistant must not take.
    """

    def __init__(
        self, path: Path, arguments: Mapping[str, str], reserved: Collection[str]
    ) -> None:
        self._path = path
        self._arguments = arguments
        self._reserved = reserved
        self._seen: object = "not looked at yet"
        self._entries = self._own = built_in()
        self.problem = ""
        """What is wrong with the owner's file; empty when nothing is."""

    def entries(self) -> Mapping[str, Assistant]:
        """Return the assistants by name; without the owner's while their file is bad."""
        sign = self._sign()
        if sign != self._seen:
            self._seen = sign
            self._read()
        return self._entries

    def _sign(self) -> object:
        """Return what changes when the file does; None when there is none."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self) -> None:
        self.problem = ""
        try:
            entries = merged(self._tables(), self._own, self._reserved)
        except CatalogueError as error:
            self.problem = f"{self._path}:\n{error}"
            _log.warning("A catalogue of assistants is not used: %s", self.problem)
            entries = dict(self._own)
        self._entries = {
            name: self._filled(name, each) for name, each in entries.items()
        }

    def _filled(self, name: str, entry: Assistant) -> Assistant:
        """Return an entry with the arguments of the settings, if it has none of its own."""
        if entry.arguments is not None:
            return entry
        return msgspec.structs.replace(entry, arguments=self._arguments.get(name))

    def _tables(self) -> dict[str, Any]:
        if self._seen is None:
            return {}
        try:
            return tomllib.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CatalogueError(f"it cannot be read: {error}") from error


def built_in() -> dict[str, Assistant]:
    """Return the assistants that come with the bot."""
    source = resources.files(__package__) / "catalogue.toml"
    return merged(tomllib.loads(source.read_text("utf-8")), {})
