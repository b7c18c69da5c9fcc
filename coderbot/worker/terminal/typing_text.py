"""Text from a person, made into what a keyboard or a clipboard would send (pure)."""

import re

from coderbot.worker.terminal.errors import ControlCharacterError

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Every control character but tab, newline and carriage return."""

PASTE_START = b"\x1b[200~"
PASTE_END = b"\x1b[201~"


def check_text(text: str) -> None:
    """Raise if `text` would press keys.

    A control character in a chat message is never meant: it would press keys, or
    end a bracketed paste early and run what follows.

    Raises:
        ControlCharacterError: When there is one that is neither tab nor newline.
    """
    found = _CONTROL.search(text)
    if found is not None:
        raise ControlCharacterError(
            f"Nothing was typed: there is a control character (U+{ord(found[0]):04X}) "
            "in the text.",
            "/ctrl, /esc and the other commands press such keys.",
        )


def encode_text(text: str, bracketed: bool, alternate: bool = False) -> bytes:
    """Return the bytes that typing or pasting `text` sends, without Enter.

    What is pasted into an editor becomes text where `:wq` was meant, so on the
    alternate screen, where editors live, a single line is typed. So is a single
    character, which is rather a key. Lines and tabs, which typed would press Enter
    and complete names, are always pasted where that is possible.

    Args:
        text: What a person has written.
        bracketed: The program has asked to be told what is pasted (mode 2004).
        alternate: It shows the alternate screen.

    Raises:
        ControlCharacterError: When there are other controls than tab and newline.
    """
    check_text(text)
    # Terminals send a carriage return for a newline, in a paste as well.
    keys = text.replace("\r\n", "\r").replace("\n", "\r")
    typed = keys.encode("utf-8", "replace")
    is_block = "\r" in keys or "\t" in keys
    if bracketed and (is_block or (len(keys) > 1 and not alternate)):
        return PASTE_START + typed + PASTE_END
    return typed
