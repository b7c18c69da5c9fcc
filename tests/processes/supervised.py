"""A supervisor of tiny real workers, and how a test waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from coderbot.redact import Redactor
from coderbot.supervisor.dossiers import Dossiers
from coderbot.supervisor.events import BotSnapshot, FleetEvent
from coderbot.supervisor.ledger import Ledger
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.spec import RestartPolicy, WorkerSpec
from coderbot.supervisor.state import BotState
from coderbot.supervisor.supervisor import Supervisor
from tests.fakes.children import workers

QUICK = RestartPolicy(
    start_delay_s=0.01,
    restart_delay_s=0.1,
    restart_max_delay_s=0.4,
    stable_after_s=60,
    stop_timeout_s=3,
    ready_timeout_s=10,
    boot_patience_s=1,
)
"""Short pauses, so that tests are."""


class Fleet:
    """A running supervisor and all events it has told.

    Args:
        supervisor: It.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.events: list[FleetEvent] = []
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        """Collect events until the last one."""
        async with self.supervisor.subscribe() as events:
            async for event in events:
                async with self._news:
                    self.events.append(event)
                    self._news.notify_all()

    async def until(self, check: Callable[[], object], timeout: float = 15) -> None:
        """Wait for an event after which `check` holds."""
        try:
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(lambda: bool(check()))
        except TimeoutError:
            lines = "\n".join(line.prefixed for line in self.lines())
            states = "\n".join(map(str, self.supervisor.bots()))
            raise AssertionError(f"never came true:\n{states}\n{lines}") from None

    async def state(self, state: BotState, index: int = 0, run: int = 0) -> BotSnapshot:
        """Wait until a bot stands so, in a run of at least this number."""
        await self.until(
            lambda: self.bot(index).state is state and self.bot(index).run >= run
        )
        return self.bot(index)

    async def running(self, index: int = 0, run: int = 1) -> int:
        """Wait until a bot is READY; returns its pid."""
        pid = (await self.state(BotState.RUNNING, index, run)).pid
        assert pid is not None
        return pid

    async def until_held(self, run: int) -> float:
        """Wait until the first bot waits for long; returns how long, in seconds."""
        await self.until(
            lambda: self.bot().run >= run and (self.bot().next_start_in_s or 0) > 1
        )
        return self.bot().next_start_in_s or 0

    async def line(self, text: str, bot: str | None = None) -> LogLine:
        """Wait for a line that contains `text`."""
        found: list[LogLine] = []
        seen = 0

        def look() -> bool:
            nonlocal seen
            news = self.supervisor.lines(bot, seen, 1_000_000)
            seen = news[-1].seq if news else seen
            found.extend(line for line in news if text in line.text)
            return bool(found)

        await self.until(look)
        return found[0]

    def bot(self, index: int = 0) -> BotSnapshot:
        """Return how a bot stands now."""
        return self.supervisor.bots()[index]

    def lines(self, bot: str | None = None) -> Sequence[LogLine]:
        """Return all lines kept."""
        return self.supervisor.lines(bot, limit=1_000_000)

    def find(self, text: str, bot: str | None = None) -> list[LogLine]:
        """Return the lines that contain `text`."""
        return [line for line in self.lines(bot) if text in line.text]

    def said(self, bot: str = "bot-0") -> list[str]:
        """Return what the processes of a bot have printed."""
        return [line.text for line in self.lines(bot) if line.stream != "sup"]


@asynccontextmanager
async def fleet_of(
    *codes: str | WorkerSpec,
    policy: RestartPolicy = QUICK,
    media: Path | None = None,
    ledger: Path | None = None,
    logs: LogFiles | None = None,
    crashes: Path | None = None,
    control_bot: WorkerSpec | None = None,
    host: str = "",
) -> AsyncIterator[Fleet]:
    """Run a fleet; codes are programs for `tests.fakes.children`."""
    specs = [
        code if isinstance(code, WorkerSpec) else workers(["pass"] * index + [code])[-1]
        for index, code in enumerate(codes)
    ]
    supervisor = Supervisor(
        specs,
        policy,
        redactor=Redactor([spec.token for spec in specs]),
        media_root=media or Path("/nonexistent"),
        ledger=Ledger(ledger),
        log_files=logs,
        dossiers=Dossiers(crashes) if crashes is not None else None,
        control_bot=control_bot,
        host=host,
    )
    fleet = Fleet(supervisor)
    children = set(psutil.Process().children())
    async with asyncio.TaskGroup() as group:
        listener = group.create_task(fleet.listen())
        async with supervisor.running():
            await asyncio.sleep(0)
            yield fleet
        await listener
    left = set(psutil.Process().children()) - children
    assert not left, "processes or zombies are left"


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pid: int) -> bool:
    """Tell whether not even a zombie is left of a process."""
    return not psutil.pid_exists(pid)


def descriptors() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))
