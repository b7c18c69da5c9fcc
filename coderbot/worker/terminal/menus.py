"""Menus on a screen: numbered ones, and those with a cursor (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coderbot.worker.terminal.prompt import Enter, Option, Prompt, PromptKind, Tty
from coderbot.worker.terminal.rowtext import Rows

_MARKS = "❯›▸▶►→⏵➤»>*"  # noqa: RUF001 - menus are drawn with these
_ON, _OFF = "●◉◆", "○◯◇"
_NUMBERED = re.compile(
    rf"\A\s*(?P<mark>[{_MARKS}{_ON}{_OFF}])?\s*"
    r"(?:(?P<n>\d{1,2})[.):]|\[(?P<b>\d{1,2})\]|\((?P<p>\d{1,2})\))\s+(?P<label>\S.*)\Z"
)
_MARKED = re.compile(rf"\A(?P<lead>\s*[{_MARKS}]\s+)(?P<label>\S.*)\Z")
_RADIO = re.compile(
    rf"\A\s*(?:[{_MARKS}]\s+)?(?P<mark>[{_ON}{_OFF}]|\([ •*x]\))\s+(?P<label>\S.*)\Z"
)
_PAIR = re.compile(rf"\A\s*([{_ON}{_OFF}])\s+(\S.*?)\s+/\s+([{_ON}{_OFF}])\s+(\S.*)\Z")
_ASKS = re.compile(r"\A\s*(?:\[\?\]|[?◆◇])\s+\S|[?:]\s*(?:\(.*\)|\[.*\])?\s*\Z")
_HINT = re.compile(
    r"(?i)[↑↓]|\barrow|\benter\b.{0,20}\b(?:select|confirm|choose|submit|continue)|"
    r"\b(?:esc|q)\b.{0,8}\b(?:cancel|quit|exit|go back)|\bto navigate\b"
)
_CHOICE = re.compile(
    r"(?i)#\?\s*\Z|"
    r"\b(?:choice|choose|select\w*|option|number|pick|answer|which|enter)\b.{0,60}"
    r"[:?>\]]\s*\Z|"
    r"[\[(]\d+\s*(?:[-/,]|\.\.)\s*\d+[^\])]{0,20}[\])]\s*[:?>]?\s*\Z"
)
_INPUT_LINE = re.compile(rf"\A\s*[{_MARKS}]\s*\Z")
_SHELL_LINE = re.compile(r"[$#%❯➜»>]\s*\Z")  # noqa: RUF001 - so are prompts
_MAX_OPTIONS = 20
_MAX_BELOW = 8
"""Rows with text below a menu: hints; more of them are something else."""
_MAX_BETWEEN = 3
"""Rows between two items, or between the last one and the line for the answer."""
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Item:
    row: int
    label: str
    is_marked: bool
    number: int = 0


def find_menu(rows: Rows, tty: Tty) -> Prompt | None:
    """Return the menu that a program shows at the end of its output."""
    items = _numbered(rows)
    if items:
        return _by_answer_line(rows, tty, items) or _by_cursor(rows, tty, items)
    if tty.reads_lines:
        return None
    for block in (_radio(rows), _pair(rows), _marked(rows)):
        if block and (prompt := _by_cursor(rows, tty, block)) is not None:
            return prompt
    return None


def _numbered(rows: Rows) -> list[_Item]:
    """Return the last list on the screen that counts from 1 (or 0) upwards."""
    best: list[_Item] = []
    run: list[_Item] = []
    for item in _numbered_rows(rows):
        follows = run and item.number == run[-1].number + 1
        if follows and item.row - run[-1].row <= _MAX_BETWEEN:
            run.append(item)
        else:
            run = [item] if item.number in (0, 1) else []
        if len(run) >= 2:
            best = run
    return best[:_MAX_OPTIONS]


def _numbered_rows(rows: Rows) -> Iterator[_Item]:
    for y, text in enumerate(rows.texts):
        found = _NUMBERED.match(text)
        if found is not None:
            number = int(found["n"] or found["b"] or found["p"])
            mark = found["mark"] or ""
            is_marked = bool(mark) and mark not in _OFF
            yield _Item(y, _label(found["label"]), is_marked, number)


def _radio(rows: Rows) -> list[_Item]:
    """Return the last list whose items have a ring before them, one of them filled."""
    best: list[_Item] = []
    block: list[_Item] = []
    column = -1
    for y, text in enumerate(rows.texts):
        found = _RADIO.match(text)
        if found is None:
            column = -1
            continue
        if found.start("mark") != column:
            block, column = [], found.start("mark")
        is_on = found["mark"] not in (*_OFF, "( )")
        block.append(_Item(y, _label(found["label"]), is_on))
        if len(block) >= 2:
            best = block
    return best


def _pair(rows: Rows) -> list[_Item]:
    """Return two answers that stand beside each other."""
    for y, text in enumerate(rows.texts):
        found = _PAIR.match(text)
        if found is not None:
            first = _Item(y, _label(found[2]), found[1] in _ON)
            return [first, _Item(y, _label(found[4]), found[3] in _ON)]
    return []


def _marked(rows: Rows) -> list[_Item]:
    """Return the rows around the last one with a mark, their texts in one column."""
    for y in range(len(rows.texts) - 1, -1, -1):
        found = _MARKED.match(rows.texts[y])
        if found is None:
            continue
        column = len(found["lead"])
        items = [_Item(y, _label(found["label"]), True)]
        items[:0] = reversed(list(_beside(rows, range(y - 1, -1, -1), column)))
        items += _beside(rows, range(y + 1, len(rows.texts)), column)
        return items if 2 <= len(items) <= _MAX_OPTIONS else []
    return []


def _beside(rows: Rows, numbers: range, column: int) -> Iterator[_Item]:
    for y in numbers:
        text = rows.texts[y]
        if text[:column].strip() or not text[column : column + 1].strip():
            return
        if _HINT.search(text):
            return
        yield _Item(y, _label(text[column:]), False)


def _by_answer_line(rows: Rows, tty: Tty, items: list[_Item]) -> Prompt | None:
    """Return a list that is followed by a line for the number, with the cursor."""
    last = items[-1].row
    if rows.cursor is None or rows.cursor <= last or rows.behind_cursor:
        return None
    between = [text for text in rows.texts[last + 1 : rows.cursor] if text]
    line = rows.before_cursor
    asks = _CHOICE.search(line) or (
        tty.reads_lines and re.search(r"\S.*[:?]\s*\Z|\A\s*[>?:]\s*\Z", line)
    )
    if len(between) > _MAX_BETWEEN or not asks:
        return None
    enter = Enter.ALWAYS if tty.reads_lines else Enter.IF_NEEDED
    options = (Option(_named(item), (str(item.number),), enter) for item in items)
    question = "\n".join(rows.above(items[0].row, 2)) or line.strip()
    return Prompt(PromptKind.MENU, question, tuple(options))


def _by_cursor(rows: Rows, tty: Tty, items: list[_Item]) -> Prompt | None:
    """Return a list with a mark before the item that Enter would choose."""
    marked = [index for index, item in enumerate(items) if item.is_marked]
    if tty.reads_lines or len(marked) != 1 or not _is_at_end(rows, items):
        return None
    above = rows.above(items[0].row, 3) or rows.above(items[0].row - 1, 3)
    below = rows.texts[items[-1].row + 1 : items[-1].row + 4]
    around = (*above, *below, *(item.label for item in items[-1:]))
    asks = any(_ASKS.search(text) for text in above[-2:])
    if not asks and not any(_HINT.search(text) for text in around):
        return None
    takes_digits = items[0].number == 1 and len(items) <= _DIGITS
    sideways = items[0].row == items[1].row
    options = tuple(
        Option(_named(item), (str(item.number),), Enter.IF_NEEDED)
        if takes_digits
        else Option(item.label, _walk(index - marked[0], sideways))
        for index, item in enumerate(items)
    )
    return Prompt(PromptKind.MENU, "\n".join(above), options)


def _is_at_end(rows: Rows, items: list[_Item]) -> bool:
    """Return whether nothing but hints stands below, and no line to type into."""
    last = items[-1].row
    below = [text for text in rows.texts[last + 1 :] if text]
    if len(below) > _MAX_BELOW or any(_INPUT_LINE.match(text) for text in below):
        return False
    if rows.cursor is None or rows.cursor <= last:
        return True
    return not _SHELL_LINE.search(rows.before_cursor)


def _walk(steps: int, sideways: bool) -> tuple[str, ...]:
    """Return the keys that move the cursor, and Enter."""
    back, forth = ("left", "right") if sideways else ("up", "down")
    return (forth if steps > 0 else back,) * abs(steps) + ("enter",)


def _named(item: _Item) -> str:
    return f"{item.number}. {item.label}"


def _label(text: str) -> str:
    return " ".join(text.split())
