"""What a key does to a bot: ask, carry out, tell the result."""

from collections.abc import Awaitable, Callable

from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.tui.plain import printable
from coderbot.tui.rows import counted, size
from coderbot.tui.screens.confirm import ConfirmScreen

Task = Callable[[str], Awaitable[str]]
"""Carries a command out for a bot; returns what to tell, or nothing."""


class Commands:
    """Carries commands out as workers of a screen, one at a time for each bot.

    A newer command for a bot takes the place of the one under way, except that the
    same command is not begun twice.

    Args:
        port: The supervisor.
        screen: Where toasts and questions appear.
    """

    def __init__(self, port: SupervisorPort, screen: Screen[None]) -> None:
        self._port = port
        self._screen = screen
        self._tasks: dict[str, Task] = {
            "restart": self._restart,
            "start": self._start,
            "stop": self._stop,
            "kill": self._kill,
            "clean": self._clean,
        }

    def run(self, name: str, bot: str) -> None:
        """Begin a command: restart, start, stop, kill or clean."""
        group = f"bot:{bot}"
        if any(_under_way(worker, name, group) for worker in self._screen.workers):
            self._tell(f"{bot}: {name} is already under way", "warning")
            return
        self._screen.run_worker(
            self._carry_out(name, bot),
            name=name,
            group=group,
            description=f"{name} {bot}",
            exclusive=True,
        )

    async def _carry_out(self, name: str, bot: str) -> None:
        try:
            result = await self._tasks[name](bot)
        except CoderBotError as error:
            words = "\n".join(printable(line) for line in str(error).splitlines())
            self._tell(words, "error", title=f"Could not {name} {bot}")
        else:
            if result:
                self._tell(result, "information")

    async def _restart(self, bot: str) -> str:
        await self._port.restart(bot)
        return f"{bot} was restarted"

    async def _start(self, bot: str) -> str:
        await self._port.start(bot)
        return f"{bot} was started"

    async def _stop(self, bot: str) -> str:
        await self._port.stop(bot)
        return f"{bot} was stopped"

    async def _kill(self, bot: str) -> str:
        question = ConfirmScreen(
            f"Kill {bot}?",
            "It ends at once, with everything it started: open terminals are lost. "
            "It is not restarted.",
            yes="Kill",
        )
        if not await self._screen.app.push_screen_wait(question):
            return ""
        await self._port.kill(bot)
        return f"{bot} was killed"

    async def _clean(self, bot: str) -> str:
        usage = await self._port.media_usage(bot)
        if not usage.files:
            return f"{bot} has nothing to clean"
        amount = f"{counted(usage.files, 'file')}, {size(usage.size_bytes)}"
        question = ConfirmScreen(
            f"Clean the media of {bot}?",
            f"Deletes {amount}, in sent/, received/ and failed/. "
            "Files that wait to be sent stay.",
            yes="Delete",
        )
        if not await self._screen.app.push_screen_wait(question):
            return ""
        gone = await self._port.clean_media(bot)
        return f"{bot}: deleted {counted(gone.files, 'file')}, {size(gone.size_bytes)}"

    def _tell(self, words: str, severity: SeverityLevel, title: str = "") -> None:
        self._screen.notify(words, severity=severity, title=title, markup=False)


def _under_way(worker: Worker[object], name: str, group: str) -> bool:
    running = worker.state in {WorkerState.PENDING, WorkerState.RUNNING}
    return running and (worker.name, worker.group) == (name, group)
