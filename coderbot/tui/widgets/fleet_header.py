"""The first line: who we are, how the fleet stands, and a note."""

from collections.abc import Iterator

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Label

from coderbot.control.port import ClusterSnapshot
from coderbot.tui.plain import printable
from coderbot.tui.rows import Summary, counted, sign, size, tone
from coderbot.tui.tones import toned
from coderbot.tui.widgets.note import Note

_MOST_SIGNS = 40
"""Up to this many bots, the header has a sign for each."""
_ROOM_PER_SIGN = 2
_MOST_OF_NAME = 12
"""Cells that the name of a host takes at most."""
_ROOM_FOR_WORDS = 100
"""Cells that the other words of the header may take."""


class FleetHeader(Horizontal):
    """One row above the table.

    Args:
        note: Text to stand on the right; empty for none.
        host: The machine on which the fleet runs.
    """

    DEFAULT_CSS = """
    FleetHeader { height: 1; }
    FleetHeader #brand { width: auto; }
    FleetHeader #fleet { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    summary: reactive[Summary | None] = reactive(None)
    """The fleet in numbers."""
    cluster: reactive[ClusterSnapshot | None] = reactive(None)
    """The hosts that share the bots; None for a host alone."""

    def __init__(self, note: str = "", host: str = "") -> None:
        super().__init__()
        self._note = note
        self._host = host

    def compose(self) -> ComposeResult:
        """Compose the row."""
        yield Label(" ◆ CoderBot ", id="brand", markup=False)
        yield Label("", id="fleet", markup=False)
        if self._note:
            yield Note(self._note)

    def on_resize(self) -> None:
        """Show more where there is room for more."""
        self.watch_summary(self.summary)

    def watch_cluster(self) -> None:
        """Write how many hosts there are."""
        self.watch_summary(self.summary)

    def watch_summary(self, fleet: Summary | None) -> None:
        """Write the numbers."""
        if fleet is not None and self.is_mounted:
            label = self.query_one("#fleet", Label)
            label.update(self._words(fleet, label.size.width), layout=False)

    def _words(self, fleet: Summary, room: int) -> Content:
        dot = "  ·  " if self.size.width >= _ROOM_FOR_WORDS else " · "
        signs = self._signs(fleet)
        line = Content("  ") + signs
        words = list(_facts(fleet, self._host, self.cluster))
        for number, word in enumerate(words):
            longer = line + (toned(dot, "muted") if number else Content("")) + word
            if number and longer.cell_length > room:
                break
            line = longer
        return line

    def _signs(self, fleet: Summary) -> Content:
        room = self.size.width - _ROOM_FOR_WORDS
        if not 0 < fleet.total <= min(_MOST_SIGNS, room // _ROOM_PER_SIGN):
            return Content("")
        marks = [toned(sign(state), tone(state)) for state in fleet.states]
        return Content(" ").join(marks) + Content("   ")


def _facts(
    fleet: Summary, host: str, cluster: ClusterSnapshot | None
) -> Iterator[Content]:
    """Yield what there is to tell, the most important first."""
    if fleet.total:
        everything = fleet.running == fleet.total
        running = toned(
            f"{fleet.running}/{fleet.total}", "good" if everything else "warning"
        )
        yield running + toned(" running", "plain")
        if fleet.alerts:
            yield toned(f"⚠ {counted(fleet.alerts, 'alert')}", "bad")
        yield from _hosts(cluster)
        yield toned(counted(fleet.restarts, "restart"), "plain")
        yield toned(counted(fleet.messages, "message"), "plain")
        yield toned(size(fleet.rss_bytes), "plain")
        yield toned(counted(fleet.terminals, "terminal"), "plain")
    else:
        yield toned("no bots", "muted")
        yield from _hosts(cluster)
    if cluster is not None:
        yield toned(f"seen from {printable(cluster.here)}", "muted")
    elif host:
        yield toned(printable(host), "muted")


def _hosts(cluster: ClusterSnapshot | None) -> Iterator[Content]:
    """Yield how the hosts stand that share the bots, and what is wrong with them."""
    if cluster is None:
        return
    if cluster.trouble:
        yield toned("⚠ Redis is lost", "bad")
    missing = [host for host in cluster.hosts if not host.is_alive]
    if missing:
        yield toned(f"{len(cluster.alive)}/{len(cluster.hosts)} hosts", "bad")
    else:
        yield toned(counted(len(cluster.alive), "host"), "plain")
    for host in missing:
        what = "gone" if host.state == "gone" else "with another key"
        yield toned(f"{_short(host.host)} {what}", "bad")
    for host in cluster.alive:
        if host.state == "draining":
            yield toned(f"{_short(host.host)} drains", "warning")


def _short(name: str) -> str:
    """Return the name of a host as far as there is room for it."""
    text = printable(name)
    return text if cell_len(text) <= _MOST_OF_NAME else f"{text[:_MOST_OF_NAME]}…"
