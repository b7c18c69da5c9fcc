"""What is done to the bots, and what must come of it."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil

from coderbot.chaos.program import Program, survivors
from coderbot.clock import Clock
from coderbot.sandbox.client import SandboxClient, SandboxUser

USER = 1001
RESTART_DELAY_S = 0.5
STOP_TIMEOUT_S = 5.0
HANG_TIMEOUT_S = 4.0
"""Long enough for a busy machine: a worker that boots is silent for a while."""

_READY_S = 20.0
_DETECTED_S = 5.0
_STOP_BOUND_S = STOP_TIMEOUT_S + 4.0
"""What the supervisor promises for a stop."""
_GONE_S = 10.0
_FLOOD_S = 4.0
_MAX_GROWTH_BYTES = 20 << 20
_MB = 1 << 20


class TrialError(Exception):
    """Raised when something came out wrong."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a trial has at hand."""

    program: Program
    client: SandboxClient
    bot_ids: tuple[int, ...]
    clock: Clock

    def user(self, index: int) -> SandboxUser:
        """Return a person in the chat with a bot."""
        return self.client.user(USER, self.bot_ids[index])

    def family(self, bot: str) -> list[psutil.Process]:
        """Return all that a bot's worker has started, and the worker."""
        worker = psutil.Process(self.program.workers()[bot])
        return [worker, *worker.children(recursive=True)]


Trial = Callable[[Stage], Awaitable[str]]
"""Returns what was found, or raises."""


async def kill_a_worker(stage: Stage) -> str:
    """`kill -9` of a worker with an open terminal."""
    await stage.user(0).say("/xterm")
    await stage.program.until(
        lambda value: value == 1, _READY_S, "coderbot_bot_terminals", bot="bot-0"
    )
    family = stage.family("bot-0")
    seen, began = stage.program.mark(), stage.clock.monotonic()
    os.kill(family[0].pid, signal.SIGKILL)
    await stage.program.line("bot-0 crashed: SIGKILL", seen, _DETECTED_S)
    detected = stage.clock.monotonic() - began
    await stage.program.line("bot-0 is ready", seen, _READY_S)
    ready = stage.clock.monotonic() - began
    _nobody_left(family)
    return f"told after {detected * 1000:.0f} ms, ready again after {ready:.1f} s"


async def suspend_a_worker(stage: Stage) -> str:
    """SIGSTOP of a worker: it lives, and does nothing."""
    return await _hang(stage, signal.SIGSTOP)


async def spin_a_worker(stage: Stage) -> str:
    """An endless loop in a worker: it lives, and does too much; its stacks are told."""
    seen = stage.program.mark()
    told = await _hang(stage, signal.SIGUSR2)
    await stage.program.line(r"spinner.py.* in spin", seen, _DETECTED_S)
    return f"{told}, its stacks are in the log"


async def flood_a_terminal(stage: Stage) -> str:
    """`yes` in a terminal; the other bot must answer as ever."""
    before = await _supervisor_bytes(stage)
    await stage.user(0).say("/xterm")
    await stage.program.until(
        lambda value: value == 1, _READY_S, "coderbot_bot_terminals", bot="bot-0"
    )
    await stage.user(0).say("yes")
    await _until_runs(stage, "yes")
    await stage.clock.sleep(_FLOOD_S)
    answered = await _answers(stage, 1)
    growth = await _supervisor_bytes(stage) - before
    await stage.user(0).say("/ctrlc")
    await stage.user(0).say("/close")
    if growth > _MAX_GROWTH_BYTES:
        raise TrialError(f"the supervisor has grown by {growth / _MB:.0f} MB")
    return f"another bot answers in {answered:.2f} s, supervisor {growth / _MB:+.1f} MB"


async def conflict(stage: Stage) -> str:
    """409: somebody else polls with the token."""
    return await _trouble(stage, "409", "conflict")


async def network_loss(stage: Stage) -> str:
    """Every connection of a bot is reset."""
    return await _trouble(stage, "reset", "offline")


async def refuse_a_token(stage: Stage) -> str:
    """401: the token was revoked; the bot fails, and no other does."""
    others = {b: p for b, p in stage.program.workers().items() if b != "bot-2"}
    seen, began = stage.program.mark(), stage.clock.monotonic()
    await stage.client.revoke_bot(stage.bot_ids[2])
    await stage.program.line("bot-2 failed", seen, _READY_S)
    took = stage.clock.monotonic() - began
    if stage.program.workers() != others:
        raise TrialError("another bot was touched")
    return f"failed after {took:.1f} s, and is not restarted"


async def fill_the_disk(stage: Stage) -> str:
    """No file may grow, of the supervisor or a worker, as on a disk that is full."""
    program, began = stage.program, stage.clock.monotonic()
    seen = program.mark()
    everybody = [program.process.pid, *program.workers().values()]
    for pid in everybody:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    await _answers(stage, 1)
    os.kill(program.workers()["bot-0"], signal.SIGKILL)
    await program.line("Log files cannot be written", seen, _READY_S)
    # Its replacement inherits the full disk.
    await program.line("bot-0 is ready", seen, _READY_S)
    await _answers(stage, 0)
    for pid in (program.process.pid, *program.workers().values()):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    told = await program.line("Log files are written again; (.*)", seen, _READY_S)
    missing = told.partition("again; ")[2]
    return (
        f"{stage.clock.monotonic() - began:.1f} s without room: all answer, {missing}"
    )


