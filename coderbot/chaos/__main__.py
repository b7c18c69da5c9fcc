"""`coderbot chaos`: run the trials and print the scorecard."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import click

from coderbot.chaos.program import running_program
from coderbot.chaos.scorecard import Score, Verdict, render
from coderbot.chaos.trials import (
    HANG_TIMEOUT_S,
    RESTART_DELAY_S,
    SETTINGS,
    STOP_TIMEOUT_S,
    TRIALS,
    USER,
    Stage,
    Trial,
)
from coderbot.clock import Clock, SystemClock
from coderbot.sandbox.control import fresh_token
from coderbot.sandbox.server import UserSpec, running_sandbox
from coderbot.taskgroup import innermost

_BOTS = 3
_FIRST_BOT = 7_200_001
_START_S = 40.0


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    *("-j", "--jobs"),
    type=click.IntRange(1, len(TRIALS)),
    default=1,
    show_default=True,
    help="Trials at the same time; times are worth less then.",
)
def main(names: tuple[str, ...], jobs: int) -> None:
    """Try on throw-away bots what must not harm yours; NAMES pick trials.

    Ends with 1 when a trial has failed. Nothing of yours is touched: the bots live
    on a local Telegram, in a directory that is deleted afterwards.
    """
    chosen = {
        name: trial
        for name, trial in TRIALS.items()
        if not names or any(word in name for word in names)
    }
    if not chosen:
        raise click.UsageError(f"No such trial. There are: {', '.join(TRIALS)}")
    scores = asyncio.run(rehearse(chosen, SystemClock(), jobs))
    click.echo(render(scores), nl=False)
    sys.exit(any(score.verdict is Verdict.FAILED for score in scores))


async def rehearse(
    chosen: dict[str, Trial], clock: Clock, jobs: int = 1
) -> Sequence[Score]:
    """Run trials, so many at a time; returns their scores in order."""
    turn = asyncio.Semaphore(jobs)

    async def score(name: str, trial: Trial) -> Score:
        async with turn:
            click.echo(f"… {name}", err=True)
            began = clock.monotonic()
            verdict, findings = await _attempt(trial, clock)
            return Score(name, verdict, findings, clock.monotonic() - began)

    return await asyncio.gather(*(score(*each) for each in chosen.items()))


async def _attempt(trial: Trial, clock: Clock) -> tuple[Verdict, str]:
    try:
        with tempfile.TemporaryDirectory(prefix="coderbot-chaos-") as directory:
            return Verdict.PASSED, await _on_stage(trial, Path(directory), clock)
    except* Exception as group:  # noqa: BLE001 - it belongs on the scorecard; the others go on
        found = Verdict.FAILED, _first(group)
    return found


async def _on_stage(trial: Trial, directory: Path, clock: Clock) -> str:
    tokens = [fresh_token(_FIRST_BOT + number) for number in range(_BOTS)]
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            running_sandbox(tokens, (UserSpec(USER, "Chaos"),))
        )
        settings = {
            "TELEGRAM_BOT_TOKENS": ",".join(token.reveal() for token in tokens),
            "ALLOWED_USER_IDS": str(USER),
            "TELEGRAM_API_ROOT": sandbox.url.rstrip("/"),
            "MEDIA_TMP_LOCATION": str(directory / "media"),
            "WORKER_START_DELAY_SECONDS": "0.1",
            "WORKER_RESTART_DELAY_SECONDS": str(RESTART_DELAY_S),
            "WORKER_STOP_TIMEOUT_SECONDS": str(STOP_TIMEOUT_S),
            "WORKER_HANG_TIMEOUT_SECONDS": str(HANG_TIMEOUT_S),
            "AIRPLANE_MODE": "true",
            **SETTINGS.get(trial, {}),
        }
        program = await stack.enter_async_context(
            running_program(directory / "fleet", settings)
        )
        await program.line("workers ready", 0, _START_S)
        ids = tuple(_FIRST_BOT + number for number in range(_BOTS))
        return await trial(Stage(program, sandbox.client(), ids, clock))


def _first(error: BaseException) -> str:
    error = innermost(error)
    return str(error) or type(error).__name__


if __name__ == "__main__":
    main(prog_name="coderbot chaos")
