"""What this host says of the others in its log: changes, each once."""

import logging
from collections.abc import Mapping

from coderbot.cluster.membership import Membership
from coderbot.cluster.placement import Unit

_log = logging.getLogger(__name__)


class HostNews:
    """Knows what was said of the cluster.

    Args:
        membership: Of this host.
    """

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._hosts: frozenset[str] | None = None
        self._troubles: frozenset[str] = frozenset()
        self._is_settled = True

    def look(
        self, units: Mapping[str, Unit], targets: Mapping[str, str], roster: str
    ) -> None:
        """Say what has changed.

        Args:
            units: All there are, by key.
            targets: The host that each belongs to, by key.
            roster: Tells hosts apart that do not share the same units.
        """
        hosts = frozenset(each.host for each in self._membership.members())
        if self._hosts is None:
            _log.info("Sharing the bots with: %s", self._others(hosts) or "nobody yet")
        elif hosts != self._hosts:
            for host in sorted(hosts - self._hosts):
                _log.info("Host %s has joined", host)
            silent = {each.host for each, _ in self._membership.hosts()} - hosts
            for host in sorted(self._hosts - hosts):
                if host in silent:
                    _log.warning("Host %s is gone", host)
                else:
                    _log.info("Host %s has left", host)
        self._hosts = hosts
        self._look_at_leases()
        troubles = frozenset(self._troubles_now(units, targets, roster))
        for each in sorted(troubles - self._troubles):
            _log.warning("%s", each)
        self._troubles = troubles

    def _look_at_leases(self) -> None:
        """Say why nothing starts, and when it will."""
        is_settled = self._membership.is_settled
        if self._is_settled and not is_settled:
            _log.info(
                "Redis has no leases, or has lost some: those that nobody tells of "
                "are taken in %g s, when no host can have them any more",
                self._membership.timing.life_s,
            )
        self._is_settled = is_settled

    def _troubles_now(
        self, units: Mapping[str, Unit], targets: Mapping[str, str], roster: str
    ) -> list[str]:
        found = [
            f"Host {host} cannot be understood: it needs the same CLUSTER_KEY, and "
            "takes no bots before"
            for host in self._membership.strangers
        ]
        found += [
            f"Host {each.host} has another list of bots, in another order, or other "
            "pins; some may run nowhere"
            for each in self._membership.members()
            if each.roster not in ("", roster)
        ]
        found += [
            f"{unit.name} runs nowhere: no host has the label {unit.pin} (CLUSTER_PIN)"
            for key, unit in units.items()
            if unit.pin and key not in targets
        ]
        return found

    def _others(self, hosts: frozenset[str]) -> str:
        return ", ".join(sorted(hosts - {self._membership.session.host}))
