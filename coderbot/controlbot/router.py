"""From an update that the gate let through to the handler for it."""

import functools
import importlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from telegram import CallbackQuery, Message, Update

from coderbot.botprocess.telegram.command import Call, parse_command
from coderbot.controlbot import texts
from coderbot.controlbot.commands import BY_NAME, Command
from coderbot.controlbot.deck import Press
from coderbot.controlbot.handlers.tokens import take_token
from coderbot.controlbot.request import Request
from coderbot.controlbot.sender import delete_token
from coderbot.controlbot.services import Services
from coderbot.errors import CoderBotError
from coderbot.redact import TOKEN_PATTERN

Handler = Callable[[Request], Awaitable[None]]

_HANDLERS = "coderbot.controlbot.handlers"
_LATE = timedelta(seconds=120)
"""Older than the start of this process: sent while it was away. The clocks of
Telegram and of this machine may differ by less than that."""

_log = logging.getLogger(__name__)


@functools.cache
def handler_of(command: Command) -> Handler:
    """Return what carries out `command`; imported when it is first asked for."""
    module, _, name = command.handler.partition(".")
    handler: Handler = getattr(importlib.import_module(f"{_HANDLERS}.{module}"), name)
    return handler


class Router:
    """Begins what an update asks for; never waits for it.

    Args:
        services: Handed to the handlers.
        username: Returns the name of this bot, for `/command@name`.
    """

    def __init__(self, services: Services, username: Callable[[], str]) -> None:
        self._services = services
        self._username = username

    async def route(self, update: Update, _context: object) -> None:
        """Handle an update that has passed the gate."""
        query, message = update.callback_query, update.message
        if query is not None:
            self._spawn(query.from_user.id, self._press(query))
        elif message is not None and message.from_user is not None:
            self._spawn(message.chat_id, self._hear(message, message.from_user.id))

    async def _press(self, query: CallbackQuery) -> None:
        admin, services = query.from_user.id, self._services
        key, _, action = (query.data or "").partition(" ")
        target = services.deck.find(key, admin)
        toast = texts.OUTDATED
        try:
            if target is not None:
                message = query.message.message_id if query.message else None
                toast = await target.press(Press(admin, key, action, message))
        except CoderBotError as error:
            toast = error.message
        finally:
            await services.sender.answer(query.id, toast)

    async def _hear(self, message: Message, admin: int) -> None:
        services, text = self._services, message.text or message.caption or ""
        call = parse_command(message.text or "", self._username())
        asked = services.waiting.end(admin)
        wanted = call is None and asked
        adds = call is not None and call.name == "addbot" and bool(call.argument)
        holds_token = bool(TOKEN_PATTERN.search(text))
        if wanted or adds or holds_token:
            # Before all else: a token in a chat is there for whoever opens it.
            await delete_token(services.sender, admin, message.message_id)
        if call is not None:
            await self._obey(call, message, admin)
        elif wanted:
            await take_token(services, admin, text)
        elif holds_token:
            services.sender.post(admin, texts.TOKEN_DELETED)
        else:
            services.sender.post(admin, texts.UNSUPPORTED)

    async def _obey(self, call: Call, message: Message, admin: int) -> None:
        command = BY_NAME.get(call.name)
        if command is None:
            self._services.sender.post(admin, texts.unknown_command(call.name))
            return
        request = Request(self._services, admin, command, tuple(call.argument.split()))
        if command.steers and message.date < self._services.started_at - _LATE:
            request.reply(texts.LATE)
        elif not command.needed <= len(request.words) <= command.most:
            request.refuse()
        else:
            await handler_of(command)(request)

    def _spawn(self, admin: int, work: Awaitable[None]) -> None:
        self._services.tasks.spawn(self._told(admin, work), f"work for {admin}")

    async def _told(self, admin: int, work: Awaitable[None]) -> None:
        """Do `work`; a failure is told in the chat."""
        try:
            await work
        except CoderBotError as error:
            self._services.sender.post(admin, str(error))
        except Exception:  # noqa: BLE001 - one request fails, the bot goes on
            _log.exception("A request failed")
            self._services.sender.post(admin, texts.INTERNAL_ERROR)
