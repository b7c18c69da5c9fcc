"""One browser process: started, spoken to, ended."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coderbot.worker.browser.errors import BrowserFailedError

START_S = 20.0
"""How long a browser may take to answer for the first time, in seconds."""
_SOCKET = "SingletonSocket"
_SOCKET_FOLDER = ".Chrom"
"""In the names of folders for that socket: `org.chromium.Chromium.XXXXXX`."""
_END_S = 3.0
"""How long it may take to end by itself, in seconds."""

# Descriptors 3 and 4 are where the browser expects its pipe; those of a child that
# is about to be executed cannot be numbered without code between fork and exec.
_SHELL = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'

_SWITCHES = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider",
    "--disable-gpu",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
    "--password-store=basic",
    "--use-mock-keychain",
)


class Chromium:
    """A running browser. Made by `start`, ended by `close`.

    It ends by itself when this process does: its pipe is closed then.
    """

    def __init__(self, process: asyncio.subprocess.Process, profile: Path) -> None:
        self._process = process
        self._profile = profile
        self._listening: asyncio.Task[None] | None = None
        self._browser: Any = None
        self._connection: Any = None

    @classmethod
    async def start(
        cls, program: Path, profile: Path, hosts: Sequence[str]
    ) -> "Chromium":
        """Start `program`.

        Args:
            program: A Chromium or Chrome.
            profile: Directory for its files; emptied now and removed at the end.
            hosts: Names that it may look up; everything else does not exist for it.

        Raises:
            BrowserFailedError: When it does not answer.
        """
        await asyncio.to_thread(_make_empty, profile)
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            *("-c", _SHELL, str(program), *_arguments(profile, hosts)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(profile),
            limit=_limit(),
        )
        chromium = cls(process, profile)
        try:
            async with asyncio.timeout(START_S):
                await chromium._connect()
        except BaseException as error:
            await chromium.close()
            if isinstance(error, TimeoutError | OSError) or _is_network(error):
                raise BrowserFailedError(
                    f"The browser {program} does not start.",
                    "Run it by hand with --headless to see why.",
                ) from error
            raise
        return chromium

    @property
    def pid(self) -> int:
        """Process id of the browser."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be spoken to."""
        return self._connection is not None and not self._connection.closed.is_set()

    async def new_context(self) -> Any:
        """Return a pyppeteer context that shares nothing with any other.

        Raises:
            BrowserFailedError: When the browser has died.
        """
        try:
            return await self._browser.createIncognitoBrowserContext()
        except Exception as error:
            if not _is_network(error):
                raise
            raise BrowserFailedError("The browser has died.", "Try again.") from error

    async def close(self) -> None:
        """End the browser and remove its files."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_END_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._listening:
            self._listening.cancel()
            await asyncio.wait((self._listening,))
        await asyncio.to_thread(_remove, self._profile)

    async def _connect(self) -> None:
        from pyppeteer.browser import Browser

        from coderbot.worker.browser.pipe import PipeConnection

        reader, writer = self._process.stdout, self._process.stdin
        assert reader is not None
        assert writer is not None
        self._connection = PipeConnection(reader, writer)
        # The library starts tasks of its own beside this one; all end with the pipe.
        loop = asyncio.get_running_loop()
        self._listening = loop.create_task(self._connection.listen())
        self._browser = await Browser.create(self._connection, [], False, None)


def _arguments(profile: Path, hosts: Sequence[str]) -> list[str]:
    excluded = "".join(f" , EXCLUDE {host}" for host in hosts)
    arguments = [
        *_SWITCHES,
        f"--user-data-dir={profile}",
        f"--host-resolver-rules=MAP * ~NOTFOUND{excluded}",
    ]
    # As root there is no sandbox; as anybody else there must be one.
    return [*arguments, *(["--no-sandbox"] if os.geteuid() == 0 else []), "about:blank"]


def _environment(profile: Path) -> dict[str, str]:
    """Return what the browser sees of our environment: no secret, no display."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {"PATH": path, "HOME": str(profile), "LANG": "C.UTF-8"}


def _make_empty(profile: Path) -> None:
    _remove(profile)
    profile.mkdir(mode=0o700, parents=True)


def _remove(profile: Path) -> None:
    """Remove a profile, and the socket elsewhere that a killed browser has left.

    A link in the profile names that: the path of a socket must be short, so the
    browser makes a folder for it among the temporary files (Chromium, "process
    singleton").
    """
    with contextlib.suppress(OSError):
        folder = (profile / _SOCKET).readlink().parent
        if _SOCKET_FOLDER in folder.name:
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(profile, ignore_errors=True)


def _limit() -> int:
    from coderbot.worker.browser.pipe import MAX_MESSAGE_BYTES

    return MAX_MESSAGE_BYTES


def _is_network(error: BaseException) -> bool:
    from pyppeteer.errors import NetworkError

    return isinstance(error, NetworkError)
