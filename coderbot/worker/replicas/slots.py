"""Which of the workers of a bot a chat belongs to (pure)."""

import hashlib
from collections.abc import Mapping
from typing import Any


def slot_of(chat: int, slots: int) -> int:
    """Return the slot of a chat, from 0: the same on every host.

    When a slot is added, only the chats move that it gets (jump consistent hash,
    Lamping and Veach 2014, arXiv:1406.2294).

    Args:
        chat: Telegram's number of the chat.
        slots: How many there are.
    """
    digest = hashlib.blake2b(str(chat).encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "big")
    slot, jump = -1, 0
    while jump < slots:
        slot = jump
        key = (key * 2862933555777941757 + 1) % 2**64
        jump = int((slot + 1) * (2**31 / ((key >> 33) + 1)))
    return slot


def chat_of(update: Mapping[str, Any]) -> int:
    """Return the chat that an update of the Bot API belongs to; 0 for none.

    Args:
        update: As the Bot API gives it.
    """
    for content in update.values():
        if not isinstance(content, dict):
            continue
        for holder in (content, content.get("message")):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
        sender = content.get("from")
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0
