"""From an update that the gate let through to the handler for it."""

import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import CallbackQuery, Message, Update

from coderbot.botprocess.telegram.command import parse_command
from coderbot.errors import CoderBotError
from coderbot.worker.services import Services
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.command import Command
from coderbot.worker.telegram.commands import BY_NAME, assistant_command
from coderbot.worker.telegram.dispatch import obey
from coderbot.worker.telegram.handlers.buttons import press_button, thread_of
from coderbot.worker.telegram.handlers.keyboard import type_message
from coderbot.worker.telegram.incoming import incoming_of
from coderbot.worker.telegram.keyboards import split_data
from coderbot.worker.telegram.listener import Listener
from coderbot.worker.telegram.offer import offer
from coderbot.worker.telegram.reception import Reception
from coderbot.worker.telegram.request import Asker, Request
from coderbot.worker.telegram.voice import Voice, voice_of
from coderbot.worker.terminal.keys import INTERRUPT

_log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class Router:
    """Queues the right handler for each update; never waits itself.

    Args:
        services: Handed to the handlers.
        reception: Takes files in.
    """

    def __init__(self, services: Services, reception: Reception) -> None:
        self._services = services
        self._reception = reception
        self._listener = Listener(services)

    async def route(self, update: Update, _context: object) -> None:
        """Handle an update that has passed the gate."""
        query, message = update.callback_query, update.message
        if query is not None:
            self._route_button(query)
        elif message is not None and message.from_user is not None:
            self._route_message(message, self._asker(message, message.from_user.id))

    def offer_secondhand(self, message: Message) -> None:
        """Offer to type a text that its sender has not written themselves."""
        text, sender = message.text, message.from_user
        if text is None or sender is None:
            return
        asker = self._asker(message, sender.id)
        # As text, whatever it looks like: it must not command this bot.
        type_it = functools.partial(type_message, asker, text)
        act = functools.partial(self._queue, asker, type_it)
        offer(asker, texts.NOT_TYPED, texts.TYPE_IT, act)

    def _asker(self, message: Message, user_id: int) -> Asker:
        # A reply has the number of a thread, too, where there are no topics.
        thread = message.message_thread_id if message.is_topic_message else None
        chat, number = message.chat_id, message.message_id
        return Asker(self._services, user_id, chat, thread, number)

    def _route_button(self, query: CallbackQuery) -> None:
        _, action = split_data(query.data or "")
        user_id = query.from_user.id
        asker = Asker(self._services, user_id, user_id, thread_of(query), None)
        work = functools.partial(press_button, self._services, query)
        if action == INTERRUPT:
            self._beside(asker, work)
        else:
            self._queue(asker, work)

    def _route_message(self, message: Message, asker: Asker) -> None:
        file = incoming_of(message)
        voice = self._voice_of(message)
        if voice is not None:
            self._beside(asker, lambda: self._listener.hear(asker, voice))
        elif file is not None:
            receive = self._reception.receive
            self._beside(asker, lambda: receive(file, asker.user_id, asker.chat))
        elif message.text is None:
            asker.reply(texts.UNSUPPORTED)
        elif self._services.absence.missed(message.date):
            run = functools.partial(self._route_text, message.text, asker)
            offer(asker, texts.missed(message.text), texts.RUN_IT, run)
        else:
            self._route_text(message.text, asker)

    def _voice_of(self, message: Message) -> Voice | None:
        """Return what is said in a message, if that can be turned into text."""
        if self._services.transcriber is None:
            return None
        return voice_of(message, self._services.absence.missed(message.date))

    def _route_text(self, text: str, asker: Asker) -> None:
        call = parse_command(text, self._services.bot.username)
        if call is None:
            self._queue(asker, lambda: type_message(asker, text))
            return
        command = self._command(asker.user_id, call.name)
        if command is None:
            self._answer_unknown(call.name, text, asker)
            return
        request = Request(
            asker.services,
            asker.user_id,
            asker.chat,
            asker.thread,
            asker.message,
            call,
            command,
        )
        work = functools.partial(obey, command, request)
        if command.is_urgent or call.argument.lower() in command.urgent_arguments:
            self._beside(asker, work)
        else:
            self._queue(asker, work)

    def _answer_unknown(self, name: str, text: str, asker: Asker) -> None:
        """Say that there is no such command, and offer to type it where that works."""
        if asker.place is None:
            asker.reply(texts.unknown_command(name))
            return
        # Two slashes type one, whatever the name.
        type_it = functools.partial(type_message, asker, f"/{text}")
        act = functools.partial(self._queue, asker, type_it)
        offer(asker, texts.unknown_command(name), texts.TYPE_IT, act)

    def _command(self, user_id: int, name: str) -> Command | None:
        """Return the command that `name` is for this user."""
        if name not in BY_NAME and self._services.roster.find(user_id, name):
            return assistant_command(name)
        return BY_NAME.get(name)

    def _queue(self, asker: Asker, work: Work) -> None:
        """Do `work` after all that was asked for before in the same topic."""
        lane = (asker.user_id, asker.thread)
        if not self._services.lanes.submit(lane, lambda: self._told(asker, work)):
            asker.reply(texts.BUSY)

    def _beside(self, asker: Asker, work: Work) -> None:
        """Do `work` now, whatever else goes on."""
        self._services.tasks.spawn(self._told(asker, work), f"work for {asker.user_id}")

    async def _told(self, asker: Asker, work: Work) -> None:
        """Do `work`; a failure is told in the chat."""
        try:
            await work()
        except CoderBotError as error:
            asker.reply(str(error))
        except Exception:  # noqa: BLE001 - one request fails, the bot goes on
            _log.exception("A request failed")
            asker.reply(texts.INTERNAL_ERROR)
