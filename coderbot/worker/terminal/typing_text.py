"""Text from a person, made into what a keyboard or a clipboard would send."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Every control character but tab and newline."""

PASTE_START = b"\x1b[200~"
PASTE_END = b"\x1b[201~"


def clean_text(text: str) -> str:
    """Return `text` with newlines as one character and no other control but tab.

    A control character in a chat message is never meant: it would press keys,
    or end a bracketed paste early and run what follows.
    """
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def encode_text(text: str, bracketed: bool) -> bytes:
    """Return the bytes that typing or pasting `text` sends, without Enter.

    A single line is typed, also into programs that ask to be told of pastes: what
    is pasted into vim becomes text where `:wq` was meant. Lines and tabs, which
    typed would press Enter and complete names, are pasted where that is possible.

    Args:
        text: What a person has written; cleaned here.
        bracketed: The program has asked to be told what is pasted (mode 2004).
    """
    # Terminals send a carriage return for a newline, in a paste as well.
    keys = clean_text(text).replace("\n", "\r")
    typed = keys.encode("utf-8", "replace")
    if bracketed and ("\r" in keys or "\t" in keys):
        return PASTE_START + typed + PASTE_END
    return typed
