"""What the keys of the log do."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.screen import Screen

from coderbot.paths import with_home
from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import plain_body
from coderbot.tui.plain import printable
from coderbot.tui.rows import counted
from coderbot.tui.screens.prompt import PromptScreen
from coderbot.tui.widgets.log_pane import LogPane
from coderbot.tui.widgets.log_wall import LogWall
from coderbot.tui.work import begin


class LogActions:
    """Carries the keys of the log out.

    Args:
        screen: Where questions and toasts appear.
        wall: The log.
    """

    def __init__(self, screen: Screen[None], wall: LogWall) -> None:
        self._screen = screen
        self._wall = wall
        self._whole: dict[str, Callable[[], None]] = {
            "merge": wall.toggle_merged,
            "layout": wall.next_layout,
            "search": wall.open_search,
            "filter": wall.open_filter,
            "level": wall.next_level,
            "times": lambda: wall.toggle("times"),
            "wrap": lambda: wall.toggle("wrap"),
            "newer": lambda: wall.go_to_match(1),
            "older": lambda: wall.go_to_match(-1),
        }

    async def do(self, what: str) -> None:
        """Carry out a key, by its name: `merge`, `newer`, `export`, `page_up`, …"""
        if what in self._whole:
            self._whole[what]()
            return
        pane = self._wall.active
        if pane is not None:
            await self._do_in(pane, what)

    async def _do_in(self, pane: LogPane, what: str) -> None:
        match what:
            case "next_error":
                pane.go_to_error(1)
            case "last_error":
                pane.go_to_error(-1)
            case "follow":
                pane.view.toggle_following()
            case "copy":
                self._copy(pane)
            case "export":
                begin(self._screen, "export", self._export, pane)
            case _:
                pane.view.action_scroll(what)

    def _copy(self, pane: LogPane) -> None:
        text = self._screen.get_selected_text() or pane.view.text_in_view()
        if text:
            self._screen.app.copy_to_clipboard(text)
            count = counted(text.count("\n") + 1, "line")
            self._screen.notify(f"{count} copied", markup=False)

    async def _export(self, pane: LogPane) -> None:
        lines = pane.view.lines()
        name = f"coderbot-{pane.scope or 'all'}-{lines[-1].seq if lines else 0}.log"
        question = PromptScreen(
            f"Write {counted(len(lines), 'line')} to a file", str(Path.cwd() / name)
        )
        answer = await self._screen.app.push_screen_wait(question)
        if not answer:
            return
        try:
            await asyncio.to_thread(write_lines, with_home(answer), lines)
        except OSError as error:
            words = f"{error.strerror}: {printable(answer)}"
            self._screen.notify(words, severity="error", markup=False)
        else:
            self._screen.notify(f"Written: {printable(answer)}", markup=False)


def write_lines(path: Path, lines: Sequence[LogLine]) -> None:
    """Write lines as plain text into a new file that only its owner may read.

    Raises:
        OSError: When there is such a file already, or it cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        for line in lines:
            head = line.parted[0]
            file.write(f"{line.timestamp} {head} {plain_body(line)}\n")
