"""The other hosts of the cluster: what they have told, and how they are asked."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from coderbot import __version__
from coderbot.cluster.mailbox import Mailbox
from coderbot.cluster.member import Member
from coderbot.cluster.session import Session
from coderbot.host.overview import Heard, cluster_snapshot, owner_of
from coderbot.host.remote import HostCalls
from coderbot.host.report import Report, pack, unpack
from coderbot.supervisor.clusterview import ClusterSnapshot, HostSnapshot
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.supervisor import Supervisor


class Beats(Protocol):
    """What is asked of this host's membership."""

    session: Session

    def hosts(self) -> Sequence[tuple[Member, float]]:
        """Return all hosts by name, and how long each has been silent, in seconds."""

    def members(self) -> Sequence[Member]:
        """Return what the hosts that live said last."""

    @property
    def strangers(self) -> Collection[str]:
        """Hosts whose entries cannot be opened."""


class Pulse(Protocol):
    """How this host stands with Redis."""

    @property
    def trouble(self) -> str:
        """What is wrong, in words; empty when nothing is."""

    @property
    def round_trip_ms(self) -> float | None:
        """How long Redis took for the last tick, in milliseconds."""

    @property
    def leases(self) -> int:
        """How many leases somebody has."""


class Neighbours:
    """Knows the other hosts, and tells them of this one.

    Args:
        supervisor: Of this host.
        beats: Of this host's membership.
        pulse: How it stands with Redis.
        mailbox: Of this host.
        is_here: Tells whether a bot belongs to this host.
        media_root: Where the media directories of this host's bots lie.
        act_s: How long an action may take on another host, in seconds.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        beats: Beats,
        pulse: Pulse,
        mailbox: Mailbox,
        *,
        is_here: Callable[[str], bool],
        media_root: str,
        act_s: float,
    ) -> None:
        self._supervisor = supervisor
        self._beats = beats
        self._pulse = pulse
        self._mailbox = mailbox
        self._is_here = is_here
        self._media_root = media_root
        self._act_s = act_s
        self._reports: dict[Session, tuple[int, Report]] = {}
        """By host: the beat that it came with, and what was told."""

    @property
    def here(self) -> str:
        """Name of this host."""
        return self._beats.session.host

    def is_here(self, bot: BotSnapshot) -> bool:
        """Tell whether a bot belongs to this host, or has not left it yet."""
        return self._is_here(bot.bot) or bot.pid is not None

    def _own(self) -> list[BotSnapshot]:
        return [bot for bot in self._supervisor.bots() if self.is_here(bot)]

    def report(self) -> bytes:
        """Return what the others are told of this host."""
        report = Report(
            version=__version__, media_root=self._media_root, bots=self._own()
        )
        return pack(report)

    def heard(self) -> list[Heard]:
        """Return what the other hosts have told, those that are gone as well."""
        alive = {(each.host, each.run) for each in self._beats.members()}
        hosts = [
            (each, age_s)
            for each, age_s in self._beats.hosts()
            if each.host != self.here
        ]
        known = {Session(each.host, each.run) for each, _ in hosts}
        for gone in self._reports.keys() - known:
            del self._reports[gone]
        return [
            Heard(
                session=Session(each.host, each.run),
                report=self._report_of(each),
                age_s=age_s,
                is_alive=(each.host, each.run) in alive,
                is_draining=each.is_draining,
                weight=each.weight,
                labels=tuple(each.labels),
            )
            for each, age_s in hosts
        ]

    def take_news(self, session: Session, bots: Sequence[BotSnapshot]) -> None:
        """Take how the bots of a host stand now, told between two of its beats."""
        beat, report = self._reports.get(session, (-1, Report()))
        mine = {bot.bot for bot in report.bots}
        news = [bot for bot in bots if bot.bot in mine]
        told = Report(version=report.version, media_root=report.media_root, bots=news)
        self._reports[session] = beat, told

    def owner(self, bot: BotSnapshot) -> Session | None:
        """Return the other host that runs a bot."""
        found = owner_of(bot, self.heard())
        return None if found is None else found.session

    def running(self) -> dict[Session, frozenset[str]]:
        """Return the other hosts that live, with the bots that each runs."""
        return {
            each.session: frozenset(bot.bot for bot in each.report.bots)
            for each in self.heard()
            if each.is_alive
        }

    def session_of(self, host: str) -> Session | None:
        """Return the host of this name, this one included, if it lives."""
        alive = {
            each.host: Session(each.host, each.run) for each in self._beats.members()
        }
        return alive.get(host)

    def names(self) -> list[str]:
        """Return the names of all hosts that live."""
        return [each.host for each in self._beats.members()]

    def calls(self, session: Session) -> HostCalls:
        """Return how a host is asked."""
        return HostCalls(self._mailbox, session, self._act_s)

    def snapshot(self) -> ClusterSnapshot:
        """Return how all hosts stand."""
        own = next((m for m in self._beats.members() if m.host == self.here), None)
        here = HostSnapshot(
            host=self.here,
            state="draining" if own is not None and own.is_draining else "here",
            bots=tuple(bot.bot for bot in self._own()),
            weight=1.0 if own is None else own.weight,
            labels=() if own is None else tuple(own.labels),
            version=__version__,
            media_root=self._media_root,
        )
        return cluster_snapshot(
            here,
            self.heard(),
            self._beats.strangers,
            trouble=self._pulse.trouble,
            round_trip_ms=self._pulse.round_trip_ms,
            leases=self._pulse.leases,
        )

    def _report_of(self, member: Member) -> Report:
        """Return what a host has told, unpacked once for each beat."""
        session = Session(member.host, member.run)
        beat, report = self._reports.get(session, (-1, Report()))
        if beat != member.beat:
            report = unpack(member.report) or Report(version="?")
            self._reports[session] = member.beat, report
        return report
