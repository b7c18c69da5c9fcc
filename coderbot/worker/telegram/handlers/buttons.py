"""Presses of buttons."""

from telegram import CallbackQuery

from coderbot.worker.services import Services
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.desk import Place
from coderbot.worker.telegram.handlers.keyboard import press_key
from coderbot.worker.telegram.handlers.killbot import KillQuestion, answer_kill
from coderbot.worker.telegram.keyboards import DIGITS, REFRESH, split_data


async def press_button(services: Services, query: CallbackQuery) -> None:
    """Do what the button says, if it is the user's own and still means something.

    What goes to Telegram goes beside, so that the next key is not held up.
    """
    key, action = split_data(query.data or "")
    user_id = query.from_user.id
    target = services.buttons.find(key, user_id)
    message = query.message.message_id if query.message else None
    place = services.desk.find(user_id)
    toast = texts.STALE_BUTTON
    if isinstance(target, KillQuestion) and message is not None:
        services.buttons.revoke(key)
        answer_kill(services, user_id, message, action)
        toast = ""
    elif place is not None and place.session is target:
        if action == REFRESH:
            services.tasks.spawn(_refresh(services, query, place, message), "refresh")
            return
        if action in DIGITS:
            await press_key(place, action)
            toast = action
    services.tasks.spawn(services.outbox.answer(query.id, toast), "toast")


async def _refresh(
    services: Services, query: CallbackQuery, place: Place, message: int | None
) -> None:
    changed = await place.screen.refresh(message)
    toast = texts.REFRESHED if changed else texts.UP_TO_DATE
    await services.outbox.answer(query.id, toast)
