"""Asks which terminal is meant."""

from collections.abc import Sequence

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.chooser import Chooser, choice_keyboard
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.request import Asker


def say_no_terminal(asker: Asker) -> None:
    """Say that none is in use here, and offer those that are open elsewhere."""
    places = asker.services.desk.of(asker.user_id)
    if places:
        offer(asker, texts.NONE_IN_USE, places)
    else:
        asker.reply(texts.NO_TERMINAL)


def offer(asker: Asker, text: str, places: Sequence[Place]) -> None:
    """Say `text` above buttons that use one of `places` here."""
    key = asker.services.buttons.issue(asker.user_id, Chooser(asker.thread))
    asker.reply(text, choice_keyboard(key, [place.name for place in places]))
