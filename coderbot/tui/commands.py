"""What a key does to bots: ask, carry out, tell the result."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.tui.plain import printable
from coderbot.tui.ports import TokenEditor
from coderbot.tui.rows import counted, size, total_of
from coderbot.tui.screens.clean import CleanScreen
from coderbot.tui.screens.confirm import ConfirmScreen

_DONE = {
    "restart": "restarted",
    "start": "started",
    "stop": "stopped",
    "kill": "killed",
}
"""What was done to a bot, by command."""

Task = Callable[[Sequence[str]], Awaitable[str]]
"""Carries a command out for bots; returns what to tell, or nothing."""


class Commands:
    """Carries commands out as workers of a screen, one at a time for the same bots.

    A newer command takes the place of the one under way for the same bots, except
    that the same command is not begun twice.

    Args:
        port: The supervisor.
        screen: Where toasts and questions appear.
        tokens: Changes the `.env`; None where there is none to change.
    """

    def __init__(
        self,
        port: SupervisorPort,
        screen: Screen[None],
        tokens: TokenEditor | None = None,
    ) -> None:
        self._port = port
        self._screen = screen
        self._tokens = tokens
        self._tasks: dict[str, Task] = {
            "kill": self._kill,
            "clean": self._clean,
            "remove": self._remove,
        }
        self._simple = {
            "restart": port.restart,
            "start": port.start,
            "stop": port.stop,
            "kill": port.kill,
        }

    def run(self, name: str, bots: Sequence[str]) -> None:
        """Begin a command: restart, start, stop, kill, clean or remove."""
        who = _who(bots)
        group = f"bot:{' '.join(bots)}"
        if any(_under_way(worker, name, group) for worker in self._screen.workers):
            self.tell(f"{who}: {name} is already under way", "warning")
            return
        self._screen.run_worker(
            self._carry_out(name, bots),
            name=name,
            group=group,
            description=f"{name} {who}",
            exclusive=True,
        )

    def tell(self, words: str, severity: SeverityLevel, title: str = "") -> None:
        """Show a toast."""
        self._screen.notify(words, severity=severity, title=title, markup=False)

    def tell_error(self, error: CoderBotError, title: str) -> None:
        """Show what went wrong, and the hint."""
        words = "\n".join(printable(line) for line in str(error).splitlines())
        self.tell(words, "error", title)

    async def _carry_out(self, name: str, bots: Sequence[str]) -> None:
        task = self._tasks.get(name)
        try:
            result = await (task(bots) if task else self._each(name, bots))
        except CoderBotError as error:
            self.tell_error(error, f"Could not {name} {_who(bots)}")
        else:
            if result:
                self.tell(result, "information")

    async def _each(self, name: str, bots: Sequence[str]) -> str:
        """Do the same to each bot, all at the same time.

        Raises:
            CoderBotError: When it failed for one of them; the others are done.
        """
        action = self._simple[name]
        results = await asyncio.gather(*map(action, bots), return_exceptions=True)
        failed = [error for error in results if isinstance(error, BaseException)]
        for error in failed:
            if len(bots) == 1 or not isinstance(error, CoderBotError):
                raise error
        if failed:
            words = f"{len(failed)} of {len(bots)} failed"
            raise CoderBotError(words, "\n".join(map(str, failed[:3])))
        return f"{_who(bots)} {'was' if len(bots) == 1 else 'were'} {_DONE[name]}"

    async def _kill(self, bots: Sequence[str]) -> str:
        question = ConfirmScreen(
            f"Kill {_who(bots)}?",
            "It ends at once, with everything it started: open terminals are lost. "
            "It is not restarted.",
            yes="Kill",
        )
        if not await self._screen.app.push_screen_wait(question):
            return ""
        return await self._each("kill", bots)

    async def _clean(self, bots: Sequence[str]) -> str:
        self._refuse_while_sending(bots)
        found = [await self._port.media(bot) for bot in bots]
        folders = total_of(found)
        if not any(folder.files for folder in folders):
            return f"{_who(bots)} has nothing to clean"
        question = CleanScreen(_who(bots), folders)
        chosen = await self._screen.app.push_screen_wait(question)
        if not chosen:
            return ""
        self._refuse_while_sending(bots)
        gone = [await self._port.clean_media(bot, chosen) for bot in bots]
        files, taken = sum(g.files for g in gone), sum(g.size_bytes for g in gone)
        return f"{_who(bots)}: deleted {counted(files, 'file')}, {size(taken)}"

    def _refuse_while_sending(self, bots: Sequence[str]) -> None:
        """Deny a clean-up while a file is on its way.

        Raises:
            CoderBotError: When one of the bots is sending.
        """
        busy = [
            bot for bot in self._port.bots() if bot.bot in bots and bot.media_pending
        ]
        if busy:
            files = counted(sum(bot.media_pending for bot in busy), "file")
            names = _who([bot.bot for bot in busy])
            raise CoderBotError(f"{names} is sending {files}", "Try again after that.")

    async def _remove(self, bots: Sequence[str]) -> str:
        if self._tokens is None:
            raise CoderBotError("This fleet has no .env to take a token out of")
        question = ConfirmScreen(
            f"Remove {_who(bots)}?",
            f"The token leaves {self._tokens.place}, and the bot is stopped. "
            "Its log and its files stay.",
            yes="Remove",
        )
        if not await self._screen.app.push_screen_wait(question):
            return ""
        for bot in bots:
            fingerprint = (await self._port.facts(bot)).fingerprint
            await self._tokens.remove(fingerprint)
        await self._port.reload(dry_run=False)
        return f"{_who(bots)} {'was' if len(bots) == 1 else 'were'} removed"


def _who(bots: Sequence[str]) -> str:
    return bots[0] if len(bots) == 1 else f"{len(bots)} bots"


def _under_way(worker: Worker[object], name: str, group: str) -> bool:
    running = worker.state in {WorkerState.PENDING, WorkerState.RUNNING}
    return running and (worker.name, worker.group) == (name, group)
