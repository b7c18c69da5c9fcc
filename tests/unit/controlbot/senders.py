"""Senders to a scripted bot."""

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.dispatcher import Dispatcher
from coderbot.clock import Clock
from coderbot.controlbot.sender import Sender
from tests.fakes.bot import ScriptBot


def make_sender(bot: ScriptBot, tasks: Tasks, clock: Clock) -> Sender:
    """Return one whose retries are spread evenly."""
    dispatcher = Dispatcher(tasks, clock, lambda: 0.5, Counters())
    return Sender(bot.as_bot(), tasks, dispatcher)
