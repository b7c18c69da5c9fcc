"""Every edge of the machine of a bot."""

from dataclasses import replace

import pytest

from coderbot.supervisor.crashloop import CrashLoop
from coderbot.supervisor.machine import (
    KILL_AGAIN_S,
    IllegalEdgeError,
    backoff_s,
    broken,
    step,
)
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.state import (
    Action,
    After,
    BackoffElapsed,
    BecameReady,
    BotMachine,
    BotState,
    ClearTimer,
    Event,
    Exited,
    HeldUp,
    KillRequested,
    ReadyTimedOut,
    RestartRequested,
    SendKill,
    SendTerm,
    SetTimer,
    Spawn,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    StopTimedOut,
    Unfit,
)

POLICY = RestartPolicy()
NOW = 500.0

STOPPED = BotMachine()
SPAWNING = BotMachine(state=BotState.STARTING, runs=1)
STARTING = replace(SPAWNING, pid=7, started_at=NOW - 3)
RUNNING = replace(STARTING, state=BotState.RUNNING, ready_at=NOW - 2)
STOPPING = replace(RUNNING, state=BotState.STOPPING, after=After.STOP)
RESTARTING = replace(STOPPING, after=After.RESTART)
NOT_READY = replace(STARTING, state=BotState.STOPPING, after=After.CRASH, reason="slow")
BACKOFF = BotMachine(
    state=BotState.BACKOFF, runs=1, crashes_in_row=2, next_start_at=NOW + 9
)
FAILED = BotMachine(state=BotState.FAILED, runs=1, reason="bad")

BEGIN = (ClearTimer(), Spawn())
TERM = (SendTerm(), SetTimer(StopTimedOut(), 10))
KILL = (SendKill(), SetTimer(StopTimedOut(), KILL_AGAIN_S))
HUNG = Unfit("hung: no heartbeat for 30 s", grace_s=2)
TERM_SOON = (SendTerm(), SetTimer(StopTimedOut(), 2))
PAUSE = (SetTimer(BackoffElapsed(), 5),)

