"""What holds for the machine of a bot whatever happens, in whatever order."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from coderbot.supervisor.machine import backoff_s, step
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.state import (
    BackoffElapsed,
    BecameReady,
    BotMachine,
    BotState,
    ClearTimer,
    Event,
    Exited,
    KillRequested,
    RestartRequested,
    SendKill,
    SendTerm,
    SetTimer,
    Spawn,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    TimerEvent,
    Unfit,
)

POLICY = RestartPolicy()
STARTING, RUNNING = BotState.STARTING, BotState.RUNNING
WISHES = (StartRequested(), StopRequested(), KillRequested(), RestartRequested())


@dataclass
class World:
    """One bot, and the world around it reduced to what the machine sees."""

    machine: BotMachine = field(default_factory=BotMachine)
    now: float = 0.0
    timer: tuple[float, TimerEvent] | None = None
    alive: int | None = None
    """The process that really runs."""
    pids: int = 0
    spawned_by: list[Event] = field(default_factory=list)

    def send(self, event: Event, spawn_works: bool = True) -> None:
        self.machine, actions = step(self.machine, event, POLICY, self.now)
        for action in actions:
            match action:
                case SetTimer(timer, seconds):
                    assert seconds > 0
                    self.timer = (self.now + seconds, timer)
                case ClearTimer():
                    self.timer = None
                case SendTerm() | SendKill():
                    assert self.alive is not None, "a signal for nobody"
                case Spawn():
                    self.spawned_by.append(event)
                    self._spawn(spawn_works)
        self._check()

    def _spawn(self, works: bool) -> None:
        assert self.alive is None, "two processes of one bot"
        if works:
            self.pids += 1
            self.alive = self.pids
            self.send(Spawned(self.pids))
        else:
            self.send(SpawnFailed("no"))

    def _check(self) -> None:
        machine = self.machine
        assert machine.pid == self.alive
        living = (BotState.STARTING, BotState.RUNNING, BotState.STOPPING)
        spawning = machine.state is BotState.STARTING and machine.pid is None
        assert (machine.pid is not None) == (machine.state in living) or spawning
        assert (machine.next_start_at is not None) == (
            machine.state is BotState.BACKOFF
        )
        timed = (BotState.STOPPING, BotState.BACKOFF)
        if machine.state in timed:
            assert self.timer is not None, "waits for ever"
        if machine.state in (BotState.STOPPED, BotState.FAILED, BotState.RUNNING):
            assert self.timer is None, "a timer that nobody waits for"


moves = st.lists(
    st.one_of(
        st.sampled_from(WISHES),
        st.sampled_from(["ready", "tick", "hung"]),
        st.integers(-15, 3).map(lambda code: f"exit {code}"),
        st.sampled_from(["exit 77", "exit 78", "no spawn"]),
        st.floats(0.1, 200).map(lambda seconds: f"wait {seconds}"),
    ),
    max_size=60,
)


def play(world: World, move: object) -> None:
    """Let one thing happen, if it can."""
    if not isinstance(move, str):
        world.send(move)  # type: ignore[arg-type]
    elif move == "ready" and world.alive is not None:
        world.send(BecameReady())
    elif move == "hung" and world.machine.state in (STARTING, RUNNING):
        world.send(Unfit("hung", 2))
    elif move == "no spawn" and world.alive is None:
        world.send(StartRequested(), spawn_works=False)
    elif move.startswith("exit") and world.alive is not None:
        world.alive = None
        world.send(Exited(int(move.removeprefix("exit "))))
    elif move.startswith("wait"):
        world.now += float(move.removeprefix("wait "))
    elif move == "tick" and world.timer is not None:
        due, event = world.timer
        world.now, world.timer = max(world.now, due), None
        world.send(event)


@given(moves)
def test_never_two_processes_and_never_stuck(script: list[object]) -> None:
    world = World()
    for move in script:
        play(world, move)
    assert world.machine.runs == world.pids


@given(moves)
def test_a_stopped_or_failed_bot_never_starts_by_itself(script: list[object]) -> None:
    world = World()
    for move in script:
        resting = world.machine.state in (BotState.STOPPED, BotState.FAILED)
        before = len(world.spawned_by)
        play(world, move)
        if resting and len(world.spawned_by) > before:
            assert isinstance(move, StartRequested | RestartRequested) or (
                move == "no spawn"
            )


@given(moves)
def test_after_a_stop_nothing_starts_any_more(script: list[object]) -> None:
    world = World()
    for move in script:
        play(world, move)
    world.send(StopRequested())
    starts = len(world.spawned_by)
    for move in ["ready", "tick", "tick", "exit 1", "tick", "tick"]:
        play(world, move)
    assert len(world.spawned_by) == starts
    assert world.machine.state in (BotState.STOPPED, BotState.FAILED)


@given(moves)
def test_restarts_never_shrink(script: list[object]) -> None:
    world = World()
    for move in script:
        before = world.machine.restarts
        play(world, move)
        assert before <= world.machine.restarts <= max(0, world.machine.runs - 1)


@given(
    st.integers(1, 10**6),
    st.floats(0, 3_600),
    st.floats(0, 86_400),
)
def test_the_pause_keeps_within_its_bounds(
    crashes: int, first: float, longest: float
) -> None:
    policy = RestartPolicy(restart_delay_s=first, restart_max_delay_s=longest)
    pause = backoff_s(crashes, policy)
    assert 0 <= pause <= longest
    assert backoff_s(crashes + 1, policy) >= pause


def test_a_bot_that_crashes_at_boot_starts_no_more_than_six_times_in_a_minute() -> None:
    world = World()
    world.send(StartRequested())
    while world.now < 60:
        play(world, "exit 1")
        assert isinstance(world.timer and world.timer[1], BackoffElapsed)
        play(world, "tick")
    assert world.pids <= 6
