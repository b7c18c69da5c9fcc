"""Finds on a screen what its program waits for (pure).

Only what stands at the cursor or at the end of the output counts, and nothing
does while a shell waits for its next command: a list in a log, an old question or
a file about menus must not grow buttons.
"""

import re

from coderbot.worker.terminal.menus import find_menu
from coderbot.worker.terminal.prompt import Enter, Option, Prompt, PromptKind, Tty
from coderbot.worker.terminal.rowtext import Rows
from coderbot.worker.terminal.screen import Screen

_EDITORS = re.compile(r"(?:n?vim?|vim\..*|view|ex|ed|kak|hx|helix|nano|emacs)\Z")
_SECRET = re.compile(
    r"(?i)pass(?:word|phrase|code|wd)|passwort|contraseña|mot de passe|\bpin\b|"
    r"\botp\b|verification code|secret|token|api key|passwd"
)
_MORE = re.compile(r"(?i)--\s?more\s?--")
_PAGER_END = re.compile(r"\(END\)\s*\Z")
_PAGER_LINE = re.compile(
    r"\A:\s*\Z|\blines? \d+(?:[-/]\d+|\b.*\d+%)|press h for help or q to quit"
)
_CHOICES = re.compile(
    r"[\[(<](?P<all>[^\[\]()<>]{1,60}(?:\[[\w ]+\])?)[\])>]"
    r"(?:\s*\[default=\w+\])?\s*[?:>]?\s*\Z"
)
_BARE = re.compile(r"(?i)\b(?P<all>y/n|yes/no|y or n)\s*[?:>]?\s*\Z")
_LETTERED = re.compile(r"\[(\w)\](\w+)")
_COREUTILS = re.compile(r"\A(?:rm|cp|mv|ln|rmdir|install): .+\?\s*\Z")
_ONLY_YES = re.compile(r"(?i)only 'yes' will be accepted")
_DEFAULT_YES = re.compile(r"(?i)\?\s*\((y|yes)\)\s*\Z")
_WORDS = {
    "y": "Yes",
    "yes": "Yes",
    "n": "No",
    "no": "No",
    "a": "a: all",
    "q": "q: quit",
}
_PLAIN = frozenset({"y", "n", "yes", "no"})
_GO_ON = re.compile(
    r"(?i)\b(?:press|hit|push|strike)\s+[<\[(]?\s*(?P<key>any key|a key|enter|return|"
    r"space(?:bar)?)\s*[>\])]?(?P<rest>.*)\Z"
)
_GO_ON_WHY = re.compile(
    r"(?i)\A\W*\Z|\A\s*(?:key )?(?:to|for|when) (?:continue|proceed|begin|start|exit|"
    r"close|return|finish|open|retry|quit|go|more|done|ready|resume|skip|launch)|"
    r"\A\s*or type command|\A\s*or ctrl"
)
_PAGERS = frozenset({"less", "more", "most", "man"})
_QUESTION_CHARACTERS = 300


def find_prompt(screen: Screen, tty: Tty) -> Prompt | None:
    """Return what the program waits for; None when it asks nothing that is known.

    Args:
        screen: What it shows.
        tty: How it reads.
    """
    if tty.at_shell or screen.is_blank:
        return None
    rows = Rows.of(screen)
    return (
        _password(rows, tty)
        or _pager(screen, rows, tty)
        or _yes_no(rows, tty)
        or find_menu(rows, tty)
        or _go_on(rows)
    )


def is_answered_by_echo(
    before: Screen,
    asked: Prompt | None,
    after: Screen,
    asks: Prompt | None,
    typed: str,
) -> bool:
    """Tell whether a key was merely shown, so that Enter has to follow.

    Args:
        before: The screen before the key.
        asked: What was asked then.
        after: The screen after it.
        asks: What is asked now.
        typed: The key.
    """
    if asked is not None and asked.kind is PromptKind.MENU and asks is not None:
        # The mark has moved, or the key means nothing without Enter.
        return asks.identity == asked.identity
    lines = (Rows.of(each).before_cursor for each in (before, after))
    was, now = ("".join(line.split()) for line in lines)
    return bool(was) and now == was + typed


