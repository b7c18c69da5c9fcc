"""The dashboard on the control socket of a supervisor in another process."""

import asyncio
import signal
from pathlib import Path

from coderbot.control.client import ControlClient
from coderbot.control.failures import SupervisorGoneError
from coderbot.tui.app import CoderBotApp


async def attach(path: Path) -> None:
    """Show the dashboard until its user leaves it or the fleet has stopped.

    Args:
        path: Of the control socket.

    Raises:
        NotRunningError: When no supervisor answers there.
        SupervisorGoneError: When it goes away without having stopped its fleet.
    """
    async with ControlClient.connect(path) as client:
        app = CoderBotApp(client, note=f"attached to {path.parent}", attached=True)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Leaving by itself, it hands the terminal back as it was.
            loop.add_signal_handler(number, app.exit)
        await app.run_async()
        if client.lost:
            raise SupervisorGoneError
