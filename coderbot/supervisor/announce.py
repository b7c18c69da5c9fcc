"""What the supervisor says of a bot's life (pure)."""

from coderbot.loglevel import Level
from coderbot.supervisor.exits import describe_duration
from coderbot.supervisor.state import After, BotMachine, BotState


def announce(
    bot: str, before: BotMachine, after: BotMachine, now: float
) -> tuple[Level, str] | None:
    """Return what to say about a step of a bot; None when it is not worth a line.

    Args:
        bot: Its id.
        before: The machine before the step.
        after: The machine after it.
        now: The monotonic clock, in seconds.
    """
    if after.pid is not None and before.pid is None:
        return Level.INFO, f"{bot} started: {_start_of(after)}"
    if after.state is before.state:
        return None
    match after.state:
        case BotState.RUNNING:
            took = describe_duration(now - (after.started_at or now))
            return Level.INFO, f"{bot} is ready after {took}"
        case BotState.STOPPING:
            return _stopping(bot, after)
        case BotState.STOPPED:
            return Level.INFO, f"{bot} stopped{_how(before, after)}"
        case BotState.BACKOFF:
            return Level.ERROR, f"{bot} crashed: {after.reason}; {_next(after, now)}"
        case BotState.FAILED:
            text = f"{bot} failed: {after.reason}; it is not restarted by itself"
            return Level.ERROR, text
        case BotState.STARTING:
            return None


def describe_run(before: BotMachine, after: BotMachine, now: float) -> str:
    """Return how a run has ended: `exit 1 after 18 s`."""
    if before.started_at is None:
        return after.last_exit
    return f"{after.last_exit} after {describe_duration(now - before.started_at)}"


def _start_of(machine: BotMachine) -> str:
    count = f", restart {machine.restarts}" if machine.is_restart else ""
    return f"pid {machine.pid}{count if machine.runs > 1 else ''}"


def _stopping(bot: str, machine: BotMachine) -> tuple[Level, str]:
    if machine.after is After.CRASH:
        return Level.ERROR, f"{bot} is {machine.reason}; it is ended"
    verb = "restarting" if machine.after is After.RESTART else "stopping"
    return Level.INFO, f"{bot} is {verb}"


def _how(before: BotMachine, after: BotMachine) -> str:
    if before.state is BotState.BACKOFF:
        return "; it is not restarted"
    by_itself = "" if before.state is BotState.STOPPING else " by itself"
    return f"{by_itself} ({after.last_exit})"


def _next(machine: BotMachine, now: float) -> str:
    delay = max(0.0, (machine.next_start_at or now) - now)
    row = machine.crashes_in_row
    times = f" (crash {row} in a row)" if row > 1 else ""
    return f"restart in {describe_duration(delay)}{times}"
