"""A program in a terminal: what it shows, what is typed into it, how it ends."""

import asyncio
import importlib
import os
import secrets
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coderbot.clock import Clock
from coderbot.worker.terminal.closing import end_family, kill_family
from coderbot.worker.terminal.directory import starting_directory, working_directory
from coderbot.worker.terminal.environment import terminal_environment
from coderbot.worker.terminal.errors import TerminalBusyError, TerminalClosedError
from coderbot.worker.terminal.exits import ExitWatch
from coderbot.worker.terminal.foreground import is_shell, program_name, tty_of
from coderbot.worker.terminal.ident import TerminalId
from coderbot.worker.terminal.input import TerminalInput
from coderbot.worker.terminal.keys import INTERRUPT, encode_key, encode_keys
from coderbot.worker.terminal.outputwatch import OutputWatch
from coderbot.worker.terminal.program import Program
from coderbot.worker.terminal.prompt import Tty
from coderbot.worker.terminal.recording import Recording
from coderbot.worker.terminal.screen import Screen
from coderbot.worker.terminal.spec import TerminalSpec
from coderbot.worker.terminal.theme import Theme
from coderbot.worker.terminal.typing_text import check_text, encode_text

if TYPE_CHECKING:
    from coderbot.worker.terminal.effects import Signals
    from coderbot.worker.terminal.emulator import Emulator
    from coderbot.worker.terminal.pty import PtyChild

_TURN_BYTES = 128 * 1024
"""Output read in one turn of the loop: `yes` must not keep others waiting."""
_TURN_S = 0.004
"""And how long that may take, in seconds: the system hands out lines of one letter
twenty times as slowly as long ones."""
_DRAIN_BYTES = 1024 * 1024
"""Output read after the program has ended."""
_DRAIN_S = 1.0
"""And how long that may take, in seconds."""
_FRAME_S = 1.0
"""A frame that takes longer to draw (mode 2026) is shown unfinished, in seconds."""
_NOBODY = TerminalId(0, "")


