"""How each state looks, dark and light; the sizes are files, to run side by side."""

import pytest

from tests.tui.conftest import Compare
from tests.tui.scenes import LOOKS, SCENES, look_at


@pytest.mark.parametrize("theme", LOOKS)
@pytest.mark.parametrize("name", SCENES)
def test_state(look: Compare, name: str, theme: str) -> None:
    look_at(look, name, (80, 24), theme)
