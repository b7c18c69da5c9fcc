"""What a tree uses from look to look, and when that is too much."""

import pytest

from coderbot.supervisor.monitor import (
    CPU_PATIENCE_S,
    LimitGuard,
    Limits,
    Load,
    LoadMeter,
    Verdict,
)
from coderbot.supervisor.proctable import Process

MB = 1 << 20


def row(pid: int, cpu_s: float, mb: int = 10, started: float = 1) -> Process:
    return Process(pid, 1, pid, started, cpu_s=cpu_s, rss_bytes=mb * MB)


def test_memory_is_that_of_all() -> None:
    load = LoadMeter().look([row(1, 5, mb=30), row(2, 5, mb=12)], now=100)
    assert load == Load(42 * MB, None, 2)


def test_cpu_is_counted_between_two_looks() -> None:
    meter = LoadMeter()
    meter.look([row(1, 50), row(2, 10)], now=100)
    # Half a CPU by the first; the second is gone; a new one has used 1 s.
    load = meter.look([row(1, 51), row(3, 1)], now=102)
    assert load.cpu_percent == 100
    assert meter.look([row(1, 51), row(3, 1)], now=104).cpu_percent == 0


def test_a_number_used_again_is_a_new_process() -> None:
    meter = LoadMeter()
    meter.look([row(1, 50)], now=100)
    assert meter.look([row(1, 1, started=2)], now=102).cpu_percent == 50


def test_two_looks_at_one_moment_tell_nothing() -> None:
    meter = LoadMeter()
    meter.look([row(1, 1)], now=100)
    assert meter.look([row(1, 2)], now=100).cpu_percent is None


@pytest.mark.parametrize(
    ("mb", "verdict"),
    [
        (79, Verdict()),
        (80, Verdict(warning="near its memory limit: 80 MB of 100 MB")),
        (100, Verdict(warning="near its memory limit: 100 MB of 100 MB")),
        (101, Verdict(unfit="over its memory limit: 101 MB of 100 MB")),
    ],
)
def test_memory_is_warned_of_and_then_limited(mb: int, verdict: Verdict) -> None:
    guard = LimitGuard(Limits(memory_bytes=100 * MB))
    assert guard.judge(Load(mb * MB, None, 1), 0) == verdict


def test_the_warning_comes_once_until_it_is_calm_again() -> None:
    guard = LimitGuard(Limits(memory_bytes=100 * MB))
    said = [
        bool(guard.judge(Load(mb * MB, None, 1), 0).warning)
        for mb in (85, 90, 75, 85, 60, 85)
    ]
    assert said == [True, False, False, False, False, True]


def test_cpu_may_be_used_for_a_while() -> None:
    guard = LimitGuard(Limits(cpu_percent=150))

    def unfit(percent: float | None, now: float) -> str:
        return guard.judge(Load(0, percent, 1), now).unfit

    assert unfit(151, 0) == ""
    assert unfit(151, CPU_PATIENCE_S - 1) == ""
    assert unfit(150, CPU_PATIENCE_S) == ""
    assert unfit(200, CPU_PATIENCE_S + 1) == ""
    assert unfit(None, 2 * CPU_PATIENCE_S) == ""
    assert unfit(200, 2 * CPU_PATIENCE_S + 1) == (
        "over its CPU limit: over 150 % for 60 s"
    )


def test_without_limits_anything_goes() -> None:
    guard = LimitGuard(Limits())
    for now in (0, 1_000):
        assert guard.judge(Load(1 << 50, 10_000, 9), now) == Verdict()