class TerminalSession:
    """One program on its own terminal. Made by `open`, ended by `close`.

    Whoever opens a session closes it, also after the program has ended by
    itself: what it has left running is killed then.
    """

    def __init__(
        self,
        key: TerminalId,
        mark: str,
        child: "PtyChild",
        emulator: "Emulator",
        clock: Clock,
        mask: Callable[[Screen], Screen] | None = None,
    ) -> None:
        self.key = key
        """Whose it is, and its name."""
        self.pid = child.pid
        """Process id of the program."""
        self.recording: Recording | None = None
        """Is told of all that the program writes."""
        self.program: Program | None = None
        """What runs here for a person; None for the shell."""
        self.opened_at = clock.monotonic()
        """When it was opened, in seconds of the clock."""
        self.last_input_at = self.opened_at
        """When something was last typed, in seconds of the clock."""
        self.inputs = 0
        """Increases with all that is typed."""
        self._unanswered = -1
        """Revision when something was last typed; -1 before that."""
        self._mark = mark
        self._child = child
        self._emulator = emulator
        self._mask = mask
        self.signals: Signals = emulator.signals
        """What the program has done to be noticed."""
        self._clock = clock
        self._input = TerminalInput(child)
        self._watch = OutputWatch(clock)
        self._last_screen: Screen | None = None
        self._screen_revision = -1
        self._how: str | None = None
        self._ended = asyncio.Event()
        self._close_started = False
        self._closed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(child.fd, self._on_readable)
        self._exit = ExitWatch(child.pid, self._on_exit)

    @classmethod
    async def open(
        cls, spec: TerminalSpec, clock: Clock, key: TerminalId = _NOBODY
    ) -> "TerminalSession":
        """Start the program of `spec` in a new terminal.

        Raises:
            TerminalStartError: When it cannot be started.
        """
        emulators, ptys = await asyncio.to_thread(_load)
        # The pid tells the supervisor whose terminal a stray process came from.
        mark = f"{os.getpid()}-{secrets.token_hex(16)}"
        program = spec.program
        environment = terminal_environment(
            os.environ, spec.environment, mark, program.allow if program else ()
        )
        child = ptys.PtyChild.spawn(
            program.argv if program else spec.argv,
            spec.columns,
            spec.rows,
            starting_directory(
                (program and program.cwd) or spec.cwd, environment.get("HOME")
            ),
            environment,
        )
        emulator = emulators.Emulator(
            spec.columns, spec.rows, spec.scrollback, spec.theme
        )
        session = cls(key, mark, child, emulator, clock, spec.mask)
        session.program = program
        return session

    @property
    def is_open(self) -> bool:
        """Whether the program runs and nobody has asked for its end."""
        return self._how is None and not self._close_started

    def tty(self) -> Tty:
        """Return how the program in the foreground reads; asks the system."""
        if not self.is_open:
            return Tty()
        return tty_of(self._child, self._emulator.at_prompt)

    @property
    def title(self) -> str:
        """The window title that the program has chosen; empty if it has none."""
        return self.screen().title

    @property
    def directory(self) -> Path | None:
        """Where the program is at work: what it tells, or what the system knows.

        A shell is asked for by its foreground job: an editor that was started
        elsewhere is where the work is. None after its end.
        """
        if not self.is_open:
            return None
        told, job = self._emulator.reported_directory, self._child.foreground
        return working_directory(told, job, self.pid)

    @property
    def is_itself(self) -> bool:
        """Whether what is typed meets the program itself, no shell in its place."""
        at_work = self.is_open and self._child.foreground == self.pid
        return at_work and not is_shell(program_name(self.pid))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours; programs that ask are told of them from now on."""
        if self.is_open:
            self._emulator.set_theme(theme)
            self._note_output()

    @property
    def bracketed_paste(self) -> bool:
        """Whether the program wants to be told what is pasted."""
        return self.is_open and self._emulator.bracketed_paste

    async def write(self, data: bytes) -> None:
        """Send `data` as it stands; returns when it is queued, in order.

        Raises:
            TerminalClosedError: When the program has ended.
            TerminalBusyError: When it does not read and the queue is full.
        """
        if not self.is_open:
            raise TerminalClosedError("This terminal is closed.")
        if not self._input.put(data):
            raise TerminalBusyError(
                "The program does not read what is typed, and too much waits for it.",
                "Interrupt it with Ctrl-C, or close the terminal.",
            )
        self._note_input()

    def interrupt(self) -> None:
        """Press Control-C now, whatever else is being typed or waits.

        Raises:
            TerminalClosedError: When the program has ended.
        """
        if not self.is_open:
            raise TerminalClosedError("This terminal is closed.")
        self._input.interrupt(self._emulator.key_mode)
        self._note_input()

    def keep_open(self) -> None:
        """Count as if something had been typed now."""
        self.last_input_at = self._clock.monotonic()

    async def type_text(self, text: str, enter: bool = True) -> None:
        """Type or paste `text`, then press Enter.

        A program that reads single keys gets a moment before the text and before
        Enter: the key before may have changed what it wants, and many take an
        Enter that comes along with a text for a line of a paste.

        Raises:
            ControlCharacterError: When there are other controls than tab and
                newline; nothing is typed then.
            TerminalClosedError: When the program has ended.
            TerminalBusyError: When it does not read and the queue is full.
        """
        check_text(text)
        async with self._turn:
            await self._await_reaction()
            alternate = self.is_open and self._emulator.alternate
            await self.write(encode_text(text, self.bracketed_paste, alternate))
            if enter:
                await self._await_reaction()
                await self.write(b"\r")

    async def press(self, key: str) -> None:
        """Press a key, by its name in `keys.KEY_NAMES`; Control-C never waits.

        Raises:
            UnknownKeyError: When there is no such key.
        """
        if key.lower() == INTERRUPT:
            self.interrupt()
            return
        async with self._turn:
            if not self.is_open:
                raise TerminalClosedError("This terminal is closed.")
            await self.write(encode_key(key, self._emulator.key_mode))

    async def press_all(self, keys: Sequence[str]) -> None:
        """Press keys or type words, each after the program has reacted to the last.

        Raises:
            TerminalClosedError: When the program has ended.
        """
        async with self._turn:
            for key in keys:
                if not self.is_open:
                    raise TerminalClosedError("This terminal is closed.")
                await self._await_reaction()
                await self.write(encode_keys(key, self._emulator.key_mode))

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, in cells."""
        if self.is_open:
            self._emulator.resize(columns, rows)
            self._child.resize(columns, rows)
            if self.recording is not None:
                self.recording.resized(columns, rows)
            self._note_output()

    def screen(self) -> Screen:
        """Return what the terminal shows; after its end, what it showed last.

        What must not be seen is masked here, so that nobody can forget it.
        """
        late = self._watch.frame_s > _FRAME_S
        if self._last_screen is None or (
            not self._ended.is_set() and (late or self._screen_revision < self.revision)
        ):
            screen = self._emulator.screen(unfinished=late)
            self._last_screen = self._mask(screen) if self._mask else screen
            self._screen_revision = self.revision
        return self._last_screen

    @property
    def revision(self) -> int:
        """Increases with all output."""
        return self._watch.revision

    def transcript(self) -> str:
        """Return what has scrolled away and what is shown; empty after the end."""
        return self._emulator.transcript() if self.is_open else ""

    async def settled(self, quiet_s: float = 0.15, limit_s: float = 1.0) -> None:
        """Return when no output has come for `quiet_s`, or after `limit_s` seconds.

        A frame that is being drawn (mode 2026) counts as output.
        """
        await self._watch.settled(quiet_s, limit_s)

    async def changed(self, since: int) -> int:
        """Wait until `revision` is above `since` or the program ends; return it."""
        return await self._watch.changed(since)

    async def wait_closed(self) -> str:
        """Wait for the end of the program; return how it ended (`exit 0`)."""
        await self._ended.wait()
        return self._how or ""

    async def close(self) -> None:
        """End the program and everything it has started; may be called again."""
        if self._close_started:
            await self._closed.wait()
            return
        self._close_started = True
        try:
            await end_family(self.pid, self._mark, self._clock)
        except asyncio.CancelledError:
            kill_family(self.pid, self._mark)
            raise
        finally:
            self._release()
            self._closed.set()

    async def _await_reaction(self) -> None:
        """Wait a moment if a program that reads keys has not reacted to the last."""
        if self._unanswered == self.revision and not self._child.reads_lines:
            await self._watch.reacted()

    def _on_readable(self) -> None:
        if not self._read(_TURN_BYTES, _TURN_S):
            self._loop.remove_reader(self._child.fd)

    def _read(self, limit: int, limit_s: float) -> bool:
        """Read and act on up to `limit` bytes; returns False at the end of output."""
        taken = 0
        end = self._clock.monotonic() + limit_s
        more = True
        while taken < limit:
            data = self._child.read(limit - taken)
            if not data:
                more = data is None
                break
            self._emulator.feed(data)
            if self.recording is not None:
                self.recording.output(data)
            taken += len(data)
            if self._clock.monotonic() > end:
                break
        if taken:
            self._answer()
            self._note_output()
        return more

    def _answer(self) -> None:
        """Send what the terminal answers; a program that never reads gets none."""
        replies = self._emulator.take_replies()
        if replies:
            self._input.put(replies)

    def _note_output(self) -> None:
        self._watch.note(self._emulator.synchronizing)

    def _note_input(self) -> None:
        self.last_input_at = self._clock.monotonic()
        self._unanswered = self.revision
        self.inputs += 1

    # The end

    def _on_exit(self) -> None:
        """Note that the program has ended, after its last words."""
        if self._ended.is_set():
            return
        self._read(_DRAIN_BYTES, _DRAIN_S)
        self._finish(self._exit.status() or "unknown")

    def _finish(self, how: str) -> None:
        if self._ended.is_set():
            return
        self.screen()
        self._how = how
        self._loop.remove_reader(self._child.fd)
        self._input.close()
        self._child.close()
        self._ended.set()
        self._watch.end()

    def _release(self) -> None:
        """Give everything back, also when closing was interrupted."""
        self._finish(self._exit.status() or signal.SIGKILL.name)
        self._exit.abandon()
        self._emulator.close()


def _load() -> tuple[Any, Any]:
    """Import what an idle worker does without."""
    return (
        importlib.import_module("coderbot.worker.terminal.emulator"),
        importlib.import_module("coderbot.worker.terminal.pty"),
    )
