"""What a program waits for, and the answers it would take (pure)."""

from dataclasses import dataclass
from enum import Enum


class PromptKind(Enum):
    """Kinds of question."""

    MENU = "menu"
    YES_NO = "yes/no"
    PAGER = "pager"
    PASSWORD = "password"
    CONTINUE = "continue"


class Enter(Enum):
    """Whether an answer wants Enter behind it."""

    NEVER = "never"
    ALWAYS = "always"
    IF_NEEDED = "if needed"
    """Only when the question still stands after the key: who reads single keys would
    take it for an answer to the next question."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer."""

    label: str
    keys: tuple[str, ...]
    """Pressed one after the other; names as in `keys`, or words that are typed."""
    enter: Enter = Enter.NEVER


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question on the screen."""

    kind: PromptKind
    question: str
    options: tuple[Option, ...] = ()

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...]]:
        """The same for two prompts that ask the same, wherever the cursor stands."""
        labels = tuple(option.label for option in self.options)
        return self.kind.value, self.question, labels


@dataclass(frozen=True, slots=True)
class Tty:
    """What the terminal knows of the program besides its screen."""

    reads_lines: bool = True
    """It collects whole lines (ICANON); else the program reads single keys."""
    echoes: bool = True
    """It shows what is typed (ECHO)."""
    at_shell: bool = False
    """A shell waits for its next command: then nothing else is asked."""
    program: str = ""
    """Name of the program in the foreground; empty when unknown."""

    @property
    def is_hidden(self) -> bool:
        """Whether a whole line is read that is not to be seen: a password."""
        return self.reads_lines and not self.echoes
