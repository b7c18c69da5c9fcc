"""What the probes of an engine are answered."""

import pytest

from coderbot.botprocess.health import Health, health_page
from coderbot.wire import WorkerStatus


@pytest.mark.parametrize(
    ("path", "is_ready", "status", "age_s", "answer"),
    [
        ("/healthz", False, None, 1e6, 200),  # It starts, and its loop turns.
        ("/healthz", True, "polling", 179.9, 200),
        ("/healthz", True, "polling", 180.0, 503),  # deaf
        # What a restart would not mend is no reason for one.
        ("/healthz", True, "offline", 1e6, 200),
        ("/healthz", True, "conflict", 1e6, 200),
        ("/healthz", False, "stopping", 1e6, 200),
        ("/readyz", False, None, 0.0, 503),
        ("/readyz", True, "polling", 0.0, 200),
        ("/readyz", True, "offline", 0.0, 200),
        ("/readyz", False, "stopping", 0.0, 503),
    ],
)
def test_answers(
    path: str, is_ready: bool, status: WorkerStatus | None, age_s: float, answer: int
) -> None:
    page = health_page(path, Health(is_ready, status, age_s))
    assert page is not None
    assert page.status == answer


def test_the_reason_is_told() -> None:
    page = health_page("/readyz", Health(False, "conflict", 0.0))
    assert page is not None
    assert page.body == b"not ready: conflict\n"
    assert health_page("/", Health(True, "polling", 0.0)) is None
