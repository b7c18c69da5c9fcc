"""What a key does to the whole fleet."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual.screen import Screen

from coderbot.control.port import Changes, SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.supervisor.events import BotChanged, BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui.commands import Commands
from coderbot.tui.plain import printable
from coderbot.tui.ports import TokenEditor
from coderbot.tui.rows import counted
from coderbot.tui.screens.add import AddScreen
from coderbot.tui.screens.confirm import ConfirmScreen
from coderbot.tui.work import begin

_ALIVE = {BotState.RUNNING, BotState.STARTING, BotState.BACKOFF}
_LOST = {BotState.FAILED, BotState.BACKOFF, BotState.STOPPED}


class FleetCommands:
    """Carries commands of the fleet out as workers of a screen, one at a time.

    Args:
        port: The supervisor.
        screen: Where toasts and questions appear.
        commands: Tells results.
        tokens: Changes the `.env`; None where there is none to change.
    """

    def __init__(
        self,
        port: SupervisorPort,
        screen: Screen[None],
        commands: Commands,
        tokens: TokenEditor | None = None,
    ) -> None:
        self._port = port
        self._screen = screen
        self._commands = commands
        self._tokens = tokens
        self._tasks: dict[str, Callable[[Sequence[str]], Awaitable[str]]] = {
            "roll": self._roll,
            "stop": self._stop,
            "add": self._add,
            "reload": self._reload,
        }

    def run(self, name: str, marked: Sequence[str]) -> None:
        """Begin a command: roll, stop, add or reload.

        Args:
            name: The command.
            marked: The bots that it is restricted to; none for all.
        """
        begin(self._screen, "fleet command", self._carry_out, name, marked)

    async def _carry_out(self, name: str, marked: Sequence[str]) -> None:
        try:
            result = await self._tasks[name](marked)
        except CoderBotError as error:
            self._commands.tell_error(error, f"Could not {name}")
        else:
            if result:
                self._commands.tell(result, "information")

    async def _roll(self, marked: Sequence[str]) -> str:
        bots = self._chosen(marked)
        question = ConfirmScreen(
            f"Restart {counted(len(bots), 'bot')}, one after another?",
            "Each is READY before the next one is stopped. It ends at the first that "
            "does not come back.",
            yes="Restart",
        )
        if not bots or not await self._screen.app.push_screen_wait(question):
            return ""
        for number, bot in enumerate(bots, 1):
            words = f"Restarting {bot} ({number} of {len(bots)})"
            self._commands.tell(words, "information")
            await self._restarted(bot)
        return f"{counted(len(bots), 'bot')} restarted, one after another"

    async def _restarted(self, bot: str) -> None:
        """Restart a bot and wait until it is READY.

        Raises:
            CoderBotError: When it is not going to be.
        """
        async with self._port.subscribe() as events:
            await self._port.restart(bot)
            if self._is_ready(self._now(bot)):
                return
            async for event in events:
                mine = isinstance(event, BotChanged) and event.snapshot.bot == bot
                if mine and self._is_ready(self._now(bot)):
                    return
        raise CoderBotError(f"{bot} did not come back", "The others were left alone.")

    def _is_ready(self, bot: BotSnapshot) -> bool:
        if bot.state in _LOST:
            why = printable(bot.reason or bot.last_exit or bot.state)
            raise CoderBotError(
                f"{bot.bot} did not come back: {why}",
                "The bots after it were left alone.",
            )
        return bot.state is BotState.RUNNING

    def _now(self, name: str) -> BotSnapshot:
        return next(bot for bot in self._port.bots() if bot.bot == name)

    async def _stop(self, marked: Sequence[str]) -> str:
        bots = self._chosen(marked)
        question = ConfirmScreen(
            f"Stop {counted(len(bots), 'bot')}?",
            "Each finishes what it does, and stays stopped until it is started.",
            yes="Stop",
        )
        if not bots or not await self._screen.app.push_screen_wait(question):
            return ""
        await asyncio.gather(*map(self._port.stop, bots))
        return f"{counted(len(bots), 'bot')} stopped"

    async def _add(self, _: Sequence[str]) -> str:
        if self._tokens is None:
            raise CoderBotError("This fleet has no .env to put a token into")
        name = await self._screen.app.push_screen_wait(AddScreen(self._tokens))
        if not name:
            return ""
        changes = await self._port.reload(dry_run=False)
        return f"@{printable(name)} was added as {', '.join(changes.added) or 'a bot'}"

    async def _reload(self, _: Sequence[str]) -> str:
        plan = await self._port.reload(dry_run=True)
        if plan.is_empty and not plan.at_once and not plan.next_start:
            return "Nothing has changed in the settings" + _later(plan)
        question = ConfirmScreen("Take up the new settings?", _words(plan), yes="Do it")
        if not await self._screen.app.push_screen_wait(question):
            return ""
        await self._port.reload(dry_run=False)
        return "The new settings are in force" + _later(plan)

    def _chosen(self, marked: Sequence[str]) -> list[str]:
        bots = [bot for bot in self._port.bots() if bot.state in _ALIVE]
        return [bot.bot for bot in bots if not marked or bot.bot in marked]


def _words(plan: Changes) -> str:
    lines = (
        ("Starts", plan.added),
        ("Stops and leaves", plan.removed),
        ("Restarts", plan.changed),
        ("From now on", plan.at_once),
        ("For each worker from its next start on", plan.next_start),
        ("Needs a new start of the supervisor", plan.later),
    )
    return "\n".join(f"{what}: {', '.join(names)}" for what, names in lines if names)


def _later(plan: Changes) -> str:
    return f"; at the next start: {', '.join(plan.later)}" if plan.later else ""
