"""Names of keys, and the bytes that a terminal sends for them."""

from dataclasses import dataclass

from coderbot.errors import CoderBotError


class UnknownKeyError(CoderBotError):
    """Raised when a name stands for no key."""


@dataclass(frozen=True, slots=True)
class KeyMode:
    """What the program in the terminal has asked of the keyboard."""

    application_cursor: bool = False
    """DECCKM: arrows, home and end are sent as ESC O x."""
    kitty_flags: int = 0
    """Flags of the kitty keyboard protocol; bit 0 asks for unambiguous keys."""


_PLAIN = {
    "enter": b"\r",
    "tab": b"\t",
    "space": b" ",
    "backspace": b"\x7f",
    "esc": b"\x1b",
    "shift+tab": b"\x1b[Z",
    "alt+enter": b"\x1b\r",
    "alt+backspace": b"\x1b\x7f",
}
_CURSOR = {
    "up": "A",
    "down": "B",
    "right": "C",
    "left": "D",
    "home": "H",
    "end": "F",
}
_TILDE = {
    "insert": 2,
    "delete": 3,
    "pgup": 5,
    "pgdn": 6,
    "f5": 15,
    "f6": 17,
    "f7": 18,
    "f8": 19,
    "f9": 20,
    "f10": 21,
    "f11": 23,
    "f12": 24,
}
_SS3 = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
INTERRUPT = "ctrl+c"
"""The key that nothing may hold up."""

_MODIFIERS = {"shift": 2, "alt": 3, "ctrl": 5}
"""Parameters of xterm: 1 plus 1 for shift, 2 for alt, 4 for control."""

CTRL_CHARACTERS = "@abcdefghijklmnopqrstuvwxyz[\\]^_?"
"""What control may be held with; the digits 2 to 8 are other names for some."""
_CTRL_DIGITS = dict(zip("012345678", b"01\x00\x1b\x1c\x1d\x1e\x1f\x7f", strict=True))
_CTRL_DIGITS["9"] = ord("9")

_ALIASES = {
    "escape": "esc",
    "return": "enter",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "del": "delete",
    "bs": "backspace",
}

KEY_NAMES: tuple[str, ...] = (
    *_PLAIN,
    *_CURSOR,
    *_TILDE,
    *_SS3,
    *(f"ctrl+{character}" for character in CTRL_CHARACTERS),
    *(f"ctrl+{digit}" for digit in "0123456789"),
)
"""Every key, without those that are held with shift, alt or control."""


def encode_key(name: str, mode: KeyMode = KeyMode()) -> bytes:
    """Return the bytes for the key `name` (any case), as a terminal in `mode`.

    Names are those of `KEY_NAMES`; besides them a single character stands for
    itself, `alt+x` for any character x, and shift, alt or ctrl may be held with
    an arrow, home, end, pgup, pgdn, insert, delete or a function key.
    `delete` deletes forward; the key with the arrow to the left is `backspace`.

    Raises:
        UnknownKeyError: When there is no such key.
    """
    key = name.lower()
    key = _ALIASES.get(key, key)
    if mode.kitty_flags & 1 and (encoded := _kitty(key, mode.kitty_flags)):
        return encoded
    encoded = _PLAIN.get(key) or _special(key, mode, 1) or _held(key, mode)
    if encoded is None and len(name) == 1:
        return _utf8(name)
    if encoded is None:
        raise UnknownKeyError(
            f"There is no key {name!r}.", f"Keys: {', '.join(KEY_NAMES)}."
        )
    return encoded


def encode_keys(keys: str, mode: KeyMode = KeyMode()) -> bytes:
    """Return the bytes for a key by its name, or else for a word that is typed."""
    try:
        return encode_key(keys, mode)
    except UnknownKeyError:
        return _utf8(keys)


def _special(key: str, mode: KeyMode, modifier: int) -> bytes | None:
    """Return the bytes of a key that sends a sequence; None if it is none."""
    held = f";{modifier}" if modifier > 1 else ""
    if key in _TILDE:
        return f"\x1b[{_TILDE[key]}{held}~".encode()
    final = _CURSOR.get(key) or _SS3.get(key)
    if final is None:
        return None
    if held:
        return f"\x1b[1{held}{final}".encode()
    in_ss3 = key in _SS3 or mode.application_cursor
    return f"\x1b{'O' if in_ss3 else '['}{final}".encode()


def _held(key: str, mode: KeyMode) -> bytes | None:
    """Return the bytes of a key held with a modifier; None if there is none."""
    modifier, plus, rest = key.partition("+")
    if not plus or modifier not in _MODIFIERS:
        return None
    if modifier == "ctrl" and len(rest) == 1:
        return _control(rest)
    if modifier == "alt" and len(rest) == 1:
        return b"\x1b" + _utf8(rest)
    return _special(_ALIASES.get(rest, rest), mode, _MODIFIERS[modifier])


def _control(character: str) -> bytes | None:
    """Return the control character of `ctrl+character`; None if there is none."""
    if character in _CTRL_DIGITS:
        return bytes([_CTRL_DIGITS[character]])
    if character not in CTRL_CHARACTERS:
        return None
    return bytes([ord(character.upper()) ^ 0x40])


def _kitty(key: str, flags: int) -> bytes | None:
    """Return the bytes of the kitty protocol where they differ from the old ones."""
    if key == "esc":
        return b"\x1b[27u"
    if key == "shift+tab":
        return b"\x1b[9;2u"
    if flags & 8 and key in ("enter", "tab", "space", "backspace"):
        return f"\x1b[{_PLAIN[key][0]}u".encode()
    modifier, plus, rest = key.partition("+")
    if not plus or len(rest) != 1 or modifier not in ("ctrl", "alt"):
        return None
    if modifier == "ctrl" and _control(rest) is None:
        return None
    return f"\x1b[{ord(rest)};{_MODIFIERS[modifier]}u".encode()


def _utf8(text: str) -> bytes:
    """Return text as it is typed; half an emoji, as broken clients send it, as `?`."""
    return text.encode("utf-8", "replace")
