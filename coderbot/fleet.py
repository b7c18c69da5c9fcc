"""One run of a fleet: lock, supervisor, signals, front end."""

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from coderbot.clock import SystemClock
from coderbot.config.settings import SECRET_VARIABLES, Settings
from coderbot.control.port import SupervisorPort
from coderbot.livesettings import LiveSettings, tokens_among, wanted_by
from coderbot.lockfile import hold_lock
from coderbot.paths import StateDir
from coderbot.redact import Redactor
from coderbot.secretenv import take_secret
from coderbot.supervisor.control import control_socket
from coderbot.supervisor.dossiers import Dossiers
from coderbot.supervisor.env_watch import watching
from coderbot.supervisor.ledger import Ledger
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.port import ClusterSteering
from coderbot.supervisor.reload import Reloader
from coderbot.supervisor.supervisor import Supervisor
from coderbot.taskgroup import task_group
from coderbot.tui.ports import TokenEditor

if TYPE_CHECKING:
    from coderbot.cluster.membership import Timing
    from coderbot.host.port import FleetPort
    from coderbot.supervisor.metrics import MeasuredFleet

_log = logging.getLogger(__name__)

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What a terminal, a service manager and a lost connection send."""


async def run_fleet(
    settings: Settings,
    *,
    headless: bool,
    note: str = "",
    tokens: TokenEditor | None = None,
    timing: "Timing | None" = None,
) -> None:
    """Run all bots until somebody asks to stop.

    Args:
        settings: Checked settings.
        headless: Print lines instead of showing the dashboard.
        note: A line for the dashboard's header.
        tokens: Changes the `.env` for the dashboard.
        timing: How fast leases end, where several hosts share the bots; None: as
            everywhere.

    Raises:
        KeymapError: When the keys of the dashboard cannot be told.
        LockError: When another supervisor holds the state directory.
    """
    keymap = {} if headless else _keymap(settings)
    found = {name: take_secret(name) for name in SECRET_VARIABLES}
    wiped = {name: secret for name, secret in found.items() if secret is not None}
    tokens_given = tokens_among(wiped)
    state = StateDir(settings.state_dir)
    state.make()
    with hold_lock(state.lock, f"State directory {state.root}"):
        async with (
            _supervisor(settings, tokens_given).running() as supervisor,
            _sharing(supervisor, settings, timing) as (fleet, steering),
            _metrics(fleet, settings.metrics_port),
        ):
            live = LiveSettings(settings, wiped)
            reloader = Reloader(supervisor, live.read, live.take)
            for warning in settings.warnings:
                _log.warning("%s", warning)
            async with (
                control_socket(fleet, state.control, steering=steering),
                watching(reloader, settings),
                _stop_on_signals(supervisor),
            ):
                show = None if headless else partial(_show, fleet, note, tokens, keymap)
                await _front_end(supervisor, live, show)


def _supervisor(settings: Settings, tokens_given: Sequence[str]) -> Supervisor:
    wanted = wanted_by(settings, tokens_given)
    aides = [wanted.control_bot] if wanted.control_bot is not None else []
    bots = [spec.bot for spec in (*wanted.specs, *aides)]
    return Supervisor(
        wanted.specs,
        wanted.policy,
        redactor=Redactor(settings.secrets),
        media_root=settings.media_root,
        clock=SystemClock(),
        ledger=Ledger(StateDir(settings.state_dir).workers),
        log_files=_log_files(settings, bots),
        dossiers=Dossiers(StateDir(settings.state_dir).crashes),
        control_bot=wanted.control_bot,
        host=_host_name(settings),
    )


def _host_name(settings: Settings) -> str:
    """Return the name of this host among others; empty: it is alone."""
    if settings.cluster_redis_url is None:
        return ""
    return settings.cluster_host or socket.gethostname()


def _log_files(settings: Settings, bots: Sequence[str]) -> LogFiles | None:
    if settings.log_file_max_mb == 0:
        return None
    return LogFiles(
        StateDir(settings.state_dir).logs,
        bots,
        settings.log_file_max_mb * 1_000_000,
        settings.log_total_max_mb * 1_000_000,
    )


@asynccontextmanager
async def _sharing(
    supervisor: Supervisor, settings: Settings, timing: "Timing | None"
) -> "AsyncIterator[tuple[Supervisor | FleetPort, ClusterSteering | None]]":
    """Share the bots with other hosts, if there are any; only then it costs.

    Yields the fleet as front ends see it, and what moves bots between hosts.
    """
    if settings.cluster_redis_url is None:
        yield supervisor, None
        return
    from coderbot.host.front import fronting
    from coderbot.host.sharing import sharing

    clock = SystemClock()
    async with (
        sharing(supervisor, settings, clock, timing) as keeper,
        fronting(supervisor, keeper, settings, clock) as front,
    ):
        yield front.fleet, front.steering


@asynccontextmanager
async def _metrics(fleet: "MeasuredFleet", port: int) -> AsyncIterator[None]:
    """Serve the numbers of the fleet, if they are wanted; only then it costs."""
    if not port:
        yield
        return
    from coderbot.supervisor.metrics import serving_metrics

    async with serving_metrics(fleet, port, SystemClock()):
        yield


def _keymap(settings: Settings) -> dict[str, str]:
    """Return the keys of the dashboard.

    Raises:
        KeymapError: When a keymap cannot be used.
    """
    from coderbot.tui.keymap import keymap_paths, load_keymap

    return load_keymap(keymap_paths(settings.state_dir, Path.home()))


async def _show(
    fleet: SupervisorPort,
    note: str,
    tokens: TokenEditor | None,
    keymap: Mapping[str, str],
) -> bool:
    """Show the dashboard to its end; tells whether the fleet is to run on."""
    from coderbot.tui.app import CoderBotApp

    app = CoderBotApp(
        fleet,
        note=note,
        host=socket.gethostname(),
        tokens=tokens,
        keymap=keymap,
    )
    # What is loaded by now stays; looking through it at each full collection would
    # hold a key up in a flood, by 20 ms.
    gc.freeze()
    return bool(await app.run_async())


async def _front_end(
    supervisor: Supervisor,
    live: LiveSettings,
    show: Callable[[], Awaitable[bool]] | None,
) -> None:
    """Show the dashboard, if there is to be one, and go on headless when it is left.

    Args:
        supervisor: Whose fleet runs.
        live: The settings in force.
        show: Shows the dashboard to its end; tells whether the fleet is to run on.
    """
    if show is None or await show():
        from coderbot.headless import run_headless
        from coderbot.supervisor.readiness import telling_managers

        async with telling_managers(supervisor, os.environ, SystemClock()):
            await run_headless(supervisor, lambda: live.current.verbose_logging)


@asynccontextmanager
async def _stop_on_signals(supervisor: SupervisorPort) -> AsyncIterator[None]:
    """Stop the fleet at the first signal; kill what is left at the second.

    The front end is not told: it hears of it as of any other stop.
    """
    asked = asyncio.Event()

    def on_signal(number: signal.Signals) -> None:
        if asked.is_set():
            _log.warning("%s again: killing what is left", number.name)
            supervisor.kill_now()
        else:
            _log.info("%s: stopping all workers", number.name)
            asked.set()

    async def stop_when_asked() -> None:
        await asked.wait()
        await supervisor.shut_down()

    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    try:
        async with task_group() as group:
            stopper = group.create_task(stop_when_asked(), name="stop on signal")
            try:
                yield
            finally:
                if not asked.is_set():
                    stopper.cancel()
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
