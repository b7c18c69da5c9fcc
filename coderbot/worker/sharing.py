"""What this worker shares with others of its bot; one host alone imports none of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from coderbot.botprocess.settings import Identity
from coderbot.botprocess.telegram.application import WorkerApplication, handle
from coderbot.botprocess.telegram.ledger import Ledger, UpdateLedger
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.worker.preferences.filestore import FilePreferences
from coderbot.worker.preferences.store import PreferenceStore

if TYPE_CHECKING:
    from coderbot.cluster.shared import Shared
    from coderbot.worker.terminalbook import TerminalBook


@asynccontextmanager
async def shared_of(
    settings: Settings, identity: Identity
) -> AsyncIterator["Shared | None"]:
    """Yield the stores that the hosts share; None for a host alone."""
    if settings.cluster_redis_url is None:
        yield None
        return
    from coderbot.cluster.connection import cluster_of
    from coderbot.cluster.shared import Shared

    cluster = cluster_of(settings)
    assert cluster is not None
    async with Shared.open(cluster, identity.bot_id) as shared:
        yield shared


def preferences_of(
    local: FilePreferences,
    shared: "Shared | None",
    settings: Settings,
    clock: Clock,
) -> PreferenceStore:
    """Return the store of preferences: the file, or what is shared and a copy of it."""
    if shared is None:
        return local
    from coderbot.worker.preferences.sharedstore import SharedPreferences

    users = settings.allowed_user_ids
    return SharedPreferences(local, shared.preferences, users, clock)


def book_of(
    shared: "Shared | None", identity: Identity, clock: Clock
) -> "TerminalBook | None":
    """Return where open terminals are noted; None for a host alone."""
    if shared is None:
        return None
    from coderbot.worker.terminalbook import TerminalBook

    return TerminalBook(shared.terminals, identity.name, clock)


async def take_leftovers(
    shared: "Shared", application: WorkerApplication, clock: Clock
) -> None:
    """Act on what waits in the streams of replicas that the bot had before."""
    from coderbot.cluster.away import until_answered
    from coderbot.worker.replicas.leftover import hand_on_leftovers

    take = partial(hand_on_leftovers, shared.reader, 0, partial(handle, application))
    await until_answered(take, clock, "Old updates wait")


def ledger_of(local: Ledger, shared: "Shared | None", clock: Clock) -> UpdateLedger:
    """Return the ledger of updates: of this host, or of all."""
    if shared is None:
        return local
    from coderbot.worker.telegram.sharedledger import SharedLedger

    return SharedLedger(shared.updates, local, clock)
