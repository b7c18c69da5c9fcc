"""Calls the user of a terminal when there is a reason, in a message that rings."""

import asyncio
import logging
from collections.abc import Callable

from telegram import InlineKeyboardMarkup

from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.botprocess.telegram.pace import Priority
from coderbot.clock import Clock
from coderbot.worker.preferences.model import NotifyLevel
from coderbot.worker.telegram.alerttext import alert_text
from coderbot.worker.telegram.livescreen import LiveScreen
from coderbot.worker.telegram.questions import Questions
from coderbot.worker.terminal.attention import Alert, Attention, Glance
from coderbot.worker.terminal.prompt import Prompt, PromptKind
from coderbot.worker.terminal.session import TerminalSession

_STEP_S = 0.25
"""Least time between two looks at a terminal, in seconds."""

_log = logging.getLogger(__name__)


class Lookout:
    """Watches one terminal.

    Args:
        session: The terminal.
        questions: Knows what its program asks.
        screen: The message that shows it.
        outbox: Sends.
        clock: Times what happens.
        level: Returns what its user wants to be told of.
        mask: Takes secrets out of what a program says.
        thread: Topic of the chat.
    """

    def __init__(
        self,
        session: TerminalSession,
        questions: Questions,
        screen: LiveScreen,
        outbox: Outbox,
        clock: Clock,
        level: Callable[[], NotifyLevel],
        mask: Callable[[str], str],
        thread: int | None,
    ) -> None:
        self._session = session
        self._questions = questions
        self._screen = screen
        self._outbox = outbox
        self._clock = clock
        self._level = level
        self._mask = mask
        self._thread = thread
        self._program = ""
        """Name of the last program that was not a shell at its prompt."""
        self._alert: tuple[int, str] | None = None
        """Message of the last alert with buttons, and their id."""
        self._attention = Attention(self._glance())

    async def watch(self) -> None:
        """Watch until the terminal has ended, or until cancelled."""
        seen = self._session.revision
        while self._session.is_open:
            await self._next(seen)
            # A flood of output is looked at now and then; and a shell that has
            # just been given a command needs a moment to start it.
            await self._clock.sleep(_STEP_S)
            seen = self._session.revision
            alert = self._attention.look(self._glance(), self._asks)
            if alert is not None:
                await self._call(alert)
            self._retire_alert()

    async def _next(self, seen: int) -> None:
        """Wait for output, or for the moment at which to look again without."""
        try:
            async with asyncio.timeout(self._attention.due_s(self._clock.monotonic())):
                await self._session.changed(seen)
        except TimeoutError:
            return

    def _glance(self) -> Glance:
        session, signals = self._session, self._session.signals
        tty = session.tty()
        if not tty.at_shell:
            self._program = tty.program
        return Glance(
            at=self._clock.monotonic(),
            revision=session.revision,
            inputs=session.inputs,
            input_at=session.last_input_at,
            bells=signals.bells,
            notices=signals.notices,
            progress=signals.progress,
            at_shell=tty.at_shell,
            reads_keys=not tty.reads_lines,
        )

    def _asks(self) -> bool:
        prompt = self._questions.prompt()
        return prompt is not None and prompt.kind is not PromptKind.PAGER

    async def _call(self, alert: Alert) -> None:
        prompt = self._questions.prompt()
        if not is_wanted(self._level(), alert, prompt):
            return
        user_id, name = self._session.key
        _log.info("Alert: %s of user %d: %s", name, user_id, alert.reason.value)
        notice = self._session.signals.last_notice
        rows = self._questions.rows()
        message = await self._outbox.text(
            user_id,
            self._mask(alert_text(name, alert, self._program, notice, prompt)),
            keyboard=InlineKeyboardMarkup(rows) if rows else None,
            thread=self._thread,
            priority=Priority.ALERT,
        )
        if rows and message is not None:
            self._alert = message, self._questions.standing
        await self._screen.refresh()

    def _retire_alert(self) -> None:
        """Take the buttons off an alert whose question is past."""
        if self._alert is not None and self._alert[1] != self._questions.standing:
            self._outbox.retire(self._session.key.user_id, self._alert[0])
            self._alert = None


def is_wanted(level: NotifyLevel, alert: Alert, prompt: Prompt | None) -> bool:
    """Tell whether somebody who has chosen `level` wants to hear of `alert`."""
    if level == "waiting":
        return alert.reason.is_waiting or prompt is not None
    return level == "all"
