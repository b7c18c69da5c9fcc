"""Loading of code that stays for good."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load code in this block without looking for garbage among it, then or later.

    Its modules live as long as the process. Each look at them costs time at the start,
    and holds up the loop afterwards.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
