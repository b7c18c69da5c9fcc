"""Puts the parts of the control bot together: the only place that builds them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from telegram import Bot

from coderbot.botprocess.life import Life
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.dispatcher import Dispatcher
from coderbot.control.facts import BotSnapshot, ClusterSnapshot
from coderbot.controlbot.board import Board
from coderbot.controlbot.boards import Boards
from coderbot.controlbot.deck import Deck
from coderbot.controlbot.fleet import Fleet
from coderbot.controlbot.handlers.board import act
from coderbot.controlbot.herald import Herald
from coderbot.controlbot.sender import Sender
from coderbot.controlbot.services import Services
from coderbot.controlbot.waiting import Waiting
from coderbot.paths import StateDir


@dataclass(frozen=True, slots=True)
class Frame:
    """What is there before the services: the process around them."""

    life: Life
    env_file: Path | None
    started: float
    started_at: datetime


def build_services(frame: Frame, bot: Bot, tasks: Tasks) -> Services:
    """Return the container of the control bot."""
    life = frame.life
    settings, clock = life.settings, life.clock
    dispatcher = Dispatcher(tasks, clock, life.jitter, life.counters)
    sender = Sender(bot, tasks, dispatcher)
    deck = Deck(clock)

    def on_bot(snapshot: BotSnapshot) -> None:
        herald.note(snapshot)
        boards.touch()

    def on_removed(name: str) -> None:
        herald.forget(name)
        boards.touch()

    def on_cluster(cluster: ClusterSnapshot) -> None:
        herald.note_hosts(cluster)

    async def on_press(admin: int, verb: str, name: str) -> str:
        return await act(services, admin, verb, name)

    def make_board(admin: int) -> Board:
        return Board(admin, fleet.bots, sender, deck, clock, on_press)

    path = StateDir(settings.state_dir).control
    fleet = Fleet(path, clock, on_bot, on_removed, on_cluster)
    admins, quiet = settings.control_bot_admin_ids, settings.control_bot_quiet_hours
    herald = Herald(fleet.dossiers, sender, admins, quiet, clock, tasks)
    boards = Boards(make_board, clock)
    services = Services(
        settings=settings,
        admins=admins,
        env_file=frame.env_file,
        clock=clock,
        started=frame.started,
        started_at=frame.started_at,
        tasks=tasks,
        link=life.link,
        sender=sender,
        fleet=fleet,
        herald=herald,
        boards=boards,
        deck=deck,
        waiting=Waiting(clock),
    )
    return services
