"""Which terminal a user's messages go to, in each topic of the chat (pure)."""

from coderbot.worker.terminal.ident import TerminalId

Seat = tuple[int, int | None]
"""A user, and a topic of their chat with the bot; None where there are no topics."""


class Seats:
    """Remembers the terminal in use at every seat.

    When it has ended, the seat is empty: what was meant for one terminal is never
    typed into another that happens to be open.
    """

    def __init__(self) -> None:
        self._current: dict[Seat, TerminalId] = {}

    def current(self, user_id: int, thread: int | None) -> TerminalId | None:
        """Return the terminal in use at a seat."""
        return self._current.get((user_id, thread))

    def take(self, terminal: TerminalId, thread: int | None) -> None:
        """Use a terminal at a seat of its user, and at no other one any more."""
        self.leave(terminal)
        self._current[terminal.user_id, thread] = terminal

    def leave(self, terminal: TerminalId) -> None:
        """Forget a terminal that has ended."""
        self._current = {
            seat: each for seat, each in self._current.items() if each != terminal
        }
