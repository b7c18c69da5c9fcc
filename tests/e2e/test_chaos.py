"""`coderbot chaos`, as a person runs it."""

import asyncio
import re
import sys

import pytest

from coderbot.chaos.__main__ import rehearse
from coderbot.chaos.scorecard import Score, Verdict, render
from coderbot.chaos.trials import TRIALS, Stage
from coderbot.clock import SystemClock
from tests.e2e.fleet import clean_environment


async def chaos(*names: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "coderbot", "chaos", *names),
        env=clean_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.mark.timeout(180)
async def test_all_trials_pass() -> None:
    code, card = await chaos("--jobs", "3")
    assert code == 0, card
    lines = card.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * len(TRIALS)
    assert lines[-1] == f"{len(TRIALS)} passed, 0 failed, of {len(TRIALS)}"
    (told,) = re.findall(r"told after (\d+) ms", card)
    assert int(told) < 1000
    assert "none is left" in card


async def test_a_trial_that_goes_wrong_is_told() -> None:
    async def wrong(stage: Stage) -> str:
        raise ZeroDivisionError("on purpose")

    (score,) = await rehearse({"wrong": wrong}, SystemClock())
    assert (score.verdict, score.findings) == (Verdict.FAILED, "on purpose")


async def test_a_trial_that_does_not_exist() -> None:
    code, card = await chaos("earthquake")
    assert (code, card) == (2, "")


def test_the_scorecard() -> None:
    scores = [
        Score("short", Verdict.PASSED, "1 ms", 1.23),
        Score("much longer", Verdict.FAILED, "2 processes have survived", 20),
    ]
    assert render(scores) == (
        "ok       short          1.2 s  1 ms\n"
        "FAILED   much longer   20.0 s  2 processes have survived\n"
        "1 passed, 1 failed, of 2\n"
    )
