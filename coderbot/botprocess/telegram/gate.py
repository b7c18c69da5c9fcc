"""Who may pass: every update of every kind is judged here first (pure)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

from telegram import Message, Update


class Verdict(Enum):
    """What is to become of an update."""

    PASS = auto()
    """From an allowed user in a private chat: goes to the handlers."""
    DROP = auto()
    """Nobody is told: groups, channels, senders that are no person, edits."""
    STRANGER = auto()
    """From a person who is not allowed, in a private chat."""
    NOT_TYPED = auto()
    """Text of somebody else that an allowed user passed on: never typed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that counts for the verdict."""

    user_id: int | None
    """The person that the update comes from; None when there is no such one."""
    is_private: bool
    """It belongs to the private chat of that person with the bot."""
    is_message_or_button: bool = True
    """It is a new message or the press of a button."""
    is_edit: bool = False
    has_text: bool = False
    is_secondhand: bool = False
    """Forwarded, or written through another bot."""
    is_in_another_name: bool = False
    """Sent in the name of a chat, or by a bot."""


def decide(facts: Facts, allowed: Collection[int]) -> Verdict:
    """Return the verdict on an update.

    Args:
        facts: What is known of it.
        allowed: Ids of the users that may pass; empty admits nobody.
    """
    if facts.user_id is None or facts.is_in_another_name or not facts.is_private:
        return Verdict.DROP
    if not facts.is_message_or_button or facts.is_edit:
        return Verdict.DROP
    if facts.user_id not in allowed:
        return Verdict.STRANGER
    if facts.has_text and facts.is_secondhand:
        return Verdict.NOT_TYPED
    return Verdict.PASS


def facts_of(update: Update) -> Facts:
    """Return the facts about an update."""
    user, chat = update.effective_user, update.effective_chat
    message = update.message or update.edited_message
    return Facts(
        user_id=user.id if user else None,
        is_private=bool(
            user and chat and chat.type == "private" and chat.id == user.id
        ),
        is_message_or_button=bool(message or update.callback_query),
        is_edit=update.edited_message is not None,
        has_text=bool(message and message.text),
        is_secondhand=message is not None and is_secondhand(message),
        is_in_another_name=bool(
            (user and user.is_bot) or (message and message.sender_chat)
        ),
    )


def is_secondhand(message: Message) -> bool:
    """Return whether a message was forwarded, or written through another bot."""
    return message.forward_origin is not None or message.via_bot is not None
