"""The colours of a terminal (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from coderbot.worker.terminal.screen import Rgb


def _hex(colors: str) -> tuple[Rgb, ...]:
    packed = (bytes.fromhex(each) for each in colors.split())
    return tuple((red, green, blue) for red, green, blue in packed)


def _cube() -> tuple[Rgb, ...]:
    """Return colours 16 to 255 of xterm: a cube of 6x6x6, then 24 greys."""
    steps = (0, 95, 135, 175, 215, 255)
    cube = tuple((r, g, b) for r in steps for g in steps for b in steps)
    return cube + tuple((grey, grey, grey) for grey in range(8, 248, 10))


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours that a program gets when it asks for a number or for none."""

    foreground: Rgb
    background: Rgb
    cursor: Rgb
    ansi: tuple[Rgb, ...]
    """Colours 0 to 15."""

    @property
    def palette(self) -> tuple[Rgb, ...]:
        """All 256 colours."""
        return self.ansi + _cube()

    @property
    def is_light(self) -> bool:
        """Whether text is darker than what it stands on."""
        return sum(self.background) > sum(self.foreground)


def _theme(foreground: str, background: str, cursor: str, ansi: str) -> Theme:
    text, behind, block = _hex(f"{foreground} {background} {cursor}")
    return Theme(text, behind, block, _hex(ansi))


DARK: Final = _theme(
    "D8DEE4",
    "0D1117",
    "E6EDF3",
    # Every colour but black has a contrast of 4.5:1 or more on the background,
    # so that `ls` and diffs can be read on the screen of a phone.
    "2B3138 F4655C 4FBF5B D8A336 5CA4FA B98AF8 3FC1CB C3CBD3 "
    "7D8792 FF938A 74DB7F F2C55C 8CC1FF D3AEFF 6ADDE6 FFFFFF",
)
"""What a terminal looks like when nobody chooses."""

_LIGHT = _theme(
    "1F2328",
    "FFFFFF",
    "24292F",
    # The same contrast on white; so even white is a grey.
    "24292F C4202C 116329 7D4E00 0860CA 7A45D6 146C73 6A737D "
    "57606A A40E26 1A7032 633C01 0550AE 6639BA 0B5A61 4B535D",
)
_SOLARIZED = (
    "073642 DC322F 859900 B58900 268BD2 D33682 2AA198 EEE8D5 "
    "{} CB4B16 586E75 657B83 839496 6C71C4 93A1A1 FDF6E3"
)

THEMES: Final[Mapping[str, Theme]] = MappingProxyType(
    {
        "dark": DARK,
        "light": _LIGHT,
        # Number 8 is the background itself in this palette; programs mean grey by it.
        "solarized-dark": _theme(
            "839496", "002B36", "93A1A1", _SOLARIZED.format("586E75")
        ),
        "solarized-light": _theme(
            "657B83", "FDF6E3", "586E75", _SOLARIZED.format("002B36")
        ),
        "dracula": _theme(
            "F8F8F2",
            "282A36",
            "F8F8F2",
            "21222C FF5555 50FA7B F1FA8C BD93F9 FF79C6 8BE9FD F8F8F2 "
            "6272A4 FF6E6E 69FF94 FFFFA5 D6ACFF FF92DF A4FFFF FFFFFF",
        ),
        "nord": _theme(
            "D8DEE9",
            "2E3440",
            "D8DEE9",
            "3B4252 BF616A A3BE8C EBCB8B 81A1C1 B48EAD 88C0D0 E5E9F0 "
            "4C566A BF616A A3BE8C EBCB8B 81A1C1 B48EAD 8FBCBB ECEFF4",
        ),
        "gruvbox": _theme(
            "EBDBB2",
            "282828",
            "EBDBB2",
            "282828 CC241D 98971A D79921 458588 B16286 689D6A A89984 "
            "928374 FB4934 B8BB26 FABD2F 83A598 D3869B 8EC07C EBDBB2",
        ),
    }
)
"""Themes by the name that people choose them by."""
