"""What workers may use, with real tiny workers."""

import os
import resource
from dataclasses import replace

from coderbot.supervisor.monitor import Limits
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, READY_AND_WAIT, worker
from tests.processes.supervised import QUICK, fleet_of

MB = 1 << 20
BEAT = """
def beat():
    send(type="heartbeat", uptime_s=1, rss_bytes=1, terminals=0, loop_lag_ms=0,
         poll_age_s=0, media_pending=0)
"""
HELPER = """
import subprocess
subprocess.Popen([sys.executable, "-I", "-S", "-c",
    "hoard = bytearray(b'x') * (%d << 20); import time; time.sleep(600)"],
    start_new_session=True)
"""


async def test_memory_of_the_whole_tree_is_limited() -> None:
    policy = replace(QUICK, limits=Limits(memory_bytes=80 * MB))
    code = HELPER % 120 + GRACEFUL
    async with fleet_of(code, READY_AND_WAIT, policy=policy) as fleet:
        crashed = await fleet.state(BotState.BACKOFF)
        assert crashed.reason.startswith("over its memory limit: 1")
        # In good order.
        assert crashed.last_exit == "exit 0"
        await fleet.state(BotState.RUNNING, run=2)
        assert fleet.bot(1).run == 1


async def test_a_tree_near_its_limit_is_warned_of_and_lives() -> None:
    policy = replace(QUICK, limits=Limits(memory_bytes=150 * MB))
    async with fleet_of(HELPER % 115 + GRACEFUL, policy=policy) as fleet:
        await fleet.line("bot-0 is near its memory limit: 1", "parent")
        assert fleet.bot().state is BotState.RUNNING
        assert fleet.bot().run == 1


async def test_what_a_bot_uses_is_shown() -> None:
    code = BEAT + HELPER % 50 + "ready()\nwhile True: beat()"
    async with fleet_of(code) as fleet:
        await fleet.until(lambda: fleet.bot().cpu_percent)
        bot = fleet.bot()
        assert bot.processes == 2
        assert (bot.rss_bytes or 0) > 50 * MB
        assert 0 < (bot.cpu_percent or 0) < 250
        await fleet.supervisor.stop("bot-0")
        bot = fleet.bot()
        assert (bot.cpu_percent, bot.rss_bytes, bot.processes) == (None, None, 0)


async def test_niceness_and_open_files_are_set_and_inherited() -> None:
    code = """
import subprocess
tell = "import os, resource; print('limits', os.getpriority(0, 0), *resource.getrlimit(7))"
# Set by the parent, which need not be done before the first line runs.
while os.getpriority(0, 0) != 5: time.sleep(0.01)
time.sleep(0.1)
subprocess.run([sys.executable, "-I", "-S", "-c", tell])
ready(); wait()
"""
    assert resource.RLIMIT_NOFILE == 7
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    spec = replace(worker(code), nice=5, open_files=77)
    async with fleet_of(spec) as fleet:
        line = await fleet.line("limits", "bot-0")
        assert line.text == "limits 5 77 77"
        await fleet.running()
    assert os.getpriority(os.PRIO_PROCESS, 0) == ours
