"""One wish of one allowed user, as handlers get it."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from coderbot.botprocess.telegram.command import Call
from coderbot.botprocess.telegram.listed import usage
from coderbot.worker.services import Services
from coderbot.worker.telegram.command import Command
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.press import Press


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where."""

    services: Services
    user_id: int
    chat: int
    thread: int | None
    """Topic of the chat; None where there are none."""
    message: int | None
    """What they have sent; None when they have pressed a button."""

    def reply(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Send a text to the one who asked; does not wait for Telegram."""
        self.services.outbox.post(self.chat, text, keyboard, thread=self.thread)

    def take_back(self) -> None:
        """Delete from the chat what they have sent; does not wait for Telegram."""
        if self.message is not None:
            delete = self.services.outbox.delete(self.chat, self.message)
            self.services.tasks.spawn(delete, "secret in the chat")

    @property
    def place(self) -> Place | None:
        """The terminal that is in use where this was asked."""
        return self.services.desk.find(self.user_id, self.thread)


def asker_of(press: Press) -> Asker:
    """Return who has pressed a button, which stands in their own chat with the bot."""
    return Asker(press.services, press.user_id, press.user_id, press.thread, None)


@dataclass(frozen=True, slots=True)
class Request(Asker):
    """A command and what is needed to carry it out."""

    call: Call
    command: Command
    """Entry of the table that the call names."""

    def refuse(self, why: str = "") -> None:
        """Say how the command is meant, because its arguments make no sense."""
        self.reply(f"{why}\n\n{usage(self.command)}".strip())
