"""Macros: texts that are typed by a name or a button."""

from telegram import InlineKeyboardMarkup

from coderbot.errors import CoderBotError
from coderbot.worker.telegram import assistanttexts
from coderbot.worker.telegram.handlers.keyboard import type_message
from coderbot.worker.telegram.keyboards import button
from coderbot.worker.telegram.macros import macros_of
from coderbot.worker.telegram.press import Press
from coderbot.worker.telegram.request import Request, asker_of
from coderbot.worker.telegram.typed import MACRO_NAME

MAX_MACROS = 50
"""Own macros that one user may have."""
_RESERVED = ("media",)
_DELETE = "delete"
_IN_A_ROW = 3


class MacroButtons:
    """Stands behind buttons with the names of macros; pressed, one is typed."""

    async def press(self, press: Press) -> str | None:
        """Type the macro, as it is now, and Enter."""
        services, name = press.services, press.action
        if name not in macros_of(services, press.user_id):
            return assistanttexts.no_macro(name)
        asker = asker_of(press)
        try:
            await type_message(asker, f"[{name}]")
        except CoderBotError as error:
            asker.reply(str(error))
        return f"[{name}]"


async def list_macros(request: Request) -> None:
    """List the macros, each with a button."""
    services = request.services
    macros = macros_of(services, request.user_id)
    if not macros:
        request.reply(assistanttexts.NO_MACROS)
        return
    key = services.buttons.issue(request.user_id, MacroButtons())
    buttons = [button(f"[{name}]", key, name) for name in macros]
    rows = [buttons[i : i + _IN_A_ROW] for i in range(0, len(buttons), _IN_A_ROW)]
    await services.outbox.text(
        request.chat,
        assistanttexts.macros(macros),
        keyboard=InlineKeyboardMarkup(rows),
        thread=request.thread,
    )


async def change_macro(request: Request) -> None:
    """Tell, set or delete one macro."""
    name, *rest = request.call.argument.split(maxsplit=1)[:2] or [""]
    name, text = name.strip("[]").lower(), "".join(rest)
    if not MACRO_NAME.fullmatch(name) or name in _RESERVED:
        request.refuse(assistanttexts.BAD_MACRO_NAME if name else "")
    elif not text:
        known = macros_of(request.services, request.user_id)
        request.reply(known.get(name) or assistanttexts.no_macro(name))
    elif text.lower() == _DELETE:
        _delete(request, name)
    else:
        _set(request, name, text)


def _set(request: Request, name: str, text: str) -> None:
    preferences = request.services.preferences
    own = preferences.of(request.user_id).macros
    if name not in own and len(own) >= MAX_MACROS:
        request.reply(assistanttexts.too_many_macros(MAX_MACROS))
        return
    preferences.change(request.user_id, macros={**own, name: text})
    request.reply(assistanttexts.macro_set(name))


def _delete(request: Request, name: str) -> None:
    preferences = request.services.preferences
    own = preferences.of(request.user_id).macros
    left = {each: text for each, text in own.items() if each != name}
    preferences.change(request.user_id, macros=left)
    comes_back = macros_of(request.services, request.user_id).get(name)
    if name not in own:
        request.reply(assistanttexts.no_macro(name))
    else:
        request.reply(assistanttexts.macro_deleted(name, comes_back))
