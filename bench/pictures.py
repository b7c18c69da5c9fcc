"""What a picture of a screen takes: `python -m bench.pictures`.

From bytes of a program to the PNG, without Telegram: the terminal's state, the mask
over secrets, the drawing; by this program and, where there is one, by a Chromium.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.spread import Spread
from coderbot.botprocess.tasks import Tasks
from coderbot.clock import SystemClock
from coderbot.redact import Secret
from coderbot.worker.browser.errors import BrowserError
from coderbot.worker.browser.finding import find_chromium
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy
from coderbot.worker.browser.screenpage import ScreenCamera
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.render.png import PngRenderer
from coderbot.worker.terminal.screen import Screen

_RUNS = 20
_COLUMNS, _ROWS, _FONT_PX = 100, 50, 14
_RANDOM = random.Random(7)
_MASK = SecretMask([Secret("a-secret-of-this-program-" + "x1" * 12)])

Frame = Callable[[], str]
"""Returns what a program writes for its next picture."""


def _letter() -> str:
    return chr(_RANDOM.randrange(33, 127))


def _pairs(rows: int = _ROWS) -> str:
    """Return rows in which every cell has one of 256 colours before and behind."""
    cells = (
        f"\x1b[38;5;{_RANDOM.randrange(256)};48;5;{_RANDOM.randrange(256)}m{_letter()}"
        for _ in range(rows * _COLUMNS)
    )
    return "\x1b[H" + "".join(cells)


def _true_colours() -> str:
    """Return a screen in which every cell has two colours of its own."""

    def colour() -> str:
        return ";".join(str(_RANDOM.randrange(256)) for _ in range(3))

    cells = (
        f"\x1b[38;2;{colour()};48;2;{colour()}m{_letter()}"
        for _ in range(_ROWS * _COLUMNS)
    )
    return "\x1b[H" + "".join(cells)


def _prompt() -> str:
    return f"\x1b[0m\x1b[2J\x1b[H\x1b[32mdev@host\x1b[0m:~$ echo {_RANDOM.random()}"


def _three_rows() -> str:
    """Return changes of three rows in the middle of what is there."""
    places = (f"\x1b[{row};1H" for row in (10, 25, 40))
    return "".join(place + _pairs(1).removeprefix("\x1b[H") for place in places)


_SCENES: dict[str, tuple[str, Frame]] = {
    "a prompt": ("", _prompt),
    "dense, 256 colours": ("", _pairs),
    "dense, each cell its own true colours": ("", _true_colours),
    "three rows of a dense screen": (_pairs(), _three_rows),
}
"""What is there before, and what changes for every picture."""


def _screens(before: str, frame: Frame) -> Iterator[tuple[float, Screen]]:
    """Yield screens, each with the seconds it took to know it."""
    emulator = Emulator(_COLUMNS, _ROWS, 1_000)
    emulator.feed(before.encode())
    emulator.screen()
    for _ in range(_RUNS + 1):
        data = frame().encode()
        started = time.perf_counter()
        emulator.feed(data)
        screen = _MASK.screen(emulator.screen())
        yield time.perf_counter() - started, screen
    emulator.close()


def _native(before: str, frame: Frame) -> Spread:
    renderer = PngRenderer(_FONT_PX)
    values = []
    for seconds, screen in _screens(before, frame):
        started = time.perf_counter()
        renderer.render(screen)
        values.append((seconds + time.perf_counter() - started) * 1_000)
    return Spread(tuple(values[1:]))


async def _by_browser(camera: ScreenCamera, before: str, frame: Frame) -> Spread:
    values = []
    for seconds, screen in _screens(before, frame):
        started = time.perf_counter()
        await camera.render(screen, _FONT_PX)
        values.append((seconds + time.perf_counter() - started) * 1_000)
    return Spread(tuple(values[1:]))


def _signs_never_seen() -> None:
    """Print what 2,500 wide signs cost when they are drawn for the first time."""
    emulator = Emulator(_COLUMNS, _ROWS, 0)
    emulator.feed("".join(chr(n) for n in range(0x4E00, 0x4E00 + 2_500)).encode())
    renderer = PngRenderer(_FONT_PX)
    for when in ("first", "again"):
        started = time.perf_counter()
        renderer.render(emulator.screen())
        print(f"2,500 signs, {when}: {(time.perf_counter() - started) * 1_000:.0f} ms")
    emulator.close()


@asynccontextmanager
async def _camera() -> AsyncIterator[ScreenCamera]:
    hosts = WebPolicy().hosts
    with tempfile.TemporaryDirectory() as name:
        async with Tasks.open() as tasks:
            profile = Path(name) / "browser"
            keeper = BrowserKeeper(find_chromium, profile, hosts, SystemClock(), tasks)
            try:
                yield ScreenCamera(keeper)
            finally:
                await keeper.close()


async def measure() -> None:
    """Measure everything and print it; times in milliseconds."""
    for name, scene in _SCENES.items():
        print(f"native, {name}:  {_native(*scene)}")
    _signs_never_seen()
    try:
        async with _camera() as camera:
            for name, scene in _SCENES.items():
                print(f"chromium, {name}:  {await _by_browser(camera, *scene)}")
    except BrowserError as error:
        print(f"chromium: {error}")


if __name__ == "__main__":
    asyncio.run(measure())
