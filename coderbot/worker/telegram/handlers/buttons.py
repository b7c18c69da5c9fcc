"""Presses of buttons."""

from telegram import CallbackQuery, Message

from coderbot.worker.services import Services
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keyboards import split_data
from coderbot.worker.telegram.press import Press


async def press_button(services: Services, query: CallbackQuery) -> None:
    """Do what the button says, if it is the user's own and still means something.

    What goes to Telegram goes beside, so that the next key is not held up.
    """
    key, action = split_data(query.data or "")
    user_id = query.from_user.id
    target = services.buttons.find(key, user_id)
    message = query.message.message_id if query.message else None
    thread = thread_of(query)
    toast: str | None = texts.STALE_BUTTON
    if target is not None:
        press = Press(services, user_id, query.id, key, action, message, thread)
        toast = await target.press(press)
    if toast is not None:
        services.tasks.spawn(services.outbox.answer(query.id, toast), "toast")


def thread_of(query: CallbackQuery) -> int | None:
    """Return the topic in which a button was pressed."""
    message = query.message
    if isinstance(message, Message) and message.is_topic_message:
        return message.message_thread_id
    return None
