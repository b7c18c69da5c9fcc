"""One line about the selected bot: what the table has no room for."""

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui.plain import printable
from coderbot.tui.rows import detail, sign, tone
from coderbot.tui.tones import toned


class BotDetail(Static):
    """Name, reason, and the numbers of the selected bot."""

    DEFAULT_CSS = """
    BotDetail { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    bot: reactive[BotSnapshot | None] = reactive(None)
    """The selected bot."""

    def render(self) -> Content:
        """Return the line."""
        bot = self.bot
        if bot is None:
            return Content("")
        first, *others = [*detail(bot), ""]
        troubled = bool(bot.reason) and bot.state in {BotState.FAILED, BotState.BACKOFF}
        name = printable(bot.full_name) or bot.bot
        words = [
            toned(name, "strong"),
            toned(first, tone(bot.state) if troubled else "plain"),
        ]
        words += [toned(word, "muted") for word in others if word]
        head = toned(f"{sign(bot.state)} ", tone(bot.state))
        return head + toned("  ·  ", "muted").join(words)
