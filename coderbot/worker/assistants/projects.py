"""The directories in which assistants work."""

import os
from dataclasses import dataclass
from pathlib import Path

from coderbot.errors import CoderBotError
from coderbot.paths import with_home

_MAX_LISTED = 500
"""Directories that are told of at once."""


class DirectoryError(CoderBotError):
    """Raised when a directory cannot be worked in."""


@dataclass(frozen=True, slots=True)
class Projects:
    """The directory that holds the projects.

    Its directories are listed; a link that leads out of it is none of them.
    """

    root: Path
    """PROJECTS_ROOT, or the home directory."""

    def listed(self) -> tuple[str, ...]:
        """Return the names of the projects, in the order of the alphabet.

        Raises:
            DirectoryError: When the root cannot be read.
        """
        try:
            names = [
                each.name for each in self.root.iterdir() if self._is_project(each)
            ]
        except OSError as error:
            raise DirectoryError(
                f"{self.root} cannot be read: {error.strerror}.",
                "PROJECTS_ROOT names the directory that holds the projects.",
            ) from error
        return tuple(sorted(names, key=str.casefold)[:_MAX_LISTED])

    def project(self, name: str) -> Path | None:
        """Return the directory of a project; None when there is no such one."""
        path = self.root / name
        is_bare = name not in ("", ".", "..") and "/" not in name and "\0" not in name
        return path.resolve() if is_bare and self._is_project(path) else None

    def directory(self, text: str) -> Path:
        """Return the directory that somebody named, from the root if relative.

        Whoever may start a program may enter any directory that this user may:
        a shell would let them, too.

        Raises:
            DirectoryError: When it is none, or cannot be entered.
        """
        try:
            path = (self.root / with_home(text)).resolve()
            is_there = path.is_dir()
        except (OSError, ValueError, RuntimeError) as error:
            raise DirectoryError(f"{text} cannot be entered: {error}.") from error
        if not is_there:
            raise DirectoryError(
                f"There is no directory {path}.", "/projects lists the projects."
            )
        if not os.access(path, os.R_OK | os.X_OK):
            raise DirectoryError(f"{path} cannot be entered by this user.")
        return path

    def _is_project(self, path: Path) -> bool:
        if path.name.startswith("."):
            return False
        try:
            target = path.resolve(strict=True)
            inside = target.is_relative_to(self.root.resolve()) and target.is_dir()
        except (OSError, RuntimeError):
            return False
        return inside
