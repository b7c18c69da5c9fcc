"""The life of a bot as a state machine: every edge is in one table (pure)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coderbot.errors import ExitCode
from coderbot.supervisor.crashloop import CrashLoop
from coderbot.supervisor.exits import describe_exit
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

Step = tuple[BotMachine, tuple[Action, ...]]
"""A machine after an event, and what is to be done."""


class IllegalEdgeError(RuntimeError):
    """Raised for an event that cannot happen in a state: a fault of the caller."""


KILL_AGAIN_S = 5.0
"""SIGKILL is repeated after this: a process in a disk wait may outlive the first."""

_REASONS = {
    ExitCode.LOCKED_DOWN: "locked down by AUTO_KILL (exit 77)",
    ExitCode.CONFIG: "bad configuration, or its token is refused (exit 78)",
}
"""Exit codes that mean: a start would end in the same way."""


def step(machine: BotMachine, event: Event, policy: RestartPolicy, now: float) -> Step:
    """Return the machine after `event`, and what is to be done.

    Args:
        machine: As it stands.
        event: What has happened.
        policy: Pauses and limits.
        now: The monotonic clock, in seconds.

    Raises:
        IllegalEdgeError: When the event cannot happen in this state.
    """
    edge = _EDGES.get((machine.state, type(event)))
    spawning = machine.state is BotState.STARTING and machine.pid is None
    if edge is None or spawning != isinstance(event, Spawned | SpawnFailed):
        raise IllegalEdgeError(f"{event} in {machine}")
    return edge(machine, event, policy, now)


def broken(machine: BotMachine, reason: str) -> BotMachine:
    """Return the machine after a fault of the supervisor itself: FAILED.

    The caller has ended the process, and clears the timer.
    """
    return replace(
        machine,
        state=BotState.FAILED,
        pid=None,
        reason=reason,
        started_at=None,
        ready_at=None,
        next_start_at=None,
    )


def backoff_s(crashes_in_row: int, policy: RestartPolicy) -> float:
    """Return the pause after so many crashes in a row (at least 1), in seconds.

    A pause of nothing stays nothing: that it is no storm is seen to by the bounds of
    a crash loop.
    """
    # Bounded, because a bot may crash for years: 2.0**1024 is an error.
    doublings = min(crashes_in_row - 1, 32)
    return min(policy.restart_delay_s * 2.0**doublings, policy.restart_max_delay_s)


# STOPPED, FAILED, BACKOFF -> STARTING


def _start(machine: BotMachine, *_: Any) -> Step:
    return _spawn(_forgiven(machine), is_restart=False)


def _restart(machine: BotMachine, *_: Any) -> Step:
    return _spawn(_forgiven(machine), is_restart=True)


def _retry(machine: BotMachine, _: Any, __: Any, now: float) -> Step:
    loop = machine.loop and machine.loop.started(now)
    return _spawn(replace(machine, loop=loop), is_restart=True)


def _forgiven(machine: BotMachine) -> BotMachine:
    """Return the machine without its crashes: it was well, or a person says so."""
    return replace(machine, crashes_in_row=0, loop=None)


def _spawn(machine: BotMachine, *, is_restart: bool) -> Step:
    starting = replace(
        machine,
        state=BotState.STARTING,
        pid=None,
        after=After.STOP,
        is_restart=is_restart,
        started_at=None,
        ready_at=None,
        next_start_at=None,
    )
    return starting, (ClearTimer(), Spawn())


# STARTING


def _spawned(
    machine: BotMachine, event: Spawned, policy: RestartPolicy, now: float
) -> Step:
    counts = machine.is_restart and machine.runs > 0
    alive = replace(
        machine,
        pid=event.pid,
        runs=machine.runs + 1,
        restarts=machine.restarts + counts,
        started_at=now,
    )
    return alive, (SetTimer(ReadyTimedOut(), policy.ready_timeout_s),)


def _spawn_failed(
    machine: BotMachine, event: SpawnFailed, policy: RestartPolicy, now: float
) -> Step:
    return _crash(machine, f"cannot be started: {event.reason}", policy, now)


def _ready(machine: BotMachine, _: Any, __: Any, now: float) -> Step:
    running = replace(machine, state=BotState.RUNNING, reason="", ready_at=now)
    return running, (ClearTimer(),)


def _wait_longer(machine: BotMachine, _: Any, policy: RestartPolicy, __: Any) -> Step:
    return machine, (SetTimer(ReadyTimedOut(), policy.ready_timeout_s),)


def _not_ready(machine: BotMachine, _: Any, policy: RestartPolicy, __: Any) -> Step:
    reason = f"not READY within {policy.ready_timeout_s:g} s"
    return _kill(replace(machine, reason=reason), After.CRASH)


# STARTING, RUNNING -> STOPPING


def _end_unfit(machine: BotMachine, event: Unfit, *_: Any) -> Step:
    ending = replace(
        machine, state=BotState.STOPPING, after=After.CRASH, reason=event.reason
    )
    return ending, (SendTerm(), SetTimer(StopTimedOut(), event.grace_s))


def _stop(machine: BotMachine, _: Any, policy: RestartPolicy, __: Any) -> Step:
    return _term(machine, After.STOP, policy)


def _stop_for_restart(
    machine: BotMachine, _: Any, policy: RestartPolicy, __: Any
) -> Step:
    return _term(_forgiven(machine), After.RESTART, policy)


def _kill_for_good(machine: BotMachine, *_: Any) -> Step:
    return _kill(machine, After.STOP)


def _term(machine: BotMachine, after: After, policy: RestartPolicy) -> Step:
    stopping = replace(machine, state=BotState.STOPPING, after=after)
    return stopping, (SendTerm(), SetTimer(StopTimedOut(), policy.stop_timeout_s))


def _kill(machine: BotMachine, after: After) -> Step:
    stopping = replace(machine, state=BotState.STOPPING, after=after)
    return stopping, (SendKill(), SetTimer(StopTimedOut(), KILL_AGAIN_S))


# STOPPING


def _kill_late(machine: BotMachine, *_: Any) -> Step:
    return _kill(machine, machine.after)


def _stop_instead(machine: BotMachine, *_: Any) -> Step:
    return replace(machine, after=After.STOP), ()


def _start_afterwards(machine: BotMachine, *_: Any) -> Step:
    after = After.RESTART if machine.after is After.RESTART else After.START
    return replace(_forgiven(machine), after=after), ()


def _restart_afterwards(machine: BotMachine, *_: Any) -> Step:
    return replace(_forgiven(machine), after=After.RESTART), ()


def _stop_ended(
    machine: BotMachine, event: Exited, policy: RestartPolicy, now: float
) -> Step:
    gone = replace(_gone(machine, event), reason="")
    if machine.after is After.CRASH and _was_stable(machine, policy, now):
        gone = _forgiven(gone)
    match machine.after:
        case After.STOP:
            return replace(gone, state=BotState.STOPPED), (ClearTimer(),)
        case After.CRASH:
            return _crash(gone, machine.reason, policy, now)
        case After.START | After.RESTART:
            return _spawn(gone, is_restart=machine.after is After.RESTART)


# STARTING, RUNNING -> STOPPED, FAILED, BACKOFF


def _ended(
    machine: BotMachine, event: Exited, policy: RestartPolicy, now: float
) -> Step:
    gone = _gone(machine, event)
    if event.returncode == ExitCode.OK:
        return replace(gone, state=BotState.STOPPED, reason=""), (ClearTimer(),)
    words = f": {event.last_words}" if event.last_words else ""
    if event.returncode in (ExitCode.LOCKED_DOWN, ExitCode.CONFIG):
        reason = _REASONS[ExitCode(event.returncode)] + words
        failed = replace(gone, state=BotState.FAILED, reason=reason)
        return failed, (ClearTimer(),)
    if _was_stable(machine, policy, now):
        gone = _forgiven(gone)
    return _crash(gone, gone.last_exit + words, policy, now)


def _crash(machine: BotMachine, reason: str, policy: RestartPolicy, now: float) -> Step:
    crashes = machine.crashes_in_row + 1
    loop = machine.loop or CrashLoop(now)
    next_start = loop.earliest(now + backoff_s(crashes, policy), policy.loop_bounds)
    waiting = replace(
        machine,
        state=BotState.BACKOFF,
        crashes_in_row=crashes,
        loop=loop,
        reason=reason,
        next_start_at=next_start,
    )
    return waiting, (SetTimer(BackoffElapsed(), next_start - now),)


def _gone(machine: BotMachine, event: Exited) -> BotMachine:
    return replace(
        machine,
        pid=None,
        after=After.STOP,
        last_exit=describe_exit(event.returncode),
        started_at=None,
        ready_at=None,
    )


def _was_stable(machine: BotMachine, policy: RestartPolicy, now: float) -> bool:
    ready_at = machine.ready_at
    return ready_at is not None and now - ready_at >= policy.stable_after_s


# BACKOFF -> STOPPED


def _give_up(machine: BotMachine, *_: Any) -> Step:
    stopped = replace(machine, state=BotState.STOPPED, next_start_at=None)
    return stopped, (ClearTimer(),)


def _stay(machine: BotMachine, *_: Any) -> Step:
    return machine, ()


_S = BotState
_EDGES: dict[tuple[BotState, type[Event]], Callable[..., Step]] = {
    (_S.STOPPED, StartRequested): _start,
    (_S.STOPPED, RestartRequested): _restart,
    (_S.STOPPED, StopRequested): _stay,
    (_S.STOPPED, KillRequested): _stay,
    (_S.STARTING, Spawned): _spawned,
    (_S.STARTING, SpawnFailed): _spawn_failed,
    (_S.STARTING, BecameReady): _ready,
    (_S.STARTING, HeldUp): _wait_longer,
    (_S.STARTING, ReadyTimedOut): _not_ready,
    (_S.STARTING, Unfit): _end_unfit,
    (_S.STARTING, Exited): _ended,
    (_S.STARTING, StartRequested): _stay,
    (_S.STARTING, StopRequested): _stop,
    (_S.STARTING, KillRequested): _kill_for_good,
    (_S.STARTING, RestartRequested): _stop_for_restart,
    (_S.RUNNING, Exited): _ended,
    (_S.RUNNING, Unfit): _end_unfit,
    (_S.RUNNING, StartRequested): _stay,
    (_S.RUNNING, StopRequested): _stop,
    (_S.RUNNING, KillRequested): _kill_for_good,
    (_S.RUNNING, RestartRequested): _stop_for_restart,
    # Said twice: the worker's fault, and harmless.
    (_S.RUNNING, BecameReady): _stay,
    (_S.STOPPING, Exited): _stop_ended,
    (_S.STOPPING, StopTimedOut): _kill_late,
    (_S.STOPPING, StartRequested): _start_afterwards,
    (_S.STOPPING, RestartRequested): _restart_afterwards,
    (_S.STOPPING, StopRequested): _stop_instead,
    (_S.STOPPING, KillRequested): _kill_for_good,
    # Said while SIGTERM was on its way.
    (_S.STOPPING, BecameReady): _stay,
    (_S.BACKOFF, BackoffElapsed): _retry,
    (_S.BACKOFF, StartRequested): _start,
    (_S.BACKOFF, RestartRequested): _restart,
    (_S.BACKOFF, StopRequested): _give_up,
    (_S.BACKOFF, KillRequested): _give_up,
    (_S.FAILED, StartRequested): _start,
    (_S.FAILED, RestartRequested): _restart,
    (_S.FAILED, StopRequested): _stay,
    (_S.FAILED, KillRequested): _stay,
}
"""Every edge there is; what is not here is a fault."""
