"""Tells the admins what has happened."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock
from coderbot.config.hours import Hours
from coderbot.control.facts import BotSnapshot, ClusterSnapshot, Dossier
from coderbot.controlbot.alerts import Alert, Alerts
from coderbot.controlbot.incidents import (
    Incident,
    Kind,
    explained,
    host_incidents,
    incidents_of,
)
from coderbot.controlbot.sender import Sender
from coderbot.errors import CoderBotError

_LOOK_S = 5.0
"""How often it is looked for alerts that are due, in seconds."""
_DOSSIER_TRIES = 10
_DOSSIER_PAUSE_S = 0.3
_FRESH_S = 60.0
"""A dossier that is older does not explain a crash of now, in seconds."""

_log = logging.getLogger(__name__)


class Herald:
    """Finds incidents in what is told of the bots, and sends alerts about them.

    Args:
        dossiers: Returns what is kept of the crashes of a bot, the newest first.
        sender: Sends.
        admins: Who is told.
        quiet: Local hours in which nothing makes a sound but a failure.
        clock: For pauses and the hours.
        tasks: Owns what takes long.
    """

    def __init__(
        self,
        dossiers: Callable[[str], Awaitable[Sequence[Dossier]]],
        sender: Sender,
        admins: Sequence[int],
        quiet: Hours | None,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._dossiers = dossiers
        self._sender = sender
        self._admins = admins
        self._quiet = quiet
        self._clock = clock
        self._tasks = tasks
        self._alerts = Alerts()
        self._known: dict[str, BotSnapshot] = {}
        self._cluster: ClusterSnapshot | None = None
        self._last: dict[str, float] = {}
        """Of each bot the time of the last dossier that was told of."""

    def note(self, bot: BotSnapshot) -> None:
        """Take how a bot stands now."""
        before = self._known.get(bot.bot)
        self._known[bot.bot] = bot
        for incident in incidents_of(before, bot):
            if incident.kind is Kind.CRASH:
                name = f"crash of {bot.bot}"
                self._tasks.spawn(self._explain(incident, bot), name)
            else:
                self.tell(incident)

    def note_hosts(self, cluster: ClusterSnapshot) -> None:
        """Take how the hosts stand now that share the bots."""
        before, self._cluster = self._cluster, cluster
        for incident in host_incidents(before, cluster):
            self.tell(incident)

    def forget(self, bot: str) -> None:
        """Take note that a bot is no longer part of the fleet."""
        self._known.pop(bot, None)

    def tell(self, incident: Incident) -> None:
        """Send an alert about an incident, now or together with others."""
        alert = self._alerts.add(incident, self._clock.monotonic())
        if alert is not None:
            self._send(alert)

    async def run(self) -> None:
        """Send what was put off when it is due, until cancelled."""
        while True:
            await self._clock.sleep(_LOOK_S)
            for alert in self._alerts.due(self._clock.monotonic()):
                self._send(alert)

    async def _explain(self, crash: Incident, bot: BotSnapshot) -> None:
        dossier = await self._dossier(bot.bot)
        self.tell(crash if dossier is None else explained(crash, dossier, bot))

    async def _dossier(self, bot: str) -> Dossier | None:
        """Return the dossier of a crash of just now; it is written meanwhile."""
        for _ in range(_DOSSIER_TRIES):
            try:
                found = await self._dossiers(bot)
            except CoderBotError as error:
                _log.info("No dossier of %s: %s", bot, error.message)
                return None
            if found and self._is_news(bot, found[0]):
                self._last[bot] = found[0].wall
                return found[0]
            await self._clock.sleep(_DOSSIER_PAUSE_S)
        return None

    def _is_news(self, bot: str, dossier: Dossier) -> bool:
        oldest = self._clock.now().timestamp() - _FRESH_S
        return dossier.wall > max(self._last.get(bot, 0.0), oldest)

    def _send(self, alert: Alert) -> None:
        silent = not alert.is_urgent and self._is_quiet()
        for admin in self._admins:
            self._sender.alert(admin, alert.text, silent=silent)

    def _is_quiet(self) -> bool:
        local = self._clock.now().astimezone()
        return self._quiet is not None and self._quiet.hold(local.time())
