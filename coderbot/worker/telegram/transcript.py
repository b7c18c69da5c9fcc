"""A transcript in chat, with buttons that say what becomes of it."""

from telegram import InlineKeyboardMarkup, MessageEntity

from coderbot.botprocess.telegram.lengths import pages_of, utf16_units
from coderbot.errors import CoderBotError
from coderbot.worker.telegram import texts, voicetexts
from coderbot.worker.telegram.keyboards import button
from coderbot.worker.telegram.press import Press
from coderbot.worker.telegram.request import Asker

SEND = "send"
EDIT = "edit"
DISCARD = "discard"

_PAGE_UNITS = 3_800
"""Longest page of a transcript, in UTF-16 units: a word to it has to fit as well."""


class TranscriptButtons:
    """Stands behind the buttons under one transcript.

    Args:
        text: All that was said.
        page: What of it the message with the buttons shows.
    """

    def __init__(self, text: str, page: str) -> None:
        self._text = text
        self._page = page

    async def press(self, press: Press) -> str | None:
        """Type it, show it so that it can be copied and changed, or delete it."""
        if press.action == SEND:
            return await self._send(press)
        press.services.buttons.revoke(press.key)
        if press.message is None:
            return ""
        if press.action == EDIT:
            self._replace(press, press.message, voicetexts.COPY_AND_CHANGE)
            return voicetexts.COPY_AND_CHANGE
        delete = press.services.outbox.delete(press.user_id, press.message)
        press.services.tasks.spawn(delete, "transcript")
        return voicetexts.DISCARDED

    async def _send(self, press: Press) -> str:
        place = press.services.desk.find(press.user_id, press.thread)
        if place is None:
            return texts.NO_TERMINAL
        # First, so that a second press types nothing twice.
        press.services.buttons.revoke(press.key)
        try:
            await place.session.type_text(self._text, enter=True)
        except CoderBotError as error:
            press.services.outbox.post(press.user_id, str(error), thread=press.thread)
            return ""
        place.screen.touch()
        if press.message is not None:
            self._replace(press, press.message, voicetexts.SENT)
        return voicetexts.SENT

    def _replace(self, press: Press, message: int, word: str) -> None:
        """Put a word under the transcript, in the place of the buttons."""
        edit = _edit(press, message, f"{self._page}\n\n{word}", self._page)
        press.services.tasks.spawn(edit, "transcript")


async def show_transcript(asker: Asker, text: str) -> None:
    """Send a transcript, in several messages if it is long; the last has buttons."""
    *pages, last = pages_of(text, _PAGE_UNITS)
    outbox = asker.services.outbox
    for page in pages:
        await outbox.text(asker.chat, page, _code(page), thread=asker.thread)
    key = asker.services.buttons.issue(asker.user_id, TranscriptButtons(text, last))
    keyboard = InlineKeyboardMarkup(
        [
            [button("📨 Send", key, SEND)],
            [button("✏️ Edit", key, EDIT), button("🗑 Discard", key, DISCARD)],
        ]
    )
    await outbox.text(asker.chat, last, _code(last), keyboard, thread=asker.thread)


async def _edit(press: Press, message: int, text: str, page: str) -> None:
    await press.services.outbox.edit_text(press.user_id, message, text, _code(page))


def _code(page: str) -> tuple[MessageEntity, ...]:
    """Return formatting by which a touch copies the page."""
    return (MessageEntity(MessageEntity.CODE, 0, utf16_units(page)),)
