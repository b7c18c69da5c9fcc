"""Where updates come in: the gate, the router, and what sees an update first."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import TypeHandler

from coderbot.worker.telegram.application import WorkerApplication

_GATE_GROUP = -1

_Handler = Callable[[Update, Any], Coroutine[Any, Any, None]]
_AnyUpdate = TypeHandler[Update, Any, Any]


def add_entrance(
    application: WorkerApplication, gate: _Handler, route: _Handler
) -> None:
    """Connect a client with what handles updates: the gate first, always.

    Args:
        application: The client.
        gate: Sees every update of every kind; raises ApplicationHandlerStop for
            those that go no further.
        route: Handles the others.
    """
    judge: _AnyUpdate = TypeHandler(Update, gate)
    router: _AnyUpdate = TypeHandler(Update, route)
    application.add_handler(judge, _GATE_GROUP)
    application.add_handler(router)
