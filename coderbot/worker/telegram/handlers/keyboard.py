"""What a user types: text, keys by name, keys by button."""

from coderbot.worker.telegram.choosing import say_no_terminal
from coderbot.worker.telegram.macros import marks_of
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.request import Asker, Request
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
    """Type the argument as it stands, without Enter: as keys, not as a paste."""
    text = request.call.raw_argument
    if not text:
        request.refuse()
    elif request.place is not None:
        await request.place.session.write(encode_text(text, bracketed=False))
        request.place.screen.touch()


async def type_message(asker: Asker, text: str) -> None:
    """Type a message and Enter."""
    services, place = asker.services, asker.place
    if place is None:
        say_no_terminal(asker)
        return
    typed = typed_text(text, marks_of(services, asker.user_id))
    await place.session.type_text(typed, enter=True)
    place.screen.touch()