EDGES: list[tuple[BotMachine, Event, BotState, tuple[Action, ...]]] = [
    # A start begins at once, wherever nothing runs.
    (STOPPED, StartRequested(), BotState.STARTING, BEGIN),
    (STOPPED, RestartRequested(), BotState.STARTING, BEGIN),
    (FAILED, StartRequested(), BotState.STARTING, BEGIN),
    (FAILED, RestartRequested(), BotState.STARTING, BEGIN),
    # It does not wait for the pause after a crash to be over.
    (BACKOFF, StartRequested(), BotState.STARTING, BEGIN),
    (BACKOFF, RestartRequested(), BotState.STARTING, BEGIN),
    (BACKOFF, BackoffElapsed(), BotState.STARTING, BEGIN),
    # Where nothing runs, there is nothing to stop; a failure stays shown.
    (STOPPED, StopRequested(), BotState.STOPPED, ()),
    (STOPPED, KillRequested(), BotState.STOPPED, ()),
    (FAILED, StopRequested(), BotState.FAILED, ()),
    (FAILED, KillRequested(), BotState.FAILED, ()),
    # A stop during the pause cancels the start.
    (BACKOFF, StopRequested(), BotState.STOPPED, (ClearTimer(),)),
    (BACKOFF, KillRequested(), BotState.STOPPED, (ClearTimer(),)),
    # The process exists: from now on READY is awaited.
    (SPAWNING, Spawned(7), BotState.STARTING, (SetTimer(ReadyTimedOut(), 60),)),
    # No process could be had: that is a crash.
    (SPAWNING, SpawnFailed("no memory"), BotState.BACKOFF, PAUSE),
    (STARTING, BecameReady(), BotState.RUNNING, (ClearTimer(),)),
    # Telegram is out of reach, and the worker says so: it gets more time.
    (STARTING, HeldUp(), BotState.STARTING, (SetTimer(ReadyTimedOut(), 60),)),
    # READY has not come: killed, and then a crash.
    (STARTING, ReadyTimedOut(), BotState.STOPPING, KILL),
    # It lives, but is of no use: it may end in good order, within its grace.
    (STARTING, HUNG, BotState.STOPPING, TERM_SOON),
    (RUNNING, HUNG, BotState.STOPPING, TERM_SOON),
    # It runs or is about to: a start changes nothing.
    (STARTING, StartRequested(), BotState.STARTING, ()),
    (RUNNING, StartRequested(), BotState.RUNNING, ()),
    # READY twice is no reason to fall over.
    (RUNNING, BecameReady(), BotState.RUNNING, ()),
    # READY may cross SIGTERM on its way.
    (STOPPING, BecameReady(), BotState.STOPPING, ()),
    # The end on request, gracefully or not.
    (STARTING, StopRequested(), BotState.STOPPING, TERM),
    (RUNNING, StopRequested(), BotState.STOPPING, TERM),
    (STARTING, RestartRequested(), BotState.STOPPING, TERM),
    (RUNNING, RestartRequested(), BotState.STOPPING, TERM),
    (STARTING, KillRequested(), BotState.STOPPING, KILL),
    (RUNNING, KillRequested(), BotState.STOPPING, KILL),
    # The grace is over; and again, if the kernel takes its time.
    (STOPPING, StopTimedOut(), BotState.STOPPING, KILL),
    # Wishes while it ends: SIGTERM is not sent twice.
    (STOPPING, StopRequested(), BotState.STOPPING, ()),
    (STOPPING, StartRequested(), BotState.STOPPING, ()),
    (STOPPING, RestartRequested(), BotState.STOPPING, ()),
    (STOPPING, KillRequested(), BotState.STOPPING, KILL),
    # It ended by itself as asked in chat: it stays away.
    (STARTING, Exited(0), BotState.STOPPED, (ClearTimer(),)),
    (RUNNING, Exited(0), BotState.STOPPED, (ClearTimer(),)),
    # A start would end in the same way.
    (STARTING, Exited(77), BotState.FAILED, (ClearTimer(),)),
    (STARTING, Exited(78), BotState.FAILED, (ClearTimer(),)),
    (RUNNING, Exited(77), BotState.FAILED, (ClearTimer(),)),
    (RUNNING, Exited(78), BotState.FAILED, (ClearTimer(),)),
    # Crashes: any other code, and any signal, SIGTERM from a stranger included.
    (STARTING, Exited(1), BotState.BACKOFF, PAUSE),
    (RUNNING, Exited(1), BotState.BACKOFF, PAUSE),
    (RUNNING, Exited(255), BotState.BACKOFF, PAUSE),
    (RUNNING, Exited(-9), BotState.BACKOFF, PAUSE),
    (RUNNING, Exited(-15), BotState.BACKOFF, PAUSE),
    # Ended as asked: how does not matter.
    (STOPPING, Exited(0), BotState.STOPPED, (ClearTimer(),)),
    (STOPPING, Exited(1), BotState.STOPPED, (ClearTimer(),)),
    (STOPPING, Exited(-9), BotState.STOPPED, (ClearTimer(),)),
    (STOPPING, Exited(78), BotState.STOPPED, (ClearTimer(),)),
    # The second half of a restart, even of a worker that was killed for it.
    (RESTARTING, Exited(-9), BotState.STARTING, BEGIN),
    # A worker that was not READY in time has crashed.
    (NOT_READY, Exited(-9), BotState.BACKOFF, PAUSE),
]


@pytest.mark.parametrize(("before", "event", "state", "actions"), EDGES)
def test_edge(
    before: BotMachine, event: Event, state: BotState, actions: tuple[Action, ...]
) -> None:
    after, done = step(before, event, POLICY, NOW)
    assert (after.state, done) == (state, actions)


MACHINES = [
    STOPPED,
    SPAWNING,
    STARTING,
    RUNNING,
    STOPPING,
    BACKOFF,
    FAILED,
]
EVENTS: list[Event] = [
    StartRequested(),
    StopRequested(),
    KillRequested(),
    RestartRequested(),
    Spawned(8),
    SpawnFailed("x"),
    BecameReady(),
    HeldUp(),
    ReadyTimedOut(),
    HUNG,
    Exited(0),
    BackoffElapsed(),
    StopTimedOut(),
]
LEGAL = {(before, type(event)) for before, event, _, _ in EDGES}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m.state}-{m.pid}")
@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_edge_that_is_not_in_the_table_raises(
    machine: BotMachine, event: Event
) -> None:
    if (machine, type(event)) in LEGAL:
        step(machine, event, POLICY, NOW)
    else:
        with pytest.raises(IllegalEdgeError):
            step(machine, event, POLICY, NOW)


