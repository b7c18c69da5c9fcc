"""The supervisor as its front ends see it."""

from coderbot.supervisor.clusterview import (
    ClusterSnapshot,
    HostSnapshot,
    PlannedMove,
)
from coderbot.supervisor.errors import FleetStoppingError, UnknownBotError
from coderbot.supervisor.facts import BotFacts, Setting
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import FOLDERS, MediaFile, MediaFolder, MediaUsage
from coderbot.supervisor.plan import Changes
from coderbot.supervisor.port import SupervisorPort
from coderbot.supervisor.searcher import SearchFailedError
from coderbot.wire import TerminalScreen

__all__ = [
    "FOLDERS",
    "BotFacts",
    "Changes",
    "ClusterSnapshot",
    "FleetStoppingError",
    "HostSnapshot",
    "LogHits",
    "LogQuery",
    "MediaFile",
    "MediaFolder",
    "MediaUsage",
    "PlannedMove",
    "SearchFailedError",
    "Setting",
    "SupervisorPort",
    "TerminalScreen",
    "UnknownBotError",
]
