"""Stands in for a coding agent in the picture of a chat: shows a change, and asks."""

import os
import sys
import tty

CSI = "\x1b["
GREY, ACCENT, GREEN, BOLD, OFF = (
    f"{CSI}38;5;246m",
    f"{CSI}38;2;215;119;87m",
    f"{CSI}38;2;120;190;110m",
    f"{CSI}1m",
    f"{CSI}0m",
)
ADDED, REMOVED = f"{CSI}48;2;28;78;38m", f"{CSI}48;2;104;36;46m"
BLUE, STRING = f"{CSI}38;2;120;170;240m", f"{CSI}38;2;230;190;110m"
WHITE = f"{CSI}38;2;235;235;235m"


def banded(colour: str, text: str, width: int) -> str:
    """Return a line of a change, coloured to its end."""
    blanks = " " * (width - _length(text))
    return f"  {colour}{text}{colour}{blanks}{OFF}"


def _length(text: str) -> int:
    parts = text.split(CSI)
    return len(parts[0]) + sum(len(part.partition("m")[2]) for part in parts[1:])


def framed(rows: list[str], width: int) -> list[str]:
    """Return rows in a box."""
    edge = "─" * (width - 2)
    body = [
        f"{ACCENT}│{OFF} {row}{' ' * (width - 4 - _length(row))} {ACCENT}│{OFF}"
        for row in rows
    ]
    return [f"{ACCENT}╭{edge}╮{OFF}", *body, f"{ACCENT}╰{edge}╯{OFF}"]


def work(width: int) -> list[str]:
    """Return what the agent has done so far."""
    inner = width - 3
    return [
        f"{GREEN}●{OFF} The total leaves out the discount of a cart. I add a",
        "  test first, then mend it.",
        "",
        f"{GREEN}●{OFF} {BOLD}Update{OFF}(shop/cart.py)",
        f"  {GREY}2 additions, 1 removal{OFF}",
        banded(REMOVED, f"31 -  {WHITE}return sum(prices)", inner),
        banded(ADDED, f"31 +  {WHITE}total = {BLUE}sum{WHITE}(prices)", inner),
        banded(ADDED, f"32 +  {BLUE}return{WHITE} total - cart.discount", inner),
        "",
        f"{GREEN}●{OFF} {BOLD}Write{OFF}(tests/test_cart.py)",
        f"  {GREY}3 additions{OFF}",
        banded(ADDED, f"1 +  {BLUE}def{WHITE} test_a_discount_counts():", inner),
        banded(
            ADDED,
            f'2 +      {WHITE}cart = Cart({STRING}"abc"{WHITE}, discount=5)',
            inner,
        ),
        banded(ADDED, f"3 +      {BLUE}assert{WHITE} cart.total == 37", inner),
        "",
    ]


def question(width: int) -> list[str]:
    """Return what it asks."""
    return framed(
        [
            f"{BOLD}Run command{OFF}   pytest -q tests/test_cart.py",
            "Do you want to proceed?",
            f"{ACCENT}❯ 1. Yes{OFF}",  # noqa: RUF001 - as agents draw it
            "  2. Yes, and don't ask again",
            "  3. No, and tell it why",
        ],
        width,
    )


def main() -> None:
    """Wait for a task, then show the work and ask."""
    width = os.get_terminal_size().columns
    tty.setraw(0)
    hello = framed([f"{ACCENT}✻{OFF} {BOLD}agent{OFF}   {GREY}~/shop{OFF}"], width)
    _print(
        [f"{CSI}?25l\x1b]2;agent\x07" + hello[0], *hello[1:], "", f"{BOLD}>{OFF} "],
        end="",
    )
    task = ""
    while not task.endswith("\r"):
        keys = os.read(0, 100).decode()
        task += keys
        _print([keys.replace("\r", "\r\n\r\n")], end="")
    _print([*work(width), *question(width)], end="")
    while os.read(0, 100):
        pass


def _print(rows: list[str], end: str = "\n") -> None:
    sys.stdout.write("\r\n".join(rows) + end.replace("\n", "\r\n"))
    sys.stdout.flush()


main()
