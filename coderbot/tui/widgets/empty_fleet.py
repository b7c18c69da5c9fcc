"""What stands in place of the table while there are no bots."""

from textual.content import Content
from textual.widgets import Static

from coderbot.tui.tones import toned


class EmptyFleet(Static):
    """A friendly word, and what to do."""

    DEFAULT_CSS = """
    EmptyFleet { height: auto; text-align: center; }
    """

    def render(self) -> Content:
        """Return the text."""
        return Content("\n").join(
            (
                toned("No bots yet", "strong"),
                toned(
                    "Put a token from @BotFather into TELEGRAM_BOT_TOKENS in your .env.",
                    "muted",
                ),
                toned(
                    "Bots appear here as soon as the supervisor knows them.", "muted"
                ),
            )
        )
