"""One wish of one admin, as handlers get it."""

from dataclasses import dataclass

from coderbot.botprocess.telegram.listed import usage
from coderbot.control.facts import BotSnapshot
from coderbot.control.naming import ALL, chosen
from coderbot.controlbot.commands import Command
from coderbot.controlbot.excerpt import excerpt
from coderbot.controlbot.services import Services
from coderbot.errors import CoderBotError


@dataclass(frozen=True, slots=True)
class Request:
    """A command and what is needed to carry it out."""

    services: Services
    admin: int
    """Who wants it; also the chat."""
    command: Command
    words: tuple[str, ...]
    """Its arguments."""

    def reply(self, text: str) -> None:
        """Send a text; does not wait for Telegram."""
        self.services.sender.post(self.admin, text)

    def refuse(self, why: str = "") -> None:
        """Say how the command is meant, because its arguments make no sense."""
        self.reply(f"{why}\n\n{usage(self.command)}".strip())

    def bot(self) -> BotSnapshot:
        """Return the bot that the first argument names."""
        return find_bot(self.services, self.words[0])


def find_bot(services: Services, name: str) -> BotSnapshot:
    """Return the bot with an id or a name.

    Raises:
        UnknownBotError: When there is none; it says which there are.
    """
    bots = services.fleet.bots()
    try:
        # `all` is none: each of these commands is for one bot.
        return chosen([name if name != ALL else "@all"], bots)[0]
    except CoderBotError as error:
        message = f"There is no bot {excerpt(name, 40)!r}."
        raise type(error)(message, excerpt(error.hint, 1_000)) from None
