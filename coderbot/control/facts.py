"""What a front end is told: the words of the supervisor that are not its own affair."""

from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.controlwire import FleetStatus, Planned
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    BotSnapshot,
    ClusterChanged,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
)
from coderbot.supervisor.lines import CONTROL, PARENT, LogLine, timestamp_of
from coderbot.supervisor.state import BotState

__all__ = [
    "CONTROL",
    "PARENT",
    "BotChanged",
    "BotRemoved",
    "BotSnapshot",
    "BotState",
    "ClusterChanged",
    "ClusterSnapshot",
    "Dossier",
    "FleetEvent",
    "FleetReady",
    "FleetStatus",
    "FleetStopped",
    "FleetStopping",
    "LogLine",
    "Planned",
    "timestamp_of",
]
