"""What a user types: text, keys by name, keys by button."""

from collections.abc import Awaitable, Callable

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.desk import Place
from coderbot.worker.telegram.request import Request
from coderbot.worker.telegram.typed import typed_text
from coderbot.worker.terminal.keys import CTRL_CHARACTERS
from coderbot.worker.terminal.typing_text import encode_text


def presser(key: str) -> Callable[[Request], Awaitable[None]]:
    """Return a handler that presses `key`, by its name among the terminal's keys."""

    async def press(request: Request) -> None:
        if request.place is not None:
            await press_key(request.place, key)

    return press


async def press_key(place: Place, key: str) -> None:
    """Press one key and let the screen follow."""
    await place.session.press(key)
    place.screen.touch()


async def press_control(request: Request) -> None:
    """Press Control and the key that the argument names."""
    character = request.call.argument.lower()
    if len(character) != 1 or character not in CTRL_CHARACTERS:
        request.reply(texts.CTRL_USAGE)
    elif request.place is not None:
        await press_key(request.place, f"ctrl+{character}")


async def type_keys(request: Request) -> None:
    """Type the argument as it stands, without Enter."""
    text = request.call.raw_argument
    if not text:
        request.reply(texts.KEYS_USAGE)
    elif request.place is not None:
        await request.place.session.write(encode_text(text, bracketed=False))
        request.place.screen.touch()


async def type_message(request: Request, text: str) -> None:
    """Type a message and Enter."""
    if request.place is None:
        request.reply(texts.NO_TERMINAL)
        return
    settings = request.services.settings
    media_dir = str(request.services.dirs.root)
    typed = typed_text(text, settings.macros, media_dir)
    await request.place.session.type_text(typed, enter=True)
    request.place.screen.touch()
