"""The verdict on every kind of update."""

import dataclasses
import datetime as dtm

import pytest
from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberMember,
    ChatMemberUpdated,
    Message,
    MessageOriginHiddenUser,
    Update,
    User,
)

from coderbot.botprocess.telegram.gate import Facts, Verdict, decide, facts_of

OWNER, STRANGER, GROUP = 1001, 666, -100
NOW = dtm.datetime(2026, 1, 1, tzinfo=dtm.UTC)

TYPED = Facts(user_id=OWNER, is_private=True, has_text=True)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.PASS),
        # A file of another person may be saved; only text is dangerous.
        ({"has_text": False, "is_secondhand": True}, Verdict.PASS),
        ({"is_secondhand": True}, Verdict.NOT_TYPED),
        ({"is_edit": True}, Verdict.DROP),
        ({"is_message_or_button": False}, Verdict.DROP),
        ({"is_in_another_name": True}, Verdict.DROP),
        ({"is_private": False}, Verdict.DROP),
        ({"user_id": None}, Verdict.DROP),
        ({"user_id": STRANGER}, Verdict.STRANGER),
        # A stranger learns nothing about what is typed and what is not.
        ({"user_id": STRANGER, "is_secondhand": True}, Verdict.STRANGER),
        # In a group a stranger is not even answered.
        ({"user_id": STRANGER, "is_private": False}, Verdict.DROP),
        ({"user_id": STRANGER, "is_message_or_button": False}, Verdict.DROP),
        ({"user_id": STRANGER, "is_edit": True}, Verdict.DROP),
        ({"user_id": 0}, Verdict.STRANGER),
    ],
)
def test_verdict(change: dict[str, object], verdict: Verdict) -> None:
    facts = dataclasses.replace(TYPED, **change)  # type: ignore[arg-type]
    assert decide(facts, {OWNER}) is verdict


def test_empty_list_admits_nobody() -> None:
    assert decide(TYPED, ()) is Verdict.STRANGER


def make_user(user_id: int = OWNER, is_bot: bool = False) -> User:
    return User(user_id, "Anna", is_bot)


def make_chat(chat_id: int = OWNER, kind: str = "private") -> Chat:
    return Chat(chat_id, kind)


def make_message(**more: object) -> Message:
    options: dict[str, object] = {
        "message_id": 1,
        "date": NOW,
        "chat": make_chat(),
        "from_user": make_user(),
        "text": "ls",
    }
    return Message(**(options | more))  # type: ignore[arg-type]


def verdict_on(update: Update) -> Verdict:
    return decide(facts_of(update), {OWNER})


def test_message_of_owner_passes() -> None:
    assert verdict_on(Update(1, message=make_message())) is Verdict.PASS


def test_forwarded_text_is_not_typed() -> None:
    origin = MessageOriginHiddenUser(NOW, "somebody")
    message = make_message(forward_origin=origin)
    assert verdict_on(Update(1, message=message)) is Verdict.NOT_TYPED


def test_text_written_through_another_bot_is_not_typed() -> None:
    message = make_message(via_bot=make_user(5, is_bot=True))
    assert verdict_on(Update(1, message=message)) is Verdict.NOT_TYPED


def test_edit_is_dropped() -> None:
    assert verdict_on(Update(1, edited_message=make_message())) is Verdict.DROP


def test_owner_in_a_group_is_dropped() -> None:
    message = make_message(chat=make_chat(GROUP, "supergroup"))
    assert verdict_on(Update(1, message=message)) is Verdict.DROP


def test_anonymous_admin_is_dropped() -> None:
    message = make_message(
        chat=make_chat(GROUP, "supergroup"), sender_chat=make_chat(GROUP, "supergroup")
    )
    assert verdict_on(Update(1, message=message)) is Verdict.DROP


def test_channel_post_is_dropped() -> None:
    post = make_message(chat=make_chat(GROUP, "channel"), from_user=None)
    assert verdict_on(Update(1, channel_post=post)) is Verdict.DROP


def test_business_message_of_owner_is_dropped() -> None:
    update = Update(1, business_message=make_message())
    assert verdict_on(update) is Verdict.DROP


def test_private_chat_of_somebody_else_is_dropped() -> None:
    message = make_message(chat=make_chat(STRANGER))
    assert verdict_on(Update(1, message=message)) is Verdict.DROP


def make_query(user: User, message: Message | None) -> Update:
    query = CallbackQuery("7", user, "instance", message=message, data="x:1")
    return Update(1, callback_query=query)


def test_button_of_owner_passes() -> None:
    assert verdict_on(make_query(make_user(), make_message())) is Verdict.PASS


def test_button_of_stranger_is_of_a_stranger() -> None:
    message = make_message(chat=make_chat(STRANGER))
    assert verdict_on(make_query(make_user(STRANGER), message)) is Verdict.STRANGER


def test_button_under_a_message_of_another_chat_is_dropped() -> None:
    assert verdict_on(make_query(make_user(STRANGER), make_message())) is Verdict.DROP


def test_inline_button_without_a_message_is_dropped() -> None:
    assert verdict_on(make_query(make_user(), None)) is Verdict.DROP


def test_change_of_membership_is_dropped() -> None:
    member = ChatMemberMember(make_user())
    changed = ChatMemberUpdated(make_chat(), make_user(STRANGER), NOW, member, member)
    assert verdict_on(Update(1, my_chat_member=changed)) is Verdict.DROP
