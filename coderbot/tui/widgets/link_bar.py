"""A row that is there while the connection to the supervisor is not."""

from textual.content import Content
from textual.widgets import Static

from coderbot.tui.ports import Link
from coderbot.tui.rows import countdown
from coderbot.tui.tones import toned


class LinkBar(Static):
    """Says that the connection is lost, and when the next try is.

    Args:
        link: The connection; None where the supervisor is in this process.
    """

    DEFAULT_CSS = """
    LinkBar { height: 1; display: none; text-wrap: nowrap; text-overflow: ellipsis; }
    LinkBar.-lost { display: block; }
    """

    def __init__(self, link: Link | None) -> None:
        super().__init__(markup=False)
        self._link = link
        self._epoch = 0 if link is None else link.epoch

    def look(self) -> bool:
        """Show how it stands; returns whether it was made anew since the last look."""
        if self._link is None:
            return False
        self.set_class(self._link.lost, "-lost")
        if self._link.lost:
            self.update(_words(self._link.retry_in_s))
        anew, self._epoch = self._link.epoch != self._epoch, self._link.epoch
        return anew


def _words(retry_in_s: float) -> Content:
    return (
        toned(" ✖ Connection lost. ", "bad")
        + toned(f"Reconnecting in {countdown(retry_in_s)}", "strong")
        + toned(" · what is shown is old · q leaves", "muted")
    )
