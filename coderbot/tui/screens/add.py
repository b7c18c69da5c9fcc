"""One more bot: its token, typed hidden, checked before it is kept."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from coderbot.errors import CoderBotError
from coderbot.tui.keys import LEAVE_KEYS
from coderbot.tui.plain import printable
from coderbot.tui.ports import TokenEditor
from coderbot.tui.tones import toned
from coderbot.tui.work import begin

_ASK = "Enter asks Telegram whose token it is · Esc leaves"


class AddScreen(ModalScreen[str]):
    """Asks for a token; yields the username of the bot, empty when none was added.

    Args:
        tokens: Checks and keeps it.
    """

    DEFAULT_CSS = """
    AddScreen { align: center middle; }
    AddScreen #dialog { width: 66; max-width: 96%; height: auto; }
    AddScreen Label, AddScreen Static { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*LEAVE_KEYS]

    def __init__(self, tokens: TokenEditor) -> None:
        super().__init__()
        self._tokens = tokens
        self._username = ""

    def compose(self) -> ComposeResult:
        """Compose the dialog."""
        with Vertical(id="dialog", classes="dialog"):
            yield Label("Add a bot", classes="question", markup=False)
            where = f"Its token from @BotFather is kept in {self._tokens.place}."
            yield Label(printable(where), classes="hint", markup=False)
            field = Input(password=True, placeholder="123456:ABC…", compact=True)
            field.cursor_blink = False
            yield field
            yield Static(toned(_ASK, "muted"), id="answer")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._username = ""
        self._say(toned(_ASK, "muted"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        work = self._add if self._username else self._check
        begin(self, "token", work, event.value)

    def action_leave(self) -> None:
        """Add nothing."""
        self.dismiss("")

    async def _check(self, token: str) -> None:
        self._say(toned("Asking Telegram …", "busy"))
        try:
            self._username = await self._tokens.check(token)
        except CoderBotError as error:
            self._say(toned(f"✖ {printable(error.message)}", "bad"))
            return
        self._say(
            toned(f"✓ This is @{printable(self._username)}.  ", "good")
            + toned("Enter keeps it", "muted")
        )

    async def _add(self, token: str) -> None:
        try:
            await self._tokens.add(token)
        except CoderBotError as error:
            self._say(toned(f"✖ {printable(str(error))}", "bad"))
        else:
            self.dismiss(self._username)

    def _say(self, words: Content) -> None:
        self.query_one("#answer", Static).update(words)