def after(machine: BotMachine, *events: Event, now: float = NOW) -> BotMachine:
    for event in events:
        machine, _ = step(machine, event, POLICY, now)
    return machine


def test_the_reason_names_the_exit_and_the_last_words() -> None:
    assert (
        after(RUNNING, Exited(1, "ValueError: no")).reason == "exit 1: ValueError: no"
    )
    assert after(RUNNING, Exited(-11)).reason == "SIGSEGV"
    assert "AUTO_KILL" in after(RUNNING, Exited(77)).reason
    assert after(STARTING, Exited(78, "revoked")).reason.endswith("(exit 78): revoked")
    assert after(SPAWNING, SpawnFailed("why")).reason == "cannot be started: why"


def test_not_ready_in_time_is_the_reason_of_the_crash() -> None:
    waiting = after(STARTING, ReadyTimedOut(), Exited(-9))
    assert waiting.reason == "not READY within 60 s"
    assert (waiting.last_exit, waiting.crashes_in_row) == ("SIGKILL", 1)


def test_what_was_wrong_with_an_unfit_worker_is_the_reason_of_the_crash() -> None:
    waiting = after(RUNNING, HUNG, StopTimedOut(), Exited(-9))
    assert (waiting.state, waiting.reason) == (BotState.BACKOFF, HUNG.reason)
    assert (waiting.last_exit, waiting.crashes_in_row) == ("SIGKILL", 1)
    # Even if it has heard SIGTERM and ended in good order.
    assert after(RUNNING, HUNG, Exited(0)).reason == HUNG.reason
    assert after(RUNNING, HUNG, StopRequested(), Exited(0)).state is BotState.STOPPED


def test_an_unfit_worker_that_was_well_for_long_begins_with_the_first_pause() -> None:
    stable = replace(RUNNING, crashes_in_row=4, ready_at=NOW - 60)
    assert after(stable, HUNG, Exited(-9)).crashes_in_row == 1
    shaky = replace(RUNNING, crashes_in_row=4, ready_at=NOW - 59)
    assert after(shaky, HUNG, Exited(-9)).crashes_in_row == 5


def test_ready_clears_the_reason_of_the_last_crash() -> None:
    machine = after(replace(STARTING, reason="exit 1"), BecameReady())
    assert machine.reason == ""


@pytest.mark.parametrize(
    ("crashes", "delay"),
    [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (5_000, 60)],
)
def test_the_pause_doubles_up_to_its_bound(crashes: int, delay: float) -> None:
    assert backoff_s(crashes, POLICY) == delay


def test_a_pause_of_nothing_stays_nothing() -> None:
    policy = RestartPolicy(restart_delay_s=0)
    assert [backoff_s(crashes, policy) for crashes in (1, 2, 9)] == [0, 0, 0]


def test_a_crash_after_a_minute_of_running_begins_with_the_first_pause() -> None:
    stable = replace(RUNNING, crashes_in_row=4, ready_at=NOW - 60)
    assert after(stable, Exited(1)).crashes_in_row == 1
    shaky = replace(RUNNING, crashes_in_row=4, ready_at=NOW - 59.9)
    assert after(shaky, Exited(1)).crashes_in_row == 5


def test_a_person_and_a_minute_of_running_end_the_crash_loop() -> None:
    loop = CrashLoop(NOW - 50, restarts=7, last_start=NOW - 1)
    crashing = replace(RUNNING, crashes_in_row=7, loop=loop)
    held = after(crashing, Exited(1))
    assert held.next_start_at == NOW + 60
    assert after(held, StartRequested()).loop is None
    assert after(held, RestartRequested()).loop is None
    assert after(crashing, RestartRequested()).loop is None
    assert after(crashing, StopRequested(), StartRequested()).loop is None
    well = replace(crashing, ready_at=NOW - 60)
    assert after(well, Exited(1)).next_start_at == NOW + 5
    assert after(well, HUNG, Exited(1)).next_start_at == NOW + 5


def test_a_long_wait_for_ready_is_no_running() -> None:
    slow = replace(STARTING, crashes_in_row=4, started_at=NOW - 600)
    assert after(slow, Exited(1)).crashes_in_row == 5


