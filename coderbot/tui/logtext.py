"""One log line as styled text: time, prefix, marks, and what the child wrote."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.ansi import AnsiDecoder
from rich.style import Style
from rich.text import Text

from coderbot.loglevel import Level
from coderbot.supervisor.lines import CONTROL, PARENT, LogLine
from coderbot.tui.needle import Needle
from coderbot.tui.plain import colourful, cuts, fitted, printable, shortened

TIME_WIDTH = 9
"""Cells of `12:03:04` and the space behind it."""
MARK_WIDTH = 2
"""Cells of the letter of the level and the bar of stderr."""

_STILL = Style(blink=False, blink2=False, conceal=False)
_LETTERS = {Level.DEBUG: "D", Level.WARNING: "W", Level.ERROR: "E"}


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are to look at the moment."""

    styles: dict[str, Style]
    """By name: time, parent, hue-0…, debug, info, warning, error, sup, stderr,
    match, found."""
    head_width: int
    """Cells for the prefix."""
    times: bool
    """Whether to show when each line came."""
    needle: Needle
    """What to mark."""
    colours: bool = True
    """Whether children may have their colours."""
    width: int = 0
    """Cells of a whole row; a rule ends there."""

    @property
    def indent(self) -> int:
        """Cells before the text of a line."""
        return TIME_WIDTH * self.times + self.head_width + 1 + MARK_WIDTH


def hue(bot: str, hues: int) -> str:
    """Return the name of the colour of a bot: that of its number."""
    if bot in (PARENT, CONTROL):
        return "parent"
    digits = bot.rpartition("-")[2]
    known = digits.isascii() and digits.isdigit() and len(digits) < 9
    return f"hue-{int(digits) % hues if known else 0}"


def body_text(line: LogLine, look: Look, *, found: bool = False) -> Text:
    """Return what the child wrote, in its own colours over that of the level.

    Args:
        line: The line.
        look: How it is to look.
        found: Whether it is the match that the search stands at.
    """
    raw = shortened(line.parted[1])
    plain = printable(raw)
    text = _decoded(raw, plain) if look.colours else Text(plain, end="")
    base = "sup" if line.stream == "sup" else line.level.name.lower()
    text.stylize_before(look.styles[base])
    if look.needle:
        _mark(text, look.needle, look.styles["found" if found else "match"])
    if separates_runs(line):
        _rule(text, look)
    return text


def separates_runs(line: LogLine) -> bool:
    """Tell whether a process of a bot begins or ends with this line."""
    return line.stream == "sup" and line.text.startswith("─ ")


def _rule(text: Text, look: Look) -> None:
    """Go on with the rule that the text ends in, as far as the row reaches."""
    room = look.width - look.indent - text.cell_len
    if room > 0 and text.plain.endswith("─"):
        text.append("─" * room, look.styles["sup"])


def _decoded(raw: str, plain: str) -> Text:
    if "\x1b" not in raw:
        return Text(plain, end="")
    text = AnsiDecoder().decode_line(colourful(raw))
    text.expand_tabs(8)
    if text.plain != plain:
        return Text(plain, end="")
    text.stylize(_STILL)
    text.end = ""
    return text


def _mark(text: Text, needle: Needle, style: Style) -> None:
    for start, end in needle.spans(text.plain):
        text.stylize(style, start, end)


def head_text(line: LogLine, look: Look, hues: int) -> Text:
    """Return all that stands before the text of a line."""
    head = Text(end="")
    if look.times:
        head.append(f"{line.timestamp[11:19]} ", look.styles["time"])
    prefix = fitted(printable(line.parted[0]), look.head_width)
    head.append(f"{prefix} ", look.styles[hue(line.bot, hues)])
    head.append(_LETTERS.get(line.level, " "), look.styles[line.level.name.lower()])
    bar = "▏" if line.stream == "err" else " "
    head.append(bar, look.styles["stderr"])
    return head


def pieces(
    line: LogLine, look: Look, hues: int, width: int | None, *, found: bool = False
) -> Iterator[Text]:
    """Yield the rows of a line.

    Args:
        line: The line.
        look: How it is to look.
        hues: How many colours tell bots apart.
        width: Cells that the text may have in each row; None for a single row.
        found: Whether it is the match that the search stands at.
    """
    head, body = head_text(line, look, hues), body_text(line, look, found=found)
    if width is None:
        yield head + body
        return
    for number, part in enumerate(body.divide(cuts(body.plain, width))):
        yield (Text(" " * look.indent, end="") if number else head) + part
