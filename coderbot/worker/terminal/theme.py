"""The colours of a terminal."""

from dataclasses import dataclass

from coderbot.worker.terminal.screen import Rgb


def _hex(*colors: str) -> tuple[Rgb, ...]:
    return tuple(
        (int(each[0:2], 16), int(each[2:4], 16), int(each[4:6], 16)) for each in colors
    )


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


DARK = Theme(
    foreground=(0xD8, 0xDE, 0xE4),
    background=(0x0D, 0x11, 0x17),
    cursor=(0xE6, 0xED, 0xF3),
    # Every colour but black has a contrast of 4.5:1 or more on the background,
    # so that `ls` and diffs can be read on the screen of a phone.
    ansi=_hex(
        *(
            "2B3138",
            "F4655C",
            "4FBF5B",
            "D8A336",
            "5CA4FA",
            "B98AF8",
            "3FC1CB",
            "C3CBD3",
        ),
        *(
            "7D8792",
            "FF938A",
            "74DB7F",
            "F2C55C",
            "8CC1FF",
            "D3AEFF",
            "6ADDE6",
            "FFFFFF",
        ),
    ),
)
"""The only theme so far."""
