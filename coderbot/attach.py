"""The dashboard on the control socket of a supervisor in another process."""

import asyncio
import signal
import socket
from pathlib import Path

from coderbot.control.client import ControlClient
from coderbot.tui.app import CoderBotApp
from coderbot.tui.keymap import keymap_paths, load_keymap
from coderbot.tui.ports import TokenEditor


async def attach(path: Path, tokens: TokenEditor | None = None) -> None:
    """Show the dashboard until its user leaves it or the fleet has stopped.

    Args:
        path: Of the control socket.
        tokens: Changes the `.env` of the fleet; None where it is not known.

    Raises:
        KeymapError: When the keys cannot be told.
        NotRunningError: When no supervisor answers there at first. When it goes away
            later that is shown, and tried again.
    """
    keymap = load_keymap(keymap_paths(path.parent, Path.home()))
    async with ControlClient.connect(path, again=True) as client:
        app = CoderBotApp(
            client,
            note=f"attached to {path.parent}",
            attached=True,
            host=socket.gethostname(),
            tokens=tokens,
            keymap=keymap,
            link=client,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Leaving by itself, it hands the terminal back as it was.
            loop.add_signal_handler(number, app.exit)
        await app.run_async()
