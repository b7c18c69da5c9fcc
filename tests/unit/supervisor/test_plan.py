"""What new settings change in a running fleet."""

from dataclasses import replace

from coderbot.config.settings import variables
from coderbot.redact import Secret
from coderbot.supervisor.plan import (
    AT_ONCE,
    FOR_NEW_WORKERS,
    make_plan,
    with_control_bot,
)
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


def test_each_new_one_gets_an_index_of_its_own() -> None:
    plan = make_plan(fleet(spec(A, 0)), [spec(C, 0), spec(B, 1), spec(A, 2)], 4)
    assert [(each.token, each.index) for each in plan.added] == [(C, 4), (B, 5)]


def test_what_changes_for_one_bot_alone_is_told_too() -> None:
    old = [spec(A, 0, WORKER_NICE="3"), spec(B, 1, METRICS_PORT="9464")]
    plan = make_plan(fleet(*old), [spec(A, 0), spec(B, 1)], 2)
    assert (plan.next_start, plan.later) == (("WORKER_NICE",), ("METRICS_PORT",))


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


def aide(token: Secret, **environment: str) -> WorkerSpec:
    return replace(spec(token, 0, **environment), name="control")


def test_the_control_bot_is_its_token_too() -> None:
    nothing = make_plan({}, [], 0)
    came = with_control_bot(nothing, None, aide(A))
    assert (came.added, came.removed) == ((aide(A),), ())
    went = with_control_bot(nothing, aide(A), None)
    assert (went.added, went.removed) == ((), ("control",))
    other = with_control_bot(nothing, aide(A), aide(B))
    assert (other.added, other.removed) == ((aide(B),), ("control",))
    assert with_control_bot(nothing, None, None) == nothing


def test_the_control_bot_is_restarted_for_what_it_looks_at_alone() -> None:
    nothing, before = make_plan({}, [], 0), aide(A, CONTROL_BOT_ADMIN_IDS="7")
    fewer = aide(A, CONTROL_BOT_ADMIN_IDS="8")
    assert with_control_bot(nothing, before, fewer).changed == (fewer,)
    bigger = aide(A, CONTROL_BOT_ADMIN_IDS="7", XTERM_TERMINAL_ROWS="30")
    kept = with_control_bot(nothing, before, bigger)
    assert kept.is_empty
    assert kept.kept == (bigger,)


def test_replicas_keep_the_index_of_their_bot() -> None:
    def units(token: Secret, index: int, replicas: int) -> list[WorkerSpec]:
        numbers = (None, *range(replicas))
        return [
            WorkerSpec(index, token, ("x",), {}, replica=number, replicas=replicas)
            for number in numbers
        ]

    running = {spec.bot: spec for spec in (*units(A, 3, 2), *units(B, 4, 0))}
    # B is shared now, A by more; their places in the list have changed.
    plan = make_plan(running, [*units(B, 0, 1), *units(A, 1, 3)], 5)
    assert [spec.bot for spec in plan.added] == ["bot-4.0", "bot-3.2"]
    changed = ["bot-4", "bot-3", "bot-3.0", "bot-3.1"]
    assert [spec.bot for spec in plan.changed] == changed
    back = make_plan({spec.bot: spec for spec in units(A, 3, 2)}, units(A, 0, 0), 5)
    assert back.removed == ("bot-3.0", "bot-3.1")
    assert [spec.bot for spec in back.changed] == ["bot-3"]
