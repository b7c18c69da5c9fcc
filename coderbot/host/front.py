"""Puts the parts together by which each host shows and steers all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from coderbot.clock import Clock
from coderbot.cluster.connection import cluster_of
from coderbot.cluster.mailbox import MAILBOX_ANSWER_S, Mailbox
from coderbot.config.settings import Settings
from coderbot.host.keeper import Keeper
from coderbot.host.neighbours import Neighbours
from coderbot.host.port import FleetPort
from coderbot.host.remote import HostDesk
from coderbot.host.steering import FleetSteering, OwnSteering
from coderbot.supervisor.controlanswers import Answerer
from coderbot.supervisor.supervisor import Supervisor

_MORE_THAN_A_STOP_S = 15.0
"""What an action may take on another host beside a stop, in seconds."""


@dataclass(frozen=True, slots=True)
class Front:
    """What the front ends of a host are given."""

    fleet: FleetPort
    steering: FleetSteering


@asynccontextmanager
async def fronting(
    supervisor: Supervisor, keeper: Keeper, settings: Settings, clock: Clock
) -> AsyncIterator[Front]:
    """Show all hosts, and answer the others, for the length of the block.

    Args:
        supervisor: Of this host.
        keeper: Of its leases.
        settings: They name a cluster.
        clock: For everything that waits.
    """
    cluster = cluster_of(settings)
    assert cluster is not None, "the settings name no cluster"
    beats = keeper.membership
    own = OwnSteering(keeper)
    answerer = Answerer(supervisor, clock, clock.monotonic(), steering=own)
    desk = HostDesk(answerer, keeper.wake)
    async with cluster.connect(MAILBOX_ANSWER_S) as client:
        mailbox = Mailbox(client, cluster, beats.session, clock)
        neighbours = Neighbours(
            supervisor,
            beats,
            keeper,
            mailbox,
            is_here=supervisor.tenancy.is_here,
            media_root=str(settings.media_root),
            act_s=settings.stop_timeout_s + _MORE_THAN_A_STOP_S,
        )
        beats.report = neighbours.report
        fleet = FleetPort(supervisor, neighbours, clock)
        steering = FleetSteering(own, neighbours, fleet.bots)
        async with mailbox.opened(desk.serve), fleet.opened():
            yield Front(fleet, steering)
