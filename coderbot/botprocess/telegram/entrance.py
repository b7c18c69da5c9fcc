"""Where updates come in: the gate, the router, and what sees an update first."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import ApplicationHandlerStop, TypeHandler

from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.telegram.application import WorkerApplication

_GATE_GROUP = -1

_Handler = Callable[[Update, Any], Coroutine[Any, Any, None]]
_AnyUpdate = TypeHandler[Update, Any, Any]


def add_entrance(
    application: WorkerApplication,
    lease: PollLease,
    gate: _Handler,
    route: _Handler,
) -> None:
    """Connect a client with what handles updates: the gate first, always.

    Args:
        application: The client.
        lease: Once it has ended nothing comes in: another host gets it.
        gate: Sees every update of every kind; raises ApplicationHandlerStop for
            those that go no further.
        route: Handles the others.
    """

    async def enter(update: Update, context: Any) -> None:
        if not lease.is_good:
            raise ApplicationHandlerStop
        await gate(update, context)

    judge: _AnyUpdate = TypeHandler(Update, enter)
    router: _AnyUpdate = TypeHandler(Update, route)
    application.add_handler(judge, _GATE_GROUP)
    application.add_handler(router)
