"""An agent with a screen of its own: panels, a list, a text that streams in."""

import os
import sys
import time
import tty

CSI = "\x1b["
OFF = f"{CSI}0m"
PANEL, PAGE, BAR = (
    f"{CSI}48:2::30:33:42m",
    f"{CSI}48:2::20:22:28m",
    f"{CSI}48:2::62:68:88m",
)
TEXT, FAINT, ACCENT = (
    f"{CSI}38:2::220:223:228m",
    f"{CSI}38:2::110:118:132m",
    f"{CSI}38:2::250:178:131m",
)
COLUMNS, ROWS, SIDE = 100, 32, 30

ANSWER = (
    f"{CSI}1mHow words are counted{CSI}22m",
    "",
    "The function `count` reads the file, finds the words with one",
    "pattern, and keeps those that are used more than once.",
    "",
    f"  {ACCENT}def{TEXT} {CSI}38:5:75mcount{TEXT}(path, least={CSI}38;5;114m2{TEXT}):",
    f"      words = Counter(WORD.findall({CSI}3mtext{CSI}23m))",
    f"      {ACCENT}return{TEXT} Counter({{w: n {ACCENT}for{TEXT} w, n {ACCENT}in{TEXT} words}})",
    "",
    f"  {CSI}4:3;58:2::235:90:90mtypo{CSI}24;59m → fixed   ▁▂▃▄▅▆▇█   ⠋⠙⠹⠸⠼⠴   ≤ ≥ ≠",
    "",
    "┌──────────┬───────┐",
    "│ file     │ words │",
    "├──────────┼───────┤",
    "│ a.txt    │    12 │",
    "│ 日本.txt │     3 │",
    "└──────────┴───────┘",
)


def at(row: int, column: int) -> str:
    """Return what moves to a cell, counted from 1."""
    return f"{CSI}{row};{column}H"


def frame(lines: int, percent: int, note: str) -> str:
    """Return the whole screen, as far as the answer has come."""
    parts = [f"{PAGE}{CSI}2J"]
    parts += [f"{at(row, 1)}{PANEL}{' ' * SIDE}" for row in range(1, ROWS + 1)]
    parts.append(f"{at(2, 3)}{PANEL}{ACCENT}{CSI}1m◆ agent{CSI}22m")
    for number, name in enumerate(("explain", "refactor", "write tests", "release")):
        mark = f"{BAR}{TEXT}▌ " if number == 0 else f"{PANEL}{FAINT}  "
        parts.append(f"{at(4 + number, 2)}{mark}{name:<25}")
    parts.append(f"{at(ROWS - 2, 3)}{PANEL}{FAINT}context {percent}%")
    full = percent * 24 // 100
    parts.append(f"{at(ROWS - 1, 3)}{ACCENT}{'━' * full}{FAINT}{'─' * (24 - full)}")
    for row, line in enumerate(ANSWER[:lines]):
        parts.append(f"{at(3 + row, SIDE + 4)}{PAGE}{TEXT}{line}")
    parts.append(
        f"{at(ROWS, SIDE + 1)}{BAR}{TEXT} {note:<{COLUMNS - SIDE - 10}}ctrl+p  "
    )
    return "".join(parts)


def show(text: str) -> None:
    """Write a frame that is to be seen whole."""
    sys.stdout.write(f"{CSI}?2026h{text}{OFF}{CSI}?2026l")
    sys.stdout.flush()


tty.setraw(0)
sys.stdout.write(f"{CSI}?1049h{CSI}?25l{CSI}?1002h{CSI}?1006h{CSI}?2004h{CSI}>1u")
show(frame(0, 5, "ready"))
os.read(0, 100)
for percent in range(10, 101, 10):
    show(frame(len(ANSWER) * percent // 100, percent, f"working {percent}%"))
    time.sleep(0.1)
show(frame(len(ANSWER), 100, "done"))
sys.stdout.write(f"{CSI}5 q{at(24, SIDE + 4)}{CSI}?25h")
sys.stdout.flush()
os.read(0, 100)
