"""The two looks of CoderBot, and the colours that belong to it alone."""

from textual.theme import Theme

HUES = 8
"""Colours that tell bots apart in the log; bot 8 has the colour of bot 0 again."""

_DARK_HUES = (
    "#6cc5d9",
    "#c3a6f2",
    "#e6b673",
    "#8fcf9a",
    "#f09bb4",
    "#86aef5",
    "#d2d07a",
    "#78d3bd",
)
_LIGHT_HUES = (
    "#0b6f86",
    "#6d43b8",
    "#945b00",
    "#23763a",
    "#b1335f",
    "#2556b8",
    "#6b6a00",
    "#00715e",
)


def _variables(hues: tuple[str, ...], **others: str) -> dict[str, str]:
    named = {f"hue-{index}": colour for index, colour in enumerate(hues)}
    return named | {name.replace("_", "-"): value for name, value in others.items()}


DARK = Theme(
    name="coderbot-dark",
    primary="#5ac8d8",
    secondary="#7d8fb8",
    accent="#b79bf0",
    success="#6fd08c",
    warning="#f0c060",
    error="#f2727f",
    foreground="#d5dbe6",
    background="#0f1219",
    surface="#141822",
    panel="#1c2230",
    dark=True,
    variables=_variables(
        _DARK_HUES,
        muted="#78839a",
        cursor_row="#243045",
        footer_background="#141822",
        footer_key_foreground="#5ac8d8",
        footer_description_foreground="#98a3b8",
        block_hover_background="#1c2230",
        border="#2f6f7c",
        border_blurred="#2a3244",
        scrollbar="#2a3244",
        scrollbar_hover="#3a465e",
        scrollbar_active="#5ac8d8",
        scrollbar_background="#0f1219",
        scrollbar_background_hover="#0f1219",
        scrollbar_background_active="#0f1219",
        scrollbar_corner_color="#0f1219",
    ),
)
"""Ink and cyan."""

LIGHT = Theme(
    name="coderbot-light",
    primary="#0b7285",
    secondary="#51617f",
    accent="#6d43b8",
    success="#1d7f45",
    warning="#8f5b00",
    error="#c02f3e",
    foreground="#1f2735",
    background="#fbfbf9",
    surface="#f3f4f3",
    panel="#e6e9ec",
    dark=False,
    variables=_variables(
        _LIGHT_HUES,
        muted="#667085",
        cursor_row="#d5e6ea",
        footer_background="#f3f4f3",
        footer_key_foreground="#0b7285",
        footer_description_foreground="#51617f",
        block_hover_background="#e6e9ec",
        border="#0b7285",
        border_blurred="#cfd5da",
        scrollbar="#cfd5da",
        scrollbar_hover="#b3bcc4",
        scrollbar_active="#0b7285",
        scrollbar_background="#fbfbf9",
        scrollbar_background_hover="#fbfbf9",
        scrollbar_background_active="#fbfbf9",
        scrollbar_corner_color="#fbfbf9",
    ),
)
"""Paper and teal."""


def defaults(*, dark: bool) -> dict[str, str]:
    """Return the variables that other themes lack, so that they can be used too."""
    theme = DARK if dark else LIGHT
    own = {"muted", "cursor-row"}
    return {
        name: value
        for name, value in theme.variables.items()
        if name in own or name.startswith("hue-")
    }
