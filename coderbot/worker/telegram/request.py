"""One wish of one allowed user, as handlers get it."""

from dataclasses import dataclass

from coderbot.worker.services import Services
from coderbot.worker.telegram.desk import Place
from coderbot.worker.telegram.typed import Call


@dataclass(frozen=True, slots=True)
class Request:
    """A command and what is needed to carry it out."""

    services: Services
    user_id: int
    chat: int
    call: Call

    def reply(self, text: str) -> None:
        """Send a text to the one who asked; does not wait for Telegram."""
        self.services.outbox.post(self.chat, text)

    @property
    def place(self) -> Place | None:
        """The open terminal of the one who asked."""
        return self.services.desk.find(self.user_id)
