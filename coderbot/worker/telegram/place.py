"""An open terminal together with the message that shows it."""

import asyncio
from dataclasses import dataclass

from coderbot.worker.telegram.keypad import Keypad
from coderbot.worker.telegram.livescreen import LiveScreen
from coderbot.worker.terminal.session import TerminalSession


@dataclass(slots=True, eq=False)
class Place:
    """One terminal of a user, where they see it."""

    session: TerminalSession
    keypad: Keypad
    """The keys under its screens."""
    thread: int | None
    """Topic of the chat in which it is shown."""
    screen: LiveScreen
    follower: asyncio.Task[None]
    """Keeps the screen up to date."""
    lookout: asyncio.Task[None]
    """Calls the user when there is a reason."""

    @property
    def user_id(self) -> int:
        """Whose it is; also the id of their private chat."""
        return self.session.key.user_id

    def leave(self) -> None:
        """Follow the terminal no more, and call nobody."""
        self.follower.cancel()
        self.lookout.cancel()

    @property
    def name(self) -> str:
        """What its user calls it."""
        return self.session.key.name
