"""How each state looks: dark and light, in a small and in larger terminals."""

from functools import lru_cache

import pytest

from tests.tui.conftest import CompareDrawn
from tests.tui.scenes import LOOKS, SCENES, SIZES, Size, draw

# One dashboard poses for all pictures of a scene, whose tests follow each other.
_drawn = lru_cache(maxsize=1)(draw)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("theme", LOOKS)
@pytest.mark.parametrize("name", SCENES)
def test_state(look_drawn: CompareDrawn, name: str, theme: str, size: Size) -> None:
    assert look_drawn(_drawn(name)[theme, size])
