"""From an update that the gate let through to the handler for it."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Message, Update

from coderbot.errors import CoderBotError
from coderbot.worker.services import Services
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.commands import BY_NAME
from coderbot.worker.telegram.dispatch import obey
from coderbot.worker.telegram.handlers.buttons import press_button
from coderbot.worker.telegram.handlers.keyboard import type_message
from coderbot.worker.telegram.incoming import incoming_of
from coderbot.worker.telegram.reception import Reception
from coderbot.worker.telegram.request import Request
from coderbot.worker.telegram.typed import parse_command

_log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class Router:
    """Queues the right handler for each update; never waits itself.

    Args:
        services: Handed to the handlers.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._reception = Reception(services)

    async def route(self, update: Update, _context: object) -> None:
        """Handle an update that has passed the gate."""
        query, message = update.callback_query, update.message
        if query is not None:
            self._queue(query.from_user.id, lambda: press_button(self._services, query))
        elif message is not None and message.from_user is not None:
            self._route_message(message, message.from_user.id)

    def _route_message(self, message: Message, user_id: int) -> None:
        chat = message.chat_id
        file = incoming_of(message)
        if file is not None:
            receive = self._reception.receive
            self._beside(chat, lambda: receive(file, user_id, chat))
        elif message.text is None:
            self._services.outbox.post(chat, texts.UNSUPPORTED)
        elif self._services.absence.missed(message.date):
            self._services.outbox.post(chat, texts.MISSED)
        else:
            self._route_text(message.text, user_id, chat)

    def _route_text(self, text: str, user_id: int, chat: int) -> None:
        services = self._services
        call = parse_command(text, services.bot.username)
        if call is None:
            self._queue(user_id, lambda: type_message(services, user_id, chat, text))
            return
        command = BY_NAME.get(call.name)
        if command is None:
            services.outbox.post(chat, texts.unknown_command(call.name))
            return
        request = Request(services, user_id, chat, call, command)
        if command.is_urgent:
            self._beside(chat, lambda: obey(command, request))
        else:
            self._queue(user_id, lambda: obey(command, request))

    def _queue(self, user_id: int, work: Work) -> None:
        """Do `work` after all that this user has asked for before."""
        if not self._services.lanes.submit(user_id, lambda: self._told(user_id, work)):
            self._services.outbox.post(user_id, texts.BUSY)

    def _beside(self, chat: int, work: Work) -> None:
        """Do `work` now, whatever else goes on."""
        self._services.tasks.spawn(self._told(chat, work), f"work for {chat}")

    async def _told(self, chat: int, work: Work) -> None:
        """Do `work`; a failure is told in the chat."""
        try:
            await work()
        except CoderBotError as error:
            self._services.outbox.post(chat, str(error))
        except Exception:  # noqa: BLE001 - one request fails, the bot goes on
            _log.exception("A request failed")
            self._services.outbox.post(chat, texts.INTERNAL_ERROR)