async def slow_stop(stage: Stage) -> str:
    """SIGTERM while a process in a terminal ignores all that can be ignored."""
    await stage.user(0).say("/xterm")
    await stage.program.until(
        lambda value: value == 1, _READY_S, "coderbot_bot_terminals", bot="bot-0"
    )
    await stage.user(0).say("(trap '' HUP TERM INT; setsid sleep 987 & wait)")
    await _until_runs(stage, "987")
    tree = stage.program.tree()
    began = stage.clock.monotonic()
    stage.program.process.terminate()
    async with asyncio.timeout(_STOP_BOUND_S):
        code = await stage.program.process.wait()
    took = stage.clock.monotonic() - began
    _nobody_left(tree)
    if code != 0:
        raise TrialError(f"exit {code}")
    return f"stopped after {took:.1f} s, of {len(tree)} processes none is left"


async def kill_the_supervisor(stage: Stage) -> str:
    """`kill -9` of the supervisor: what it had started must end too."""
    await stage.user(0).say("/xterm")
    await stage.program.until(
        lambda value: value == 1, _READY_S, "coderbot_bot_terminals", bot="bot-0"
    )
    tree = stage.program.tree()
    began = stage.clock.monotonic()
    stage.program.process.kill()
    async with asyncio.timeout(_GONE_S):
        while survivors(tree):
            await stage.clock.sleep(0.01)
    took = stage.clock.monotonic() - began
    return f"{len(tree)} processes gone after {took:.2f} s"


async def _hang(stage: Stage, number: int) -> str:
    """Make a worker hang by a signal, and look who replaces it."""
    pid = stage.program.workers()["bot-0"]
    seen, began = stage.program.mark(), stage.clock.monotonic()
    os.kill(pid, number)
    limit_s = HANG_TIMEOUT_S + STOP_TIMEOUT_S + _READY_S
    await stage.program.line("bot-0 crashed: hung", seen, limit_s)
    gone = stage.clock.monotonic() - began
    await stage.program.line("bot-0 is ready", seen, limit_s)
    _nobody_left([psutil.Process(pid)] if psutil.pid_exists(pid) else [])
    ready = stage.clock.monotonic() - began
    return f"ended after {gone:.1f} s, ready again after {ready:.1f} s"


async def _answers(stage: Stage, index: int) -> float:
    """Ask a bot for help; returns after how many seconds it came."""
    began, user = stage.clock.monotonic(), stage.user(index)
    await user.say("/help")
    await user.wait_for(lambda m: m.from_bot and "/xterm" in m.text, timeout=_READY_S)
    return stage.clock.monotonic() - began


async def _trouble(stage: Stage, fault: str, status: str) -> str:
    """Let all calls of a bot fail, and look how it stands and recovers."""
    before = stage.program.workers()
    labels = {"bot": "bot-1", "status": status}
    began = stage.clock.monotonic()
    await stage.client.fault(fault, bot_id=stage.bot_ids[1], count=None)
    # Ends the long poll that is open; the next one meets the fault.
    await stage.user(1).say("/help")
    name = "coderbot_bot_status"
    await stage.program.until(lambda v: v == 1, 40, name, **labels)
    shown = stage.clock.monotonic() - began
    # Or the first poll that succeeds would take its 20 s.
    await stage.user(1).say("/help")
    await stage.client.clear_faults()
    began = stage.clock.monotonic()
    await stage.program.until(lambda v: v == 0, 60, name, **labels)
    back = stage.clock.monotonic() - began
    if stage.program.workers() != before:
        raise TrialError("a worker was restarted for it")
    return f"shown as {status} after {shown:.1f} s, well {back:.1f} s after its end"


async def _supervisor_bytes(stage: Stage) -> float:
    return await stage.program.value("coderbot_supervisor_resident_memory_bytes")


async def _until_runs(stage: Stage, argument: str) -> None:
    """Wait until a process with this argument runs."""
    try:
        async with asyncio.timeout(_READY_S):
            while not any(argument in _arguments(p) for p in stage.program.tree()):
                await stage.clock.sleep(0.05)
    except TimeoutError:
        raise TrialError(f"{argument!r} did not start in the terminal") from None


def _nobody_left(processes: list[psutil.Process]) -> None:
    left = survivors(processes)
    if left:
        raise TrialError(f"{left} processes have survived")


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


TRIALS: dict[str, Trial] = {
    "kill -9 of a worker": kill_a_worker,
    "SIGSTOP of a worker": suspend_a_worker,
    "busy loop in a worker": spin_a_worker,
    "flood in a terminal": flood_a_terminal,
    "409: another poller": conflict,
    "network loss": network_loss,
    "401: token revoked": refuse_a_token,
    "disk full": fill_the_disk,
    "slow stop": slow_stop,
    "kill -9 of the supervisor": kill_the_supervisor,
}
"""In this order; each has a fleet of its own."""
SETTINGS: dict[Trial, dict[str, str]] = {
    spin_a_worker: {
        "CODERBOT_WORKER_CMD": f"{sys.executable} -u -m coderbot.chaos.spinner"
    }
}
"""What a trial needs besides what all have."""
