"""What a user types: text, keys by name, keys by button."""

from coderbot.worker.telegram.choosing import say_no_terminal
from coderbot.worker.telegram.macros import marks_of
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.request import Asker, Request
from coderbot.worker.telegram.typed import typed_text
from coderbot.worker.terminal.keys import CTRL_CHARACTERS
from coderbot.worker.terminal.prompt import PromptKind
from coderbot.worker.terminal.prompts import find_prompt
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
        is_secret = _asks_for_a_secret(request.place)
        await request.place.session.write(encode_text(text, bracketed=False))
        if is_secret:
            request.take_back()
        request.place.screen.touch()


async def type_message(asker: Asker, text: str) -> None:
    """Type a message and Enter."""
    services, place = asker.services, asker.place
    if place is None:
        say_no_terminal(asker)
        return
    is_secret = _asks_for_a_secret(place)
    # A secret is what it is: nothing in it stands for something else.
    typed = text if is_secret else typed_text(text, marks_of(services, asker.user_id))
    await place.session.type_text(typed, enter=True)
    if is_secret:
        asker.take_back()
    place.screen.touch()


def _asks_for_a_secret(place: Place) -> bool:
    """Tell whether the program asks for something that nobody should see."""
    tty = place.session.tty()
    if tty.is_hidden:
        return True
    prompt = find_prompt(place.session.screen(), tty)
    return prompt is not None and prompt.kind is PromptKind.PASSWORD
