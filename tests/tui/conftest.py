"""Pictures of the dashboard: where they lie, and what makes them repeatable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_textual_snapshot  # type: ignore[import-untyped]
from syrupy.location import PyTestLocation
from textual.app import App

SNAPSHOTS = Path(__file__).parents[2] / "snapshots" / "tui"

Compare = Callable[..., bool]
"""What `snap_compare` is: takes an app, tells whether it looks as it did."""
CompareDrawn = Callable[[str], bool]
"""Takes an SVG, tells whether it is as it was."""


class _TopLevel(pytest_textual_snapshot.SVGImageExtension):  # type: ignore[misc]
    """Keeps the pictures in the top-level folder, by module."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS / test_location.basename)


@pytest.fixture(autouse=True)
def _plain_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the host's wishes about colours and motion out of the tests."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    # On a busy machine a toast would be gone before a test looks at it.
    monkeypatch.setattr("textual.app.App.NOTIFICATION_TIMEOUT", 3_600)


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Compare:
    """Compare the look of an app with the picture in `snapshots/tui`."""
    monkeypatch.setattr(pytest_textual_snapshot, "SVGImageExtension", _TopLevel)
    # What a tick changes would be there or not, as the machine is fast or slow.
    monkeypatch.setattr("coderbot.tui.screens.main._TICK_S", 3_600.0)
    compare: Any = request.getfixturevalue("snap_compare")
    return lambda app, **wishes: bool(compare(app, **wishes))


@pytest.fixture
def look_drawn(look: Compare, monkeypatch: pytest.MonkeyPatch) -> CompareDrawn:
    """Compare what was drawn of an app before, with the report that `look` makes."""

    def compare(svg: str) -> bool:
        monkeypatch.setattr("textual._doc.take_svg_screenshot", lambda **_: svg)
        return look(App[None]())

    return compare
