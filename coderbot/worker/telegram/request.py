"""One wish of one allowed user, as handlers get it."""

from dataclasses import dataclass

from coderbot.worker.services import Services
from coderbot.worker.telegram.commands import Command
from coderbot.worker.telegram.desk import Place
from coderbot.worker.telegram.reference import usage
from coderbot.worker.telegram.typed import Call


@dataclass(frozen=True, slots=True)
class Request:
    """A command and what is needed to carry it out."""

    services: Services
    user_id: int
    chat: int
    call: Call
    command: Command
    """Entry of the table that the call names."""

    def reply(self, text: str) -> None:
        """Send a text to the one who asked; does not wait for Telegram."""
        self.services.outbox.post(self.chat, text)

    def refuse(self, why: str = "") -> None:
        """Say how the command is meant, because its arguments make no sense."""
        self.reply(f"{why}\n\n{usage(self.command)}".strip())

    @property
    def place(self) -> Place | None:
        """The open terminal of the one who asked."""
        return self.services.desk.find(self.user_id)
