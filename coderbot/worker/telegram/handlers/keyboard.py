"""What a user types: text, keys by name, keys by button."""

from coderbot.worker.services import Services
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.desk import Place
from coderbot.worker.telegram.request import Request
from coderbot.worker.telegram.typed import typed_text
from coderbot.worker.terminal.keys import CTRL_CHARACTERS
from coderbot.worker.terminal.typing_text import encode_text


async def press(request: Request) -> None:
    """Press the key that belongs to the command."""
    if request.place is not None:
        await press_key(request.place, request.command.key)


async def press_key(place: Place, key: str) -> None:
    """Press one key, by its name in `terminal.keys`, and let the screen follow."""
    await place.session.press(key)
    place.screen.touch()


async def press_control(request: Request) -> None:
    """Press Control and the key that the argument names."""
    character = request.call.argument.lower()
    if len(character) != 1 or character not in CTRL_CHARACTERS:
        request.refuse()
    elif request.place is not None:
        await press_key(request.place, f"ctrl+{character}")


async def type_keys(request: Request) -> None:
    """Type the argument as it stands, without Enter."""
    text = request.call.raw_argument
    if not text:
        request.refuse()
    elif request.place is not None:
        await request.place.session.write(encode_text(text, bracketed=False))
        request.place.screen.touch()


async def type_message(services: Services, user_id: int, chat: int, text: str) -> None:
    """Type a message and Enter."""
    place = services.desk.find(user_id)
    if place is None:
        services.outbox.post(chat, texts.NO_TERMINAL)
        return
    typed = typed_text(text, services.settings.macros, str(services.dirs.to(user_id)))
    await place.session.type_text(typed, enter=True)
    place.screen.touch()
