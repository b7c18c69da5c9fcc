"""What a process with a bot loads, and how."""

import gc
import subprocess
import sys

import pytest

from coderbot.botprocess.loading import loading

_TELL = (
    "import {}, sys; print(*sorted({{'click', 'rich', 'textual'}} & set(sys.modules)))"
)


@pytest.mark.parametrize(
    ("package", "program"),
    [
        ("coderbot.worker", "coderbot.worker.app"),
        ("coderbot.worker", "coderbot.worker.replicas.receiver"),
    ],
)
def test_no_worker_loads_what_draws_in_terminals(package: str, program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TELL.format(package, program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == []


def test_what_was_loaded_is_no_garbage_even_if_it_fails() -> None:
    before = gc.get_freeze_count()
    with pytest.raises(ImportError, match="False"), loading():
        raise ImportError(gc.isenabled())
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
    gc.unfreeze()
