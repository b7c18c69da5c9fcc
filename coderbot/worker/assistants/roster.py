"""Which assistants a user has: those of the catalogue, and their own."""

from collections.abc import Mapping

from coderbot.errors import CoderBotError
from coderbot.worker.assistants.catalogue import Catalogue
from coderbot.worker.assistants.model import NAME, Assistant, check_command
from coderbot.worker.preferences.store import PreferenceStore

MAX_CODERS = 30
"""Own assistants that one user may have."""


class CoderError(CoderBotError):
    """Raised when an own assistant cannot be added or removed."""


class Roster:
    """Finds assistants by name; own ones are kept with the preferences.

    Args:
        catalogue: Of all users.
        preferences: Knows what each user has added.
        reserved: Names of the bot's own commands.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        preferences: PreferenceStore,
        reserved: frozenset[str],
    ) -> None:
        self._catalogue = catalogue
        self._preferences = preferences
        self._reserved = reserved

    @property
    def problem(self) -> str:
        """What is wrong with the owner's catalogue; empty when nothing is."""
        return self._catalogue.problem

    def of(self, user_id: int) -> Mapping[str, Assistant]:
        """Return the assistants of a user by name, those of all users first."""
        own = self.added_by(user_id)
        return {**self._catalogue.entries(), **own}

    def find(self, user_id: int, name: str) -> Assistant | None:
        """Return the assistant that a user calls `name`."""
        return self.of(user_id).get(name)

    def added_by(self, user_id: int) -> dict[str, Assistant]:
        """Return what a user has added; a name that was taken since then is left out."""
        coders = self._preferences.of(user_id).coders
        shared = self._catalogue.entries()
        return {
            name: Assistant(command=command)
            for name, command in coders.items()
            if name not in shared and name not in self._reserved
        }

    def add(self, user_id: int, name: str, command: str) -> None:
        """Add an assistant, or change the command of an own one.

        Args:
            user_id: For whom.
            name: What to call it.
            command: Program and arguments, split as a shell does.

        Raises:
            CoderError: When that cannot be done, with the reason.
        """
        coders = self._preferences.of(user_id).coders
        self._check_name(name)
        if name not in coders and len(coders) >= MAX_CODERS:
            raise CoderError(
                f"You have {MAX_CODERS} already.", "/removecoder NAME removes one."
            )
        try:
            check_command(command)
        except ValueError as error:
            raise CoderError(f"Not added: {error}.") from error
        self._preferences.change(user_id, coders={**coders, name: command})

    def remove(self, user_id: int, name: str) -> None:
        """Remove an own assistant and its startup prompt.

        Raises:
            CoderError: When there is none of this name.
        """
        before = self._preferences.of(user_id)
        if name not in before.coders:
            raise CoderError(
                f"You have added no assistant {name}.", "/coders lists what there is."
            )
        self._preferences.change(
            user_id,
            coders={k: v for k, v in before.coders.items() if k != name},
            startup={k: v for k, v in before.startup.items() if k != name},
        )

    def _check_name(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise CoderError(
                f"{name} cannot be a command.",
                "A name has 2 to 32 letters, digits or _, and begins with a letter.",
            )
        if name in self._reserved or name in self._catalogue.entries():
            raise CoderError(f"/{name} exists already.", "Take another name.")
