"""Where updates go, as far as no worker is needed to see it."""

import datetime as dtm
from types import SimpleNamespace
from typing import Any

from telegram import Chat, Location, Message, Update, User

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.router import Router

ANNA = User(1001, "Anna", is_bot=False)


class Outbox:
    """Remembers what was posted."""

    def __init__(self) -> None:
        self.posted: list[tuple[int, str, int | None]] = []

    def post(
        self, chat: int, text: str, _: object = None, *, thread: int | None = None
    ) -> None:
        self.posted.append((chat, text, thread))


def make_message(**more: Any) -> Message:
    return Message(1, dtm.datetime.now(dtm.UTC), Chat(1001, "private"), ANNA, **more)


async def answers_to(message: Message) -> list[tuple[int, str, int | None]]:
    outbox = Outbox()
    services: Any = SimpleNamespace(
        outbox=outbox,
        bot=SimpleNamespace(username="my_bot"),
        clock=None,
        desk=SimpleNamespace(find=lambda *_: None),
        absence=SimpleNamespace(missed=lambda _: False),
        transcriber=None,
        roster=SimpleNamespace(find=lambda *_: None),
    )
    reception: Any = None
    await Router(services, reception).route(Update(1, message), None)
    return outbox.posted


async def test_what_means_nothing_is_answered() -> None:
    place = make_message(location=Location(14.4, 50.1))
    assert await answers_to(place) == [(1001, texts.UNSUPPORTED, None)]


async def test_an_unknown_command_is_answered_with_the_way_to_type_it() -> None:
    (answer,) = await answers_to(make_message(text="/deploy now"))
    assert "no command /deploy" in answer[1]
    assert "//deploy" in answer[1]


async def test_an_answer_goes_to_the_topic_of_the_question() -> None:
    in_topic = make_message(text="/no", message_thread_id=7, is_topic_message=True)
    assert (await answers_to(in_topic))[0][2] == 7
    # A mere reply has the number of a thread, too.
    reply = make_message(text="/no", message_thread_id=7)
    assert (await answers_to(reply))[0][2] is None
