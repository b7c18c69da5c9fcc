"""A look at the open terminals, for whoever watches the fleet."""

from coderbot.wire import TerminalScreen
from coderbot.worker.terminal.registry import TerminalRegistry

MAX_CHARS = 1 << 18
"""Characters of all screens together, so that the frame stays short enough."""


def screens_of(terminals: TerminalRegistry) -> list[TerminalScreen]:
    """Return what each terminal shows, masked like the screens that users get.

    Screens that find no room any more are left empty.
    """
    found, room = [], MAX_CHARS
    for session in terminals.sessions():
        screen = session.screen()
        text = screen.text()
        text = text if len(text) <= room else ""
        room -= len(text)
        found.append(
            TerminalScreen(
                user=session.key.user_id,
                name=session.key.name,
                title=screen.title,
                columns=screen.columns,
                rows=screen.rows,
                text=text,
            )
        )
    return found
