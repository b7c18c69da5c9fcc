"""The way to a program: what is typed and what the terminal answers, in order."""

import asyncio
from typing import TYPE_CHECKING

from coderbot.worker.terminal.keys import INTERRUPT, KeyMode, encode_key
from coderbot.worker.terminal.outgoing import Outgoing
from coderbot.worker.terminal.typing_text import PASTE_END

if TYPE_CHECKING:
    from coderbot.worker.terminal.pty import PtyChild


class TerminalInput:
    """Writes to a terminal what it takes now, and the rest when it takes more.

    Args:
        child: The program's end.
    """

    def __init__(self, child: "PtyChild") -> None:
        self._child = child
        self._loop = asyncio.get_running_loop()
        self._queue = Outgoing()
        self._waits = False

    def put(self, data: bytes) -> bool:
        """Send `data` after all that waits; returns False if too much waits."""
        if not self._queue.put(data):
            return False
        self._flush()
        return True

    def interrupt(self, mode: KeyMode) -> None:
        """Press Control-C before all that waits, which is dropped.

        So does a terminal when it is interrupted; what is dropped was meant for
        the program that ends now. Without that, a program that does not read
        would have to take it all before it could be interrupted.

        Args:
            mode: What the program has asked of the keyboard.
        """
        cut_short = bool(self._queue)
        self._queue.clear()
        if self._child.interrupts:
            # A program that died has perhaps left its own mode behind; for the
            # system it is this character, whatever the keyboard is like.
            mode = KeyMode()
            self._child.flush_input()
        elif cut_short:
            # A paste may have been cut; to a program in one, a key is text.
            self._queue.put(PASTE_END)
        self._queue.put(encode_key(INTERRUPT, mode))
        self._flush()

    def close(self) -> None:
        """Send nothing any more; to be called before the terminal is closed."""
        self._queue.clear()
        self._wait(False)

    def _flush(self) -> None:
        while self._queue:
            try:
                count = self._child.write(self._queue.first())
            except OSError:
                self._queue.clear()
                break
            if not count:
                break
            self._queue.written(count)
        self._wait(bool(self._queue))

    def _wait(self, wanted: bool) -> None:
        if wanted == self._waits or self._child.fd < 0:
            return
        self._waits = wanted
        if wanted:
            self._loop.add_writer(self._child.fd, self._flush)
        else:
            self._loop.remove_writer(self._child.fd)
