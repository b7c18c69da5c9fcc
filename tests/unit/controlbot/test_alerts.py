"""Alerts: at once, together, or never."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from coderbot.controlbot.alerts import BURST, WINDOW_S, Alert, Alerts
from coderbot.controlbot.incidents import Incident, Kind


def crash(bot: str = "bot-0", group: str = "a1b2c3", times: int = 1) -> Incident:
    return Incident(Kind.CRASH, bot, f"{bot} crashed", group, times)


def test_the_first_is_told_and_the_others_summed_up() -> None:
    alerts = Alerts()
    first = alerts.add(crash(), 0.0)
    assert first is not None
    assert first.text == "bot-0 crashed"
    assert alerts.add(crash(times=2), 10.0) is None
    assert alerts.add(crash("bot-1"), 20.0) is None
    assert list(alerts.due(WINDOW_S - 1)) == []
    (summary,) = alerts.due(WINDOW_S)
    assert summary.text == (
        "3 more of this kind (crash): bot-0 2x, bot-1 1x\nThe last: bot-1 crashed"
    )
    assert list(alerts.due(WINDOW_S + 1)) == []
    # The next window goes on; after a calm one, the next incident is told at once.
    assert alerts.add(crash(), WINDOW_S + 2) is None
    assert len(list(alerts.due(2 * WINDOW_S))) == 1
    assert list(alerts.due(3 * WINDOW_S)) == []
    assert alerts.add(crash(), 3 * WINDOW_S + 1) is not None


def test_other_groups_do_not_wait() -> None:
    alerts = Alerts()
    assert alerts.add(crash(), 0.0) is not None
    assert alerts.add(crash(group="ffffff"), 0.0) is not None


def test_a_burst_is_put_off_and_not_lost() -> None:
    alerts = Alerts()
    told = [alerts.add(crash(group=f"{n}"), 1.0) for n in range(BURST + 3)]
    assert sum(alert is not None for alert in told) == BURST
    assert len(list(alerts.due(62.0))) == 3


def test_a_failure_is_never_put_off() -> None:
    alerts = Alerts()
    for number in range(BURST * 2):
        failed = Incident(Kind.FAILED, "bot-0", f"{number}", "failed bot-0")
        alert = alerts.add(failed, 1.0)
        assert alert is not None
        assert alert.is_urgent


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.floats(0, 400), st.integers(1, 5)),
        max_size=40,
    )
)
def test_every_incident_is_told_in_the_end(
    steps: list[tuple[str, float, int]],
) -> None:
    alerts, now, happened, told = Alerts(), 0.0, 0, 0
    for group, pause_s, times in steps:
        now += pause_s
        told += _count(alerts.due(now))
        happened += times
        if alerts.add(crash(group=group, times=times), now) is not None:
            told += times
    for _ in range(3):
        now += WINDOW_S
        told += _count(alerts.due(now))
    assert told == happened


def _count(due: Iterable[Alert]) -> int:
    return sum(int(alert.text.split()[0]) for alert in due)