def test_restarts_are_counted_and_starts_are_not() -> None:
    first = after(STOPPED, StartRequested(), Spawned(1))
    assert (first.runs, first.restarts) == (1, 0)
    crashed = after(first, Exited(1), BackoffElapsed(), Spawned(2))
    assert (crashed.runs, crashed.restarts) == (2, 1)
    asked = after(crashed, RestartRequested(), Exited(0), Spawned(3))
    assert (asked.runs, asked.restarts) == (3, 2)
    again = after(asked, StopRequested(), Exited(0), StartRequested(), Spawned(4))
    assert (again.runs, again.restarts) == (4, 2)


def test_the_first_start_is_no_restart_however_it_is_asked_for() -> None:
    assert after(STOPPED, RestartRequested(), Spawned(1)).restarts == 0


@pytest.mark.parametrize("event", [StartRequested(), RestartRequested()])
@pytest.mark.parametrize("machine", [BACKOFF, replace(FAILED, crashes_in_row=3)])
def test_a_person_clears_the_crashes_in_a_row(
    machine: BotMachine, event: Event
) -> None:
    kept = replace(machine, restarts=12)
    started = after(kept, event)
    assert (started.crashes_in_row, started.restarts) == (0, 12)


def test_a_restart_while_running_clears_the_crashes_in_a_row() -> None:
    machine = replace(RUNNING, crashes_in_row=3)
    assert after(machine, RestartRequested()).crashes_in_row == 0


def test_restart_while_stopping_starts_after_the_exit() -> None:
    machine = after(STOPPING, RestartRequested())
    assert machine.state is BotState.STOPPING
    assert after(machine, Exited(0)).state is BotState.STARTING


def test_start_while_stopping_starts_after_the_exit() -> None:
    machine = after(STOPPING, StartRequested(), Exited(0), Spawned(9))
    assert (machine.state, machine.pid, machine.restarts) == (BotState.STARTING, 9, 0)


def test_stop_while_restarting_wins() -> None:
    machine = after(RUNNING, RestartRequested(), StopRequested(), Exited(0))
    assert machine.state is BotState.STOPPED


def test_a_kill_while_restarting_is_for_good() -> None:
    machine = after(RUNNING, RestartRequested(), KillRequested(), Exited(-9))
    assert machine.state is BotState.STOPPED


def test_a_restart_whose_grace_is_over_still_starts() -> None:
    machine = after(RUNNING, RestartRequested(), StopTimedOut(), Exited(-9))
    assert machine.state is BotState.STARTING


def test_stop_of_a_worker_that_was_not_ready_in_time() -> None:
    machine = after(STARTING, ReadyTimedOut(), StopRequested(), Exited(-9))
    assert (machine.state, machine.reason) == (BotState.STOPPED, "")


def test_broken_keeps_the_counts_and_leaves_no_process() -> None:
    machine = broken(replace(RUNNING, restarts=3), "fault")
    assert (machine.state, machine.pid, machine.reason) == (
        BotState.FAILED,
        None,
        "fault",
    )
    assert machine.restarts == 3
    assert after(machine, StartRequested()).state is BotState.STARTING


@pytest.mark.parametrize("machine", [RUNNING, STOPPING, NOT_READY, BACKOFF])
def test_a_fault_of_the_supervisor_leaves_nothing_of_the_run(
    machine: BotMachine,
) -> None:
    after = broken(machine, "a fault")
    kept = (machine.runs, machine.crashes_in_row)
    assert after == BotMachine(
        state=BotState.FAILED,
        runs=kept[0],
        crashes_in_row=kept[1],
        reason="a fault",
        after=machine.after,
    )


def test_each_run_notes_when_it_began_and_when_it_was_ready() -> None:
    begun = after(SPAWNING, Spawned(9), now=NOW)
    assert (begun.pid, begun.started_at, begun.ready_at) == (9, NOW, None)
    ready = after(begun, BecameReady(), now=NOW + 1)
    assert (ready.started_at, ready.ready_at) == (NOW, NOW + 1)


@pytest.mark.parametrize("machine", [BACKOFF, FAILED])
def test_a_restart_that_a_person_asks_for_counts(machine: BotMachine) -> None:
    assert after(machine, RestartRequested(), Spawned(9)).restarts == 1
    assert after(machine, StartRequested(), Spawned(9)).restarts == 0


def test_a_start_takes_no_restart_away() -> None:
    assert after(RESTARTING, StartRequested()).after is After.RESTART


@pytest.mark.parametrize("machine", [STOPPED, FAILED, BACKOFF])
def test_a_new_run_is_not_to_be_followed_by_another(machine: BotMachine) -> None:
    assert after(machine, StartRequested()).after is After.STOP
