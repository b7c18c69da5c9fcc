"""Why a process has ended, in a word for the statistics (pure)."""

from coderbot.supervisor.exits import describe_exit
from coderbot.supervisor.state import After, BotMachine, BotState


def cause_of_exit(before: BotMachine, returncode: int) -> str:
    """Return `asked`, `not ready`, or how it ended: `exit 1`, `SIGKILL`.

    Args:
        before: The machine before its end.
        returncode: Exit code; a negative number is a signal.
    """
    if before.state is not BotState.STOPPING:
        return describe_exit(returncode)
    return "not ready" if before.after is After.CRASH else "asked"
