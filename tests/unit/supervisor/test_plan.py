"""What new settings change in a running fleet."""

from coderbot.config.settings import variables
from coderbot.redact import Secret
from coderbot.supervisor.plan import AT_ONCE, FOR_NEW_WORKERS, make_plan
from coderbot.supervisor.spec import WorkerSpec
from tests.fakes.sandbox import make_token

A, B, C = (make_token(number) for number in range(3))


def spec(token: Secret, index: int, **environment: str) -> WorkerSpec:
    return WorkerSpec(index, token, ("worker",), environment)


def fleet(*specs: WorkerSpec) -> dict[str, WorkerSpec]:
    return {each.bot: each for each in specs}


def test_the_same_settings_change_nothing() -> None:
    plan = make_plan(fleet(spec(A, 0), spec(B, 1)), [spec(A, 0), spec(B, 1)], 2)
    assert str(plan) == "+0 -0 ~0"
    assert plan.is_empty


def test_a_bot_keeps_its_index_wherever_its_token_stands() -> None:
    running = fleet(spec(A, 0), spec(B, 1))
    plan = make_plan(running, [spec(C, 0), spec(B, 1), spec(A, 2)], 5)
    assert str(plan) == "+1 -0 ~0"
    assert [each.index for each in plan.added] == [5]
    assert {each.token: each.index for each in plan.kept} == {A: 0, B: 1}


def test_a_removed_one_is_removed_and_a_new_one_gets_the_next_index() -> None:
    plan = make_plan(fleet(spec(A, 0), spec(B, 1)), [spec(B, 0), spec(C, 1)], 2)
    assert str(plan) == "+1 -1 ~0"
    assert plan.removed == ("bot-0",)
    assert plan.added[0].bot == "bot-2"


def test_a_setting_of_workers_restarts_them() -> None:
    plan = make_plan(
        fleet(spec(A, 0, XTERM_TERMINAL_ROWS="20")),
        [spec(A, 0, XTERM_TERMINAL_ROWS="30")],
        1,
    )
    assert str(plan) == "+0 -0 ~1"
    assert plan.changed[0].environment["XTERM_TERMINAL_ROWS"] == "30"
    assert plan.later == ()


def test_a_setting_of_the_parent_touches_no_worker() -> None:
    old = spec(
        *(A, 0),
        WORKER_RESTART_DELAY_SECONDS="5",
        VERBOSE_LOGGING="true",
        WORKER_NICE="3",
        METRICS_PORT="9464",
    )
    plan = make_plan(fleet(old), [spec(A, 0)], 1)
    assert plan.is_empty
    assert plan.at_once == ("VERBOSE_LOGGING", "WORKER_RESTART_DELAY_SECONDS")
    assert plan.next_start == ("WORKER_NICE",)
    assert plan.later == ("METRICS_PORT",)


def test_each_variable_of_the_fleet_has_its_time() -> None:
    """A new one must be thought of: it counts from the next start if it is not."""
    known = {variable.name for _, variable, _ in variables()}
    assert known >= AT_ONCE | FOR_NEW_WORKERS
