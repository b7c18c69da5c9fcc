"""From an entry of the command table to the function that it names."""

import functools
import importlib
from collections.abc import Awaitable, Callable

from coderbot.worker.telegram.choosing import say_no_terminal
from coderbot.worker.telegram.command import Command
from coderbot.worker.telegram.request import Request

Handler = Callable[[Request], Awaitable[None]]

_HANDLERS = "coderbot.worker.telegram.handlers"


@functools.cache
def handler_of(path: str) -> Handler:
    """Return the handler `module.function`; imported when it is first asked for."""
    module, _, name = path.partition(".")
    handler: Handler = getattr(importlib.import_module(f"{_HANDLERS}.{module}"), name)
    return handler


async def obey(command: Command, request: Request) -> None:
    """Carry out a command, if what it needs is there."""
    if command.needs_terminal and request.place is None:
        say_no_terminal(request)
    else:
        await handler_of(command.handler)(request)
