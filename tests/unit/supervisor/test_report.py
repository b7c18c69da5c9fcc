"""When the fleet is ready."""

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.report import StartReport
from coderbot.supervisor.state import BotState

RUNNING, STARTING = BotState.RUNNING, BotState.STARTING
BACKOFF, FAILED = BotState.BACKOFF, BotState.FAILED


def fleet(*states: BotState, reason: str = "") -> list[BotSnapshot]:
    return [
        BotSnapshot(
            f"bot-{index}",
            index,
            state,
            run=state is not BotState.STOPPED,
            reason="" if state is RUNNING else reason,
        )
        for index, state in enumerate(states)
    ]


def look(report: StartReport, *states: BotState, now: float = 103.2) -> str | None:
    found = report.look(fleet(*states, reason="exit 78"), now)
    return f"{found.ready} {found.level.name} {found.text}" if found else None


def test_all_ready_is_told_once() -> None:
    report = StartReport(100)
    assert look(report, STARTING, RUNNING) is None
    told = look(report, RUNNING, RUNNING)
    assert told == "2 INFO All 2 workers ready after 3.2 s"
    assert look(report, RUNNING, RUNNING) is None
    assert look(report, BACKOFF, RUNNING) is None
    assert look(report, RUNNING, RUNNING) is None


def test_a_bot_whose_turn_has_not_come_is_waited_for() -> None:
    assert look(StartReport(100), FAILED, BotState.STOPPED) is None


def test_those_that_failed_are_named() -> None:
    report = StartReport(100)
    assert look(report, RUNNING, FAILED) == (
        "1 WARNING 1 of 2 workers ready after 3.2 s, failed: bot-1 (exit 78)"
    )


def test_a_bot_that_crashes_at_boot_does_not_hold_up_the_report() -> None:
    report = StartReport(100)
    assert look(report, BACKOFF, RUNNING) is not None
    assert look(report, STARTING, RUNNING) is None
    assert look(report, BACKOFF, RUNNING) is None
    told = look(report, RUNNING, RUNNING, now=109)
    assert told == "None INFO All 2 workers ready after 9.0 s"
    assert look(report, RUNNING, RUNNING) is None


def test_a_restart_before_all_are_ready_is_waited_for() -> None:
    assert look(StartReport(100), BotState.STOPPING, RUNNING) is None


def test_a_host_without_bots_is_ready() -> None:
    told = look(StartReport(100))
    assert told == "0 INFO Ready after 3.2 s; no bot runs on this host yet"


def test_one_worker_is_told_of_as_one() -> None:
    assert look(StartReport(100), RUNNING) == "1 INFO 1 worker ready after 3.2 s"