def _password(rows: Rows, tty: Tty) -> Prompt | None:
    line = rows.before_cursor.strip()
    if tty.echoes or rows.cursor is None or rows.behind_cursor:
        return None
    if not re.search(r"[:?>]\Z", line) or not _SECRET.search(line):
        return None
    return Prompt(PromptKind.PASSWORD, _short(line))


def _pager(screen: Screen, rows: Rows, tty: Tty) -> Prompt | None:
    if tty.reads_lines or tty.echoes or rows.last < 0 or _EDITORS.match(tty.program):
        return None
    line = rows.texts[rows.last].strip()
    stands_below = screen.rows - 1 == rows.last or not screen.alternate
    if rows.cursor not in (None, rows.last) or rows.behind_cursor or not stands_below:
        return None
    back, leave = Option("⬆ Back", ("b",)), Option("Quit", ("q",))
    if _PAGER_END.search(line):
        return Prompt(PromptKind.PAGER, "", (back, leave))
    is_bar = _is_bar(screen, rows.last) and ("%" in line or tty.program in _PAGERS)
    if _MORE.search(line) or _PAGER_LINE.search(line) or is_bar:
        further = Option("⬇ Next page", ("space",))
        return Prompt(PromptKind.PAGER, "", (further, back, leave))
    return None


def _is_bar(screen: Screen, row: int) -> bool:
    """Return whether all of a row is drawn in reverse, as the line of `less` is."""
    runs = [run for run in screen.lines[row] if run.text.strip()]
    return bool(runs) and all(run.style.inverse for run in runs)


def _yes_no(rows: Rows, tty: Tty) -> Prompt | None:
    if rows.cursor is None or rows.behind_cursor:
        return None
    line = rows.before_cursor
    answers = _answers(line, rows)
    if not answers:
        return None
    enter = Enter.ALWAYS if tty.reads_lines else Enter.IF_NEEDED
    options = tuple(Option(label, (typed,), enter) for typed, label in answers)
    question = line.strip()
    if len(question) < 40:
        question = " ".join((*rows.above(rows.cursor, 2), question))
    return Prompt(PromptKind.YES_NO, _short(question), options)


def _answers(line: str, rows: Rows) -> tuple[tuple[str, str], ...]:
    """Return what can be typed, and what to call it; empty if that is not told."""
    if (found := _CHOICES.search(line) or _BARE.search(line)) is not None:
        tokens = re.split(r"\s*(?:[/,|]|\bor\b)\s*", found["all"].strip())
        # A capital marks the default, or is another answer than the small letter.
        answers = [
            each.lower() if each.lower() in _PLAIN else each
            for each in tokens
            if re.fullmatch(r"\w+|\?", each)
        ]
        if {"y", "n"} <= set(answers) or {"yes", "no"} <= set(answers):
            return tuple((each, _WORDS.get(each, each)) for each in answers[:12])
    if (found := _DEFAULT_YES.search(line)) is not None:
        short = len(found[1]) == 1
        return (("y", "Yes"), ("n", "No")) if short else (("yes", "Yes"), ("no", "No"))
    lettered = _LETTERED.findall(line)
    if len(lettered) >= 2 and re.search(r"[:?]\s*\Z", line):
        return tuple((letter, letter + rest) for letter, rest in lettered)
    if _COREUTILS.match(line):
        return ("y", "Yes"), ("n", "No")
    above = rows.texts[max(0, (rows.cursor or 0) - 4) : rows.cursor]
    if line.rstrip().endswith(":") and any(_ONLY_YES.search(each) for each in above):
        return ("yes", "Yes"), ("no", "No")
    return ()


def _go_on(rows: Rows) -> Prompt | None:
    """Return the wish for a key, when it is the last that was said."""
    end = None if rows.cursor is None else rows.cursor + 1
    filled = [text for text in rows.texts[:end] if text]
    # Hints may stand below, but not before a cursor that waits elsewhere.
    for text in filled[-1:] if rows.cursor is not None else filled[:-3:-1]:
        found = _GO_ON.search(text)
        if found is not None and _GO_ON_WHY.search(found["rest"]):
            is_space = found["key"].lower().startswith("space")
            key, label = ("space", "Space") if is_space else ("enter", "⏎ Enter")
            return Prompt(
                PromptKind.CONTINUE, _short(text.strip()), (Option(label, (key,)),)
            )
    return None


def _short(text: str) -> str:
    return " ".join(text.split())[-_QUESTION_CHARACTERS:]
