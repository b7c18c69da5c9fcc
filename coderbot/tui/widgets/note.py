"""The note in the header: a click copies it."""

from textual.content import Content
from textual.style import Style
from textual.widgets import Label

from coderbot.tui.plain import printable


class Note(Label):
    """A short text, often an address; terminals that know links can open it.

    Args:
        text: What to show.
    """

    DEFAULT_CSS = """
    Note { width: auto; max-width: 50%; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, text: str) -> None:
        self.text = printable(text)
        link = next((word for word in self.text.split() if _is_address(word)), None)
        style = Style(link=link) if link else Style()
        super().__init__(Content.styled(self.text, style), markup=False)
        self.tooltip = Content("Click to copy")

    async def on_click(self) -> None:
        """Copy the text."""
        await self.run_action("app.copy_note")


def _is_address(word: str) -> bool:
    return word.startswith(("http://", "https://"))
