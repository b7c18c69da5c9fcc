"""The real browser of this machine, for tests that need one.

Tests that share one import the fixture `keeper`; all of theirs run in one loop then.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock, SystemClock
from coderbot.worker.browser.errors import BrowserMissingError
from coderbot.worker.browser.finding import find_chromium
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy


def why_no_browser() -> str:
    """Return why this machine has no browser; empty when it has one."""
    try:
        find_chromium()
    except BrowserMissingError as error:
        return str(error)
    return ""


needs_browser = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())


@asynccontextmanager
async def keeping(
    directory: Path, clock: Clock | None = None
) -> AsyncIterator[BrowserKeeper]:
    """Keep a browser whose files are in `browser` below `directory`."""
    async with Tasks.open() as tasks:
        keeper = BrowserKeeper(
            find_chromium,
            directory / "browser",
            WebPolicy().hosts,
            clock or SystemClock(),
            tasks,
        )
        try:
            yield keeper
        finally:
            await keeper.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keeper(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[BrowserKeeper]:
    """The browser that all tests of a file share."""
    async with keeping(tmp_path_factory.mktemp("shared")) as keeper:
        yield keeper
