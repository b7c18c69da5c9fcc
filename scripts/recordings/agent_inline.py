"""An agent that draws below the prompt and moves up to draw again, like many do."""
# ruff: noqa: RUF001 - signs that look like letters are what this is about

import os
import sys
import time
import tty

CSI = "\x1b["
GREY, ACCENT, BOLD, OFF = (
    f"{CSI}38;5;246m",
    f"{CSI}38;2;215;119;87m",
    f"{CSI}1m",
    f"{CSI}0m",
)
ADDED, REMOVED = f"{CSI}48;2;34;92;43m", f"{CSI}48;2;122;41;54m"
WIDTH = 78


class Area:
    """The rows at the bottom that are drawn anew with every frame."""

    def __init__(self) -> None:
        self._rows = 0

    def draw(self, above: list[str], area: list[str]) -> None:
        """Print `above` for good and `area` for now, as one frame."""
        up = (
            f"{CSI}2K" + f"{CSI}1A{CSI}2K" * (self._rows - 1) + "\r"
            if self._rows
            else ""
        )
        text = up + "".join(f"{row}\r\n" for row in above) + "\r\n".join(area)
        sys.stdout.write(f"{CSI}?2026h{CSI}?25l{text}{CSI}?2026l")
        sys.stdout.flush()
        self._rows = len(area)


def box(text: str, color: str = GREY) -> list[str]:
    """Return an input line in a frame."""
    inner = f" {BOLD}>{OFF} {text}{CSI}7m {OFF}"
    blanks = " " * (WIDTH - 6 - len(text))
    return [
        f"{color}╭{'─' * (WIDTH - 2)}╮{OFF}",
        f"{color}│{OFF}{inner}{blanks}{color}│{OFF}",
        f"{color}╰{'─' * (WIDTH - 2)}╯{OFF}",
        f"  {GREY}? for shortcuts{OFF}{' ' * 34}{CSI}2mcontext left: 87%{OFF}",
    ]


def diff() -> list[str]:
    """Return what a tool call prints."""
    return [
        f"{CSI}32m⏺{OFF} {BOLD}Update{OFF}({CSI}4mtests/test_words.py{OFF})",
        f"  {GREY}⎿{OFF}  Updated with {BOLD}3{OFF} additions and {BOLD}1{OFF} removal",
        f"     {GREY}11{OFF}   from words import count",
        f"     {REMOVED}12 - def test_count():{' ' * 48}{OFF}",
        f"     {ADDED}12 + def test_words_are_counted(tmp_path):{' ' * 28}{OFF}",
        f'     {ADDED}13 +     (tmp_path / "a").write_text("á b á — 日本")   {" " * 15}{OFF}',
        f"     {ADDED}14 +     assert count(tmp_path / 'a')['á'] == 2{' ' * 23}{OFF}",
        "",
    ]


def question(choice: int) -> list[str]:
    """Return a menu with one chosen line."""
    answers = (
        "Yes",
        "Yes, and don't ask again this session",
        "No, and tell it why (esc)",
    )
    rows = [
        (f"{ACCENT}❯ {n + 1}. {answer}{OFF}" if n == choice else f"  {n + 1}. {answer}")
        for n, answer in enumerate(answers)
    ]
    plain = [f"❯ {n + 1}. {answer}" for n, answer in enumerate(answers)]
    framed = [
        f"{ACCENT}│{OFF} {row}{' ' * (WIDTH - 4 - len(text))} {ACCENT}│{OFF}"
        for row, text in zip(rows, plain, strict=True)
    ]
    head = f"{BOLD}Run command{OFF}  pytest -q 🧪"
    ask = "Do you want to proceed?"
    return [
        f"{ACCENT}╭{'─' * (WIDTH - 2)}╮{OFF}",
        f"{ACCENT}│{OFF} {head}{' ' * (WIDTH - 29)} {ACCENT}│{OFF}",
        f"{ACCENT}│{OFF} {ask}{' ' * (WIDTH - 4 - len(ask))} {ACCENT}│{OFF}",
        *framed,
        f"{ACCENT}╰{'─' * (WIDTH - 2)}╯{OFF}",
    ]


def read_line() -> str:
    """Read keys up to Enter, drawing what is typed."""
    typed = ""
    while True:
        for key in os.read(0, 100).decode():
            if key == "\r":
                return typed
            typed += key
        area.draw([], box(typed))


def spin(seconds: int) -> None:
    """Show a spinner; its seconds pass faster than ours."""
    for frame in range(seconds * 4):
        sign = "·✢✳✶✻✽"[frame % 6]
        status = f"{ACCENT}{sign} Pondering…{OFF} {GREY}({frame // 4}s · ↓ {frame * 37} tokens · esc to interrupt){OFF}"
        area.draw([], [status, "", *box("")])
        time.sleep(0.02)


area = Area()
tty.setraw(0)
sys.stdout.write(f"{CSI}?2004h{CSI}>1u\x1b]2;✳ agent\x07")
area.draw(
    [
        f"{ACCENT}╭{'─' * 50}╮{OFF}",
        f"{ACCENT}│{OFF} {ACCENT}✻{OFF} Welcome to the {BOLD}agent{OFF}!{' ' * 26}{ACCENT}│{OFF}",
        f"{ACCENT}│{OFF}{' ' * 50}{ACCENT}│{OFF}",
        f"{ACCENT}│{OFF}   {CSI}3m/help for help, cwd: ~/project{OFF}{' ' * 17}{ACCENT}│{OFF}",
        f"{ACCENT}╰{'─' * 50}╯{OFF}",
        "",
    ],
    box(""),
)
prompt = read_line()
area.draw([f"{GREY}> {prompt}{OFF}", ""], box(""))
spin(8)
area.draw(diff(), question(0))
os.read(0, 100)
area.draw(
    [
        f"{CSI}32m⏺{OFF} {BOLD}Bash{OFF}(pytest -q)",
        f"  {GREY}⎿{OFF}  {CSI}32m.{OFF}{CSI}31mF{OFF}{CSI}32m.....{OFF} {GREY}[100%]{OFF}",
        f"     {CSI}9;31m1 failed{OFF} {CSI}32m7 passed{OFF} in 0.12s",
        "",
        f"⏺ {BOLD}All done{OFF} ✅ The link: \x1b]8;;https://example.org/\x1b\\the docs\x1b]8;;\x1b\\.",
        "",
    ],
    box(""),
)
sys.stdout.write("\x07")
sys.stdout.flush()
os.read(0, 100)
