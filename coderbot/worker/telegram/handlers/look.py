"""How screens look: size, pictures or text, colours, letters, keys."""

import re

from coderbot.errors import CoderBotError
from coderbot.worker.preferences.model import NOTIFY_LEVELS, Mode, Preferences
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keypad import (
    DEFAULT,
    Following,
    layout_text,
    parse_layout,
)
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.request import Request
from coderbot.worker.terminal.theme import THEMES


class BadChoiceError(CoderBotError):
    """Raised for a choice that is out of bounds."""


_DEFAULT = "default"
"""Argument that gives a choice up."""
_MODES: dict[str, Mode | None] = {"on": "text", "off": "picture", _DEFAULT: None}
"""Arguments of /airplane, and what they choose."""
_SIZE = re.compile(r"(\d{1,4})\s*[xX*, ]\s*(\d{1,4})")


async def change_size(request: Request) -> None:
    """Tell the size of terminals, or change it: of this one and of new ones."""
    argument = request.call.argument
    found = _SIZE.fullmatch(argument)
    if found:
        _choose(request, size=(int(found[1]), int(found[2])))
    elif argument == _DEFAULT:
        _choose(request, size=None)
    elif argument:
        request.refuse()
        return
    columns, rows = request.services.furniture.size(request.user_id)
    if argument and request.place is not None:
        request.place.session.resize(columns, rows)
        request.place.screen.touch()
    request.reply(texts.size(columns, rows))


async def change_mode(request: Request) -> None:
    """Tell whether screens are text or pictures, or change it."""
    services, user_id = request.services, request.user_id
    argument = request.call.argument.lower()
    if argument and argument not in _MODES:
        request.refuse()
        return
    if argument:
        _choose(request, mode=_MODES[argument])
        as_text = services.furniture.shows_text(user_id)
        for place in services.desk.of(user_id):
            place.screen.show_as(text=as_text)
            services.tasks.spawn(place.screen.show(), f"screen of {place.name}")
    is_own = services.preferences.of(user_id).mode is not None
    request.reply(texts.mode(services.furniture.shows_text(user_id), is_own))


async def change_following(request: Request) -> None:
    """Tell whether screens are followed all the time, or change it."""
    services, argument = request.services, request.call.argument.lower()
    if argument in ("on", "off"):
        _choose(request, live=argument == "on")
        for place in services.desk.of(request.user_id):
            place.keypad.following = Following.ON if argument == "on" else Following.OFF
            place.screen.pin(argument == "on")
    elif argument:
        request.refuse()
        return
    request.reply(texts.live(bool(services.preferences.of(request.user_id).live)))


async def change_notify(request: Request) -> None:
    """Tell of which events of a terminal its user is told, or change it."""
    services, level = request.services, request.call.argument.lower()
    place = request.place
    if place is None:
        return
    if level in NOTIFY_LEVELS:
        chosen = services.preferences.of(request.user_id).notify
        _choose(request, notify={**chosen, place.name: level})
    elif level:
        request.refuse()
        return
    level = services.furniture.notify_level(request.user_id, place.name)
    request.reply(texts.notify(place.name, level))


async def change_theme(request: Request) -> None:
    """Tell the colours of pictures, or change them."""
    name = request.call.argument.lower()
    if name and name != _DEFAULT and name not in THEMES:
        request.refuse(texts.no_such_theme(name, THEMES))
        return
    if name:
        _choose(request, theme=None if name == _DEFAULT else name)
        theme = THEMES[request.services.furniture.theme(request.user_id)]
        for place in request.services.desk.of(request.user_id):
            place.session.set_theme(theme)
            place.screen.touch()
    request.reply(
        texts.theme(request.services.furniture.theme(request.user_id), THEMES)
    )


async def change_font(request: Request) -> None:
    """Tell the size of letters in pictures, or change it."""
    argument = request.call.argument.lower().removesuffix("px").strip()
    if argument.isascii() and argument.isdigit():
        _choose(request, font_size_px=int(argument))
    elif argument == _DEFAULT:
        _choose(request, font_size_px=None)
    elif argument:
        request.refuse()
        return
    if argument:
        _show_anew(request)
    request.reply(texts.font(request.services.furniture.font_size_px(request.user_id)))


async def change_keypad(request: Request) -> None:
    """Tell the keys under screens, or change them."""
    argument = request.call.argument
    if argument.lower() == _DEFAULT:
        _choose(request, keypad=None)
    elif argument:
        try:
            layout = parse_layout(argument)
        except ValueError as error:
            request.refuse(str(error))
            return
        _choose(request, keypad=layout)
    if argument:
        _show_anew(request)
    chosen = request.services.preferences.of(request.user_id).keypad
    request.reply(texts.keypad(layout_text(DEFAULT if chosen is None else chosen)))


def _choose(request: Request, **values: object) -> Preferences:
    """Keep a choice.

    Raises:
        BadChoiceError: When it is out of bounds.
    """
    try:
        return request.services.preferences.change(request.user_id, **values)
    except ValueError as error:
        raise BadChoiceError(f"That is not possible: {error}") from error


def _show_anew(request: Request) -> None:
    """Send the screen in use again, for what belongs to a message is made with it."""
    place: Place | None = request.place
    if place is not None:
        request.services.tasks.spawn(place.screen.show(), f"screen of {place.name}")
