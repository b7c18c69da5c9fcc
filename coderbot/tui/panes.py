"""Which panes of the log there are, and how they stand (pure)."""

from collections.abc import Sequence

ALL = 0
"""The layout with one pane for every bot."""
LAYOUTS = (1, 2, 4, ALL)
"""How many panes, in the order in which a key goes through them."""

_WIDE = 60
"""A pane that is not alone gets at least so many cells."""


def scopes_of(
    layout: int, bots: Sequence[str], selected: str | None, *, merged: bool
) -> list[str | None]:
    """Return the bot of each pane; None for all bots.

    With two panes or four, bots are turned over like pages: the selected one is
    always on the page in view.

    Args:
        layout: One of LAYOUTS.
        bots: In the order of the table.
        selected: The bot under the cursor.
        merged: Whether a single pane shows all bots.
    """
    if not bots or layout == 1:
        return [None if merged or not bots else selected]
    if layout == ALL:
        return list(bots)
    place = bots.index(selected) if selected in bots else 0
    first = place // layout * layout
    return list(bots[first : first + layout])


def columns_of(panes: int, width: int) -> int:
    """Return in how many columns so many panes stand."""
    wanted = 1 if panes <= 1 else 2 if panes <= 4 else 3
    return max(1, min(wanted, width // _WIDE))
