import pytest

from coderbot.config.sections.terminal import THEME_NAMES
from coderbot.worker.terminal.screen import Rgb
from coderbot.worker.terminal.theme import DARK, THEMES


def luminance(color: Rgb) -> float:
    channels = [part / 255 for part in color]
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_is_whole_and_can_be_read(name: str) -> None:
    theme = THEMES[name]

    assert len(theme.ansi) == 16
    assert len(theme.palette) == 256
    assert contrast(theme.foreground, theme.background) >= 4
    assert contrast(theme.cursor, theme.background) >= 4
    assert theme.is_light == (name in ("light", "solarized-light"))


@pytest.mark.parametrize(("name", "least"), [("dark", 1), ("light", 0)])
def test_every_colour_of_the_own_themes_can_be_read(name: str, least: int) -> None:
    theme = THEMES[name]

    for color in theme.ansi[least:]:
        assert contrast(color, theme.background) >= 4.5, color


def test_dark_is_what_nobody_has_to_choose() -> None:
    assert THEMES["dark"] is DARK


def test_every_theme_can_be_set() -> None:
    assert tuple(THEMES) == THEME_NAMES
