"""The first run: a screen that asks for what a fleet cannot do without."""

from pathlib import PurePath
from typing import ClassVar, Literal

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Footer, Input, Label, Static

from coderbot.errors import CoderBotError
from coderbot.tui import themes
from coderbot.tui.keys import SETUP_KEYS
from coderbot.tui.plain import printable
from coderbot.tui.ports import Setup
from coderbot.tui.tones import toned
from coderbot.tui.work import begin

Outcome = Literal["start", "demo"]
"""What is to be run after it."""

_STYLES: list[str | PurePath] = ["screens/dialog.tcss", "setup.tcss"]


class SetupApp(App[Outcome]):
    """Asks; returns what to run, or nothing when it was left.

    Args:
        setup: Telegram and the file.
        media: The directory for files that stands in the field at first.
    """

    TITLE = "CoderBot"
    CSS_PATH = _STYLES
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*SETUP_KEYS]

    def __init__(self, setup: Setup, media: str) -> None:
        super().__init__()
        self._setup = setup
        self._media = media
        self._username = ""
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self.theme = themes.DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our own variables, for themes that do not know them."""
        return themes.defaults(dark=self.current_theme.dark)

    def compose(self) -> ComposeResult:
        """Compose the questions."""
        with Vertical(id="setup", classes="dialog"):
            yield Label("◆ Welcome to CoderBot", classes="question", markup=False)
            yield Static(_welcome(self._setup.place), id="welcome")
            yield Label("1  Token from @BotFather", classes="step", markup=False)
            yield _field("token", "123456:ABC…  (typed hidden)", password=True)
            yield Static("", id="token-answer")
            yield Label("2  Who may use it", classes="step", markup=False)
            yield _field("user", "your user id, or send /start to your bot")
            yield Static("", id="user-answer")
            yield Label("3  Directory for files", classes="step", markup=False)
            yield _field("media", "", value=self._media)
            yield Static("", id="answer")
            with Horizontal(id="buttons"):
                yield Button("Try the demo (^t)", id="demo", compact=True)
                yield Button("Start", id="start", variant="primary", compact=True)
        yield Footer(show_command_palette=False)

    def action_demo(self) -> None:
        """Try everything without a token."""
        self.exit("demo")

    def action_leave(self) -> None:
        """Run nothing."""
        self.exit()

    def action_toggle_look(self) -> None:
        """Change between dark and light."""
        dark = self.current_theme.dark
        self.theme = themes.LIGHT.name if dark else themes.DARK.name

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "demo":
            self.action_demo()
        else:
            begin(self, "write", self._write)

    @on(Input.Changed, "#token")
    def _token_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._username = ""
        self._say("token-answer", toned("Enter asks Telegram whose it is", "muted"))

    @on(Input.Submitted, "#token")
    def _token_given(self, event: Input.Submitted) -> None:
        event.stop()
        begin(self, "token", self._check)

    @on(Input.Submitted, "#user")
    def _user_given(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.set_focus(self._input("media"))

    @on(Input.Submitted, "#media")
    def _media_given(self, event: Input.Submitted) -> None:
        event.stop()
        begin(self, "write", self._write)

    async def _check(self) -> None:
        self._say("token-answer", toned("Asking Telegram …", "busy"))
        try:
            self._username = await self._setup.check(self._input("token").value)
        except CoderBotError as error:
            self._say("token-answer", toned(f"✖ {printable(error.message)}", "bad"))
            return
        self._say("token-answer", toned(f"✓ @{printable(self._username)}", "good"))
        self.screen.set_focus(self._input("user"))
        begin(self, "starter", self._find_starter)

    async def _find_starter(self) -> None:
        """Wait until somebody sends /start to the bot, unless an id is typed."""
        name = printable(self._username)
        words = f"Send /start to @{name} in Telegram: your id then stands here"
        self._say("user-answer", toned(words, "busy"))
        while not self._input("user").value:
            try:
                found = await self._setup.starter(self._input("token").value)
            except CoderBotError as error:
                words = f"{printable(error.message)}: type your id"
                self._say("user-answer", toned(words, "warning"))
                return
            if found is not None and not self._input("user").value:
                self._input("user").value = str(found[0])
                words = f"✓ {printable(found[1])} has sent /start"
                self._say("user-answer", toned(words, "good"))
                self.screen.set_focus(self._input("media"))

    async def _write(self) -> None:
        if not self._username:
            await self._check()
            if not self._username:
                return
        values = (self._input(name).value for name in ("token", "user", "media"))
        try:
            await self._setup.write(*values)
        except CoderBotError as error:
            self._say("answer", toned(f"✖ {printable(str(error))}", "bad"))
        else:
            self.exit("start")

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def _say(self, where: str, words: Content) -> None:
        self.query_one(f"#{where}", Static).update(words)


def _field(
    name: str, placeholder: str, *, value: str = "", password: bool = False
) -> Input:
    field = Input(
        value, id=name, placeholder=placeholder, password=password, compact=True
    )
    field.cursor_blink = False
    return field


def _welcome(place: str) -> Content:
    words = (
        "There are no settings here yet. Three answers, and your bot runs; they are "
    )
    return toned(f"{words}kept in {printable(place)}, readable by you alone.", "muted")
