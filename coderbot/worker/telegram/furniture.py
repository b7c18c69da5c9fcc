"""What belongs to a terminal in chat, made as its user wants it."""

from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.paths import MediaDirs
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.preferences.model import NotifyLevel
from coderbot.worker.preferences.store import PreferenceStore
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.keypad import DEFAULT, Following, Keypad
from coderbot.worker.telegram.livescreen import LiveScreen, RefreshPolicy
from coderbot.worker.telegram.lookout import Lookout
from coderbot.worker.telegram.painter import Painter
from coderbot.worker.telegram.questions import Questions
from coderbot.worker.telegram.screenbuttons import ScreenButtons
from coderbot.worker.terminal.ident import DEFAULT_NAME
from coderbot.worker.terminal.program import Program
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec
from coderbot.worker.terminal.theme import THEMES


class Furniture:
    """Makes programs' terminals, their screens and keys.

    Args:
        settings: What holds where a user has chosen nothing.
        preferences: What users have chosen.
        buttons: Knows the buttons under screens.
        outbox: Sends screens.
        painter: Draws them.
        clock: For their refreshes.
        dirs: Where programs put files for their user.
        mask: Takes secrets out of screens; None shows them.
    """

    def __init__(
        self,
        settings: Settings,
        preferences: PreferenceStore,
        buttons: Buttons,
        outbox: Outbox,
        painter: Painter,
        clock: Clock,
        dirs: MediaDirs,
        mask: SecretMask | None,
    ) -> None:
        self._settings = settings
        self._preferences = preferences
        self._buttons = buttons
        self._outbox = outbox
        self._painter = painter
        self._clock = clock
        self._questions: dict[str, Questions] = {}
        """By the id of the keys of their terminal."""
        self._dirs = dirs
        self._mask = mask

    def spec(self, user_id: int, program: Program | None = None) -> TerminalSpec:
        """Return what a new terminal of a user is started with."""
        columns, rows = self.size(user_id)
        return TerminalSpec(
            argv=(str(self._settings.shell_path),),
            columns=columns,
            rows=rows,
            scrollback=self._settings.max_output_lines,
            theme=THEMES[self.theme(user_id)],
            mask=self._mask.screen if self._mask else None,
            program=program,
            environment={"CODERBOT_OUTBOX": str(self._dirs.to(user_id))},
        )

    def size(self, user_id: int) -> tuple[int, int]:
        """Return columns and rows of new terminals of a user, in cells."""
        settings = self._settings
        chosen = self._preferences.of(user_id).size
        return chosen or (settings.terminal_columns, settings.terminal_rows)

    def theme(self, user_id: int) -> str:
        """Return the name of the colours that a user wants."""
        chosen = self._preferences.of(user_id).theme
        return chosen if chosen and chosen in THEMES else self._settings.theme

    def font_size_px(self, user_id: int) -> int:
        """Return the size of letters that a user wants, in pixels."""
        return self._preferences.of(user_id).font_size_px or self._settings.font_size_px

    def shows_text(self, user_id: int) -> bool:
        """Tell whether a user wants screens as text."""
        mode = self._preferences.of(user_id).mode
        return self._settings.airplane_mode if mode is None else mode == "text"

    def keypad(self, session: TerminalSession) -> Keypad:
        """Return the keys under the screens of a terminal."""
        user_id, name = session.key
        key = self._buttons.issue(user_id, ScreenButtons(session))
        suited = session.program.keypad if session.program else ()
        questions = self._questions[key] = Questions(session, self._buttons)
        keypad = Keypad(
            key,
            lambda: self._preferences.of(user_id).keypad,
            suited or DEFAULT,
            questions.rows,
            # Who has but one terminal need not be told which it is.
            name="" if name == DEFAULT_NAME else name,
        )
        if self._preferences.of(user_id).live:
            keypad.following = Following.ON
        return keypad

    def discard(self, keypad: Keypad) -> None:
        """Make the keys of a terminal that has ended invalid."""
        self._buttons.revoke(keypad.key)
        questions = self._questions.pop(keypad.key, None)
        if questions is not None:
            questions.discard()

    def screen(
        self, session: TerminalSession, keypad: Keypad, thread: int | None
    ) -> LiveScreen:
        """Return the screen of a terminal in a topic of its user's chat."""
        user_id = session.key.user_id
        screen = LiveScreen(
            user_id,
            session,
            keypad.markup,
            self._outbox,
            self._painter.sized(lambda: self.font_size_px(user_id)),
            self._policy(user_id),
            self._clock,
            thread,
        )
        screen.pin(keypad.following is Following.ON)
        return screen

    def lookout(
        self,
        session: TerminalSession,
        keypad: Keypad,
        screen: LiveScreen,
        thread: int | None,
    ) -> Lookout:
        """Return who calls the user of a terminal, and shows it in `screen`."""
        user_id, name = session.key
        return Lookout(
            session,
            self._questions[keypad.key],
            screen,
            self._outbox,
            self._clock,
            lambda: self.notify_level(user_id, name),
            self._mask.text if self._mask else str,
            thread,
        )

    def notify_level(self, user_id: int, name: str) -> NotifyLevel:
        """Return which events of a terminal its user wants to be told of."""
        return self._preferences.of(user_id).notify.get(name, "all")

    def _policy(self, user_id: int) -> RefreshPolicy:
        return RefreshPolicy(
            interval_s=self._settings.screen_refresh_interval_ms / 1_000,
            max_count=self._settings.screen_refresh_max_count,
            as_text=self.shows_text(user_id),
            follows=self._settings.screen_refresh_enabled,
        )
