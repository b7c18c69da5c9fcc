"""How often bots have ended and were restarted, on all hosts together."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from coderbot.clock import Clock
from coderbot.cluster.away import ClusterError, until_answered
from coderbot.cluster.placement import Unit
from coderbot.cluster.sharedmap import SharedMap
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.facts import Everywhere
from coderbot.supervisor.supervisor import Supervisor

_PAUSE_S = 10.0
"""Time between two looks for something to tell, in seconds."""
_RESTARTS = "restarts"

_Counts = dict[str, Counter[str]]
"""By key of the unit: how many runs ended, by cause, and how many restarts."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, dict[str, int]])
_log = logging.getLogger(__name__)


class CrashBook:
    """Tells Redis what was counted here, and adds up what all hosts have told.

    Each host has an entry of its own, which goes on after a restart of it.

    Args:
        supervisor: Counts since its start.
        shared: The entries, by the name of the host.
        host: Name of this one.
        units: What is placed, by key.
        clock: For pauses.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        shared: SharedMap,
        host: str,
        units: Callable[[], Mapping[str, Unit]],
        clock: Clock,
    ) -> None:
        self._supervisor = supervisor
        self._shared = shared
        self._host = host
        self._units = units
        self._clock = clock
        self._before: _Counts | None = None
        """What earlier runs of this supervisor have told."""
        self._told: _Counts = {}

    async def run(self) -> None:
        """Tell what is counted, until cancelled."""
        found = await until_answered(
            lambda: self._shared.get([self._host]), self._clock, "Crashes are not told"
        )
        self._before = self._told = _counts(found.get(self._host))
        while True:
            await self._clock.sleep(_PAUSE_S)
            await self.flush()

    async def flush(self) -> None:
        """Tell what has changed, if Redis answers."""
        now = self._now()
        if self._before is None or now == self._told:
            return
        with suppress(ClusterError):
            if not await self._shared.put(self._host, _encoder.encode(now)):
                await self._shared.get([self._host])
                return
            self._told = now

    async def of(self, bot: str) -> Everywhere | None:
        """Return what all hosts have counted of a bot; None when Redis is away."""
        try:
            entries = await self._shared.all()
        except ClusterError:
            return None
        told = {host: _counts(body) for host, body in entries.items()}
        told[self._host] = self._now()
        keys = [key for key, unit in self._units().items() if unit.name == bot]
        by_host = {
            host: count
            for host, counts in told.items()
            if (count := sum((counts.get(key, Counter()) for key in keys), Counter()))
        }
        total = sum(by_host.values(), Counter())
        restarts = total.pop(_RESTARTS, 0)
        return Everywhere(
            restarts, tuple(sorted(total.items())), tuple(sorted(by_host))
        )

    def _now(self) -> _Counts:
        """Return what this host has counted in all its runs."""
        shown = {bot.bot: bot for bot in self._supervisor.bots()}
        counts = dict(self._before or {})
        for key, unit in self._units().items():
            if unit.name in shown:
                now = counts.get(key, Counter()) + _counted(shown[unit.name])
                if now:
                    counts[key] = now
        return counts


def _counted(bot: BotSnapshot) -> Counter[str]:
    counted = Counter(dict(bot.exits))
    counted[_RESTARTS] = bot.restarts
    return +counted


def _counts(body: bytes | None) -> _Counts:
    """Return what a host has told; nothing when that makes no sense."""
    if body is None:
        return {}
    try:
        return {key: Counter(each) for key, each in _decoder.decode(body).items()}
    except msgspec.MsgspecError as error:
        _log.error("The crashes that a host tells of make no sense: %s", error)
        return {}
